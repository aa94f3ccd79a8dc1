"""A small sample of `python -m tests.fuzz`, and the proof that it would find something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.fuzz.__main__ import complaints_of, fuzzed
from tests.fuzz.exchange import Answer
from tests.fuzz.runs import over_asgi
from tests.fuzz.stage import Stage, staged
from tests.fuzz.verdict import faults

NUMBER, BY_SCHEMA, SEED = 240, 30, 7
ERROR = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two applications and a process of serve over one SQLite file."""
    folder = tmp_path_factory.mktemp("fuzz")
    with staged(folder, f"sqlite:///{folder}/media_vm.db") as stage:
        yield stage


def test_made_up_requests_break_no_promise(stage: Stage) -> None:
    """Into the application, as bytes over a socket, by the OpenAPI: some of each, and all answered as promised."""
    tallies = fuzzed(stage, NUMBER, BY_SCHEMA, SEED)

    assert [None] * 3 == [tally.wrong for tally in tallies]
    assert [] == complaints_of(stage)
    assert [True] * 3 == [tally.number >= least for tally, least in zip(tallies, (228, 12, 30), strict=True)]
    answered = {key.split()[0] for tally in tallies for key in tally.answered}
    assert {"200", "401", "404", "405", "422"} <= answered


class Spoiling:
    """An application that answers as another does, but for one header."""

    def __init__(self, app: ASGIApp, header: bytes) -> None:
        self._app, self._header = app, header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_spoilt(message: Message) -> None:
            if "headers" in message:
                message["headers"] = [one for one in message["headers"] if one[0] != self._header]
            await send(message)

        await self._app(scope, receive, send_spoilt)


@pytest.mark.parametrize("header", [b"vary", b"x-content-type-options", b"cache-control"])
def test_a_broken_promise_is_found_and_made_small(stage: Stage, header: bytes) -> None:
    """The smallest request that shows it is told, as bytes that can be sent again."""
    spoilt = MappingProxyType({site: Spoiling(app, header) for site, app in stage.sites.items()})
    *_, tally = over_asgi(replace(stage, sites=spoilt), 300, SEED)

    assert tally.wrong is not None
    assert "as bytes: b'GET /" in tally.wrong


def test_an_application_that_raises_is_found(stage: Stage) -> None:
    """Whatever it lets out is as wrong as a wrong answer."""

    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("broken")

    *_, tally = over_asgi(replace(stage, sites=dict.fromkeys(stage.sites, broken)), 10, SEED)

    assert tally.wrong is not None
    assert "RuntimeError('broken')" in tally.wrong


@pytest.mark.parametrize(
    ("status", "changes", "body", "expected"),
    [
        (500, {}, b"", "status 500"),
        (404, {"cache-control": "public, max-age=60"}, b"", "an error that may be kept"),
        (404, {"content-type": "text/html"}, b"<h1>", "an error as text/html"),
        (404, {}, b"", "an error without a word"),
        (429, {}, b"", "no Retry-After"),
        (404, {"x-where": "/srv/secret/storage"}, b"", "a secret is told"),
        (
            404,
            {},
            b'{"type":"/problems/odd","title":"","status":404,"detail":"a","request_id":"7"}',
            "has no page",
        ),
        (
            422,
            {},
            b'{"type":"/problems/invalid","title":"Invalid request","status":422,"request_id":"7",'
            b'"detail":"SELECT 1"}',
            "an error that tells 'SELECT'",
        ),
    ],
)
def test_a_bad_answer_is_called_bad(status: int, changes: dict[str, str], body: bytes, expected: str) -> None:
    """Each of the promises by itself."""
    headers = ERROR | {"x-request-id": "7"} | changes
    found = faults(Answer(status, tuple(headers.items()), body), b"GET /serve/1 HTTP/1.1", ["/srv/secret/storage"])

    assert [expected] == [expected for one in found if expected in one]
