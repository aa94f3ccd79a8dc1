"""What is remembered of users' sites, and what a main API that is away, slow or hostile can do to us by it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count

import pytest

from media_vm.adapters.main_api import LONGEST_CONTEXT, HttpMainAPI
from media_vm.adapters.site_contexts import KEPT_SECONDS, MOST_USERS, REST_SECONDS, SiteContexts
from media_vm.adapters.transfer import Transfer
from media_vm.errors import ProviderDown, StepFailed, TooSlow, TryAgain
from media_vm.rules.known import SiteTold
from media_vm.testing import MemoryClock, MemoryMainAPI
from tests import canaries
from tests.hostile_server import Answer, HostileServer, dripping, hanging_up, hostile_server, lying, reply

KEY = canaries.MAIN_API_KEY
PATH = "/api/media/context/456"
BODY = {"site": {"title": "Harbour", "page": "About"}}
TOLD = SiteTold(title="Harbour", page="About")


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        yield running


@pytest.fixture
def api(server: HostileServer) -> Iterator[HttpMainAPI]:
    with closing(http_api(server.url)) as client:
        yield client


def http_api(url: str, *, asks_context: bool = True) -> HttpMainAPI:
    return HttpMainAPI(url, KEY, Transfer(10_000), timedelta(seconds=1), asks_context=asks_context)


def asks() -> str:
    return "request-1"


def told(body: object = BODY) -> Answer:
    return reply(200, json.dumps(body).encode())


@pytest.mark.parametrize("kind", ["memory", "http"])
def test_a_users_site_is_told(kind: str, server: HostileServer, api: HttpMainAPI) -> None:
    """Alike in memory and over HTTP; of a user whom nobody knows nothing is."""
    server.answers[PATH] = told()
    memory = MemoryMainAPI({})
    memory.contexts[456] = BODY
    asked = api if kind == "http" else memory

    assert (TOLD, SiteTold()) == (asked.site(456, asks), asked.site(457, asks))


@pytest.mark.parametrize("kind", ["memory", "http"])
def test_who_is_away_tells_nothing(kind: str, server: HostileServer, api: HttpMainAPI) -> None:
    """And is no failure of the picture's."""
    server.answers[PATH] = reply(503)
    memory = MemoryMainAPI({})
    memory.contexts[456], memory.down = BODY, ProviderDown("unreachable", "gone")

    assert SiteTold() == (api if kind == "http" else memory).site(456, asks)


def test_it_is_asked_with_our_key_and_an_id(server: HostileServer, api: HttpMainAPI) -> None:
    """Once: a site's next picture is no further question."""
    server.answers[PATH] = told()

    assert [TOLD] * 2 == [api.site(456, asks) for _ in range(2)]
    [request] = server.requests
    assert ("GET", f"Bearer {KEY}", "request-1") == (
        request.method,
        request.headers["Authorization"],
        request.headers["X-Request-ID"],
    )


def test_it_is_not_asked_where_that_is_switched_off(server: HostileServer) -> None:
    """Which is the default."""
    server.answers[PATH] = told()
    with closing(http_api(server.url, asks_context=False)) as api:
        assert SiteTold() == api.site(456, asks)

    assert [] == server.requests


@pytest.mark.parametrize(
    "answer",
    [
        reply(404),
        reply(410),
        reply(401),
        reply(500),
        reply(429, Retry_After="7"),
        reply(200, b""),
        reply(200, b"<html>maintenance</html>"),
        reply(200, b"\xff\xfe"),
        reply(200, b"[" * 100_000),
        reply(200, b'{"site": ' + b"9" * 5000 + b"}"),
        reply(200, b'{"site": {"title": NaN}}'),
        reply(200, b" " * (LONGEST_CONTEXT + 1)),
        lying(b"{", 100),
        hanging_up,
    ],
    ids=[
        "404",
        "410",
        "401",
        "500",
        "429",
        "empty",
        "html",
        "bytes",
        "deep",
        "long",
        "nan",
        "huge",
        "cut",
        "hung_up",
    ],
)
def test_whatever_it_answers_we_go_on(server: HostileServer, api: HttpMainAPI, answer: Answer) -> None:
    """Without it."""
    server.answers[PATH] = answer

    assert SiteTold() == api.site(456, asks)


def test_the_key_follows_no_redirect(server: HostileServer, api: HttpMainAPI) -> None:
    """The other host hears nothing."""
    with hostile_server() as other:
        server.answers[PATH] = reply(302, Location=f"{other.url}{PATH}")

        assert SiteTold() == api.site(456, asks)

    assert [] == other.requests


def test_a_drip_ends_at_the_deadline_and_is_not_waited_for_again(server: HostileServer, api: HttpMainAPI) -> None:
    """Other users' sites are not asked for either, for a minute."""
    stop = threading.Event()
    server.answers[PATH] = dripping(stop)
    began = time.monotonic()

    assert [SiteTold()] * 3 == [api.site(user, asks) for user in (456, 456, 457)]
    stop.set()
    assert [PATH] == [one.path for one in server.requests]
    assert time.monotonic() - began < 30  # each without end, were it not for the deadline


# What is remembered, by a clock of our own.


class Asked:
    """A main API that answers as it is told, and counts."""

    def __init__(self) -> None:
        self.answer: Callable[[], object] = lambda: BODY
        self.users: list[int] = []
        self.clock = MemoryClock()
        self.contexts = SiteContexts(self._ask, self.clock.seconds)
        self.ids = count(1)

    def _ask(self, user_id: int, request_id: str) -> object:
        assert request_id
        self.users.append(user_id)
        return self.answer()

    def fails(self, failure: StepFailed) -> None:
        def fail() -> object:
            raise failure

        self.answer = fail

    def of(self, user_id: int) -> SiteTold:
        return self.contexts.of(user_id, lambda: str(next(self.ids)))

    def later(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))


def test_it_is_asked_again_after_an_hour() -> None:
    """A page changes now and then."""
    asked = Asked()
    first = asked.of(1)
    asked.later(KEPT_SECONDS - 1)
    asked.of(1)
    asked.later(2)
    asked.answer = dict

    assert (TOLD, SiteTold()) == (first, asked.of(1))
    assert [1, 1] == asked.users


def test_what_was_told_stays_known_while_nobody_answers() -> None:
    """And the next question comes a minute later."""
    asked = Asked()
    asked.of(1)
    asked.later(KEPT_SECONDS + 1)
    asked.fails(TryAgain("not_json", "no JSON"))

    assert [TOLD, TOLD] == [asked.of(1), asked.of(1)]
    asked.later(REST_SECONDS + 1)
    asked.of(1)
    assert [1, 1, 1] == asked.users


@pytest.mark.parametrize(
    ("failure", "users"),
    [
        (TryAgain("not_json", "no JSON"), [1, 2]),
        (ProviderDown("unreachable", "gone"), [1]),
        (TooSlow("too_slow", "late"), [1]),
    ],
)
def test_one_users_trouble_is_not_anothers(failure: StepFailed, users: list[int]) -> None:
    """But whoever is away is away for all."""
    asked = Asked()
    asked.fails(failure)
    asked.of(1)
    asked.of(2)

    assert users == asked.users


def test_only_so_many_are_remembered() -> None:
    """Who was asked for longest ago is forgotten first."""
    asked = Asked()
    for user in range(1, MOST_USERS + 2):
        asked.of(user)
    asked.users.clear()
    asked.of(2)
    asked.of(1)

    assert [1] == asked.users
