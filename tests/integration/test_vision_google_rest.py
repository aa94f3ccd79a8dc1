"""What only HTTP can do to Google Vision's client: redirects, cookies, compression, proxies' own words."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest

from media_vm.errors import GiveUp, Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain
from media_vm.rules.pictures import DataType
from media_vm.vision.google import GoogleSetup, GoogleVision, Transport
from tests import canaries
from tests.hostile_server import Answer, HostileServer, dripping, endless, hostile_server, reply
from tests.pictures import photo
from tests.stand_ins.google_vision import Fault, Refusal, google_over_rest

PATH = "/v1/images:annotate?%24alt=json%3Benum-encoding%3Dint"
KEY = canaries.GOOGLE_API_KEY
BUDGET = timedelta(seconds=0.8)
SAYS = json.dumps({"responses": [{"labelAnnotations": [{"description": "Sea", "score": 0.5}]}]}).encode()
JPEG = photo(64, 64).jpegsave_buffer(keep="none")


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        yield running


def google_at(url: str) -> GoogleVision:
    return GoogleVision(GoogleSetup(url, Transport.REST, KEY), lambda _: None, BUDGET)


def error(status: int, error: object, **headers: str) -> Answer:
    return reply(status, json.dumps({"error": error}).encode(), **headers)


ANSWERS: dict[str, tuple[Answer, type[StepFailed], str]] = {
    "401 of a proxy": (reply(401, b"<h1>Sorry</h1>"), Misconfigured, "key_refused"),
    "401, odd": (error(401, "no"), Misconfigured, "key_refused"),
    "403, odd": (reply(403, b"[]"), Misconfigured, "key_refused"),
    "400 of a proxy": (reply(400, b"<h1>Bad Request</h1>"), ProviderDown, "not_the_api"),
    "400, odd": (error(400, {"status": ["INVALID_ARGUMENT"]}), ProviderDown, "not_the_api"),
    "400, deep": (reply(400, b"[" * 90_000), ProviderDown, "not_the_api"),
    "400, details odd": (
        error(400, {"status": "INVALID_ARGUMENT", "details": [None, {"@type": 1}, {"reason": {}}]}),
        GiveUp,
        "provider_refused_image",
    ),
    "404": (reply(404), Misconfigured, "wrong_endpoint"),
    "407": (reply(407), ProviderDown, "refused"),
    "413": (reply(413, b"too large"), GiveUp, "provider_refused_image"),
    "500, endless": (endless(b"x" * 65_536), TryAgain, "answer_too_long"),
    "502": (reply(502), ProviderDown, "unavailable"),
    "204": (reply(204), ProviderDown, "not_the_api"),
    "gzip": (reply(200, gzip.compress(SAYS), Content_Encoding="gzip"), ProviderDown, "not_the_api"),
    "NaN": (reply(200, SAYS.replace(b"0.5", b"NaN")), ProviderDown, "not_the_api"),
    "deep": (reply(200, b"[" * 100_000), ProviderDown, "not_the_api"),
    "brackets": (reply(200, b'{"responses":[' + b"{}," * 200_000 + b"{}]}"), TryAgain, "answer_too_long"),
    "list": (reply(200, b"[1]"), ProviderDown, "not_the_api"),
    "null": (reply(200, b"null"), ProviderDown, "not_the_api"),
    "not UTF-8": (reply(200, b'{"responses":[{"labelAnnotations":"\xff"}]}'), ProviderDown, "not_the_api"),
    "two": (reply(200, b'{"responses":[{},{}]}'), ProviderDown, "not_the_api"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_odd_answers_are_named_by_what_follows(server: HostileServer, name: str) -> None:
    """Those that the library stumbles over included."""
    server.answers[PATH], kind, reason = ANSWERS[name]

    with closing(google_at(server.url)) as google, pytest.raises(StepFailed) as caught:
        google.look(JPEG, DataType.PRODUCT)

    assert (kind, reason) == (type(caught.value), caught.value.reason)


@pytest.mark.parametrize(
    ("told", "seconds"), [("120", 120), ("9" * 11, 86_400), ("soon", None), ("-1", None), ("", None), ("²", None)]
)
def test_the_retry_after_header_is_heeded(server: HostileServer, told: str, seconds: int | None) -> None:
    """Its seconds, at most a day of them; nonsense is as nothing."""
    server.answers[PATH] = reply(429, Retry_After=told)

    with closing(google_at(server.url)) as google, pytest.raises(ProviderDown, match="rate_limited") as caught:
        google.look(JPEG, DataType.PRODUCT)

    assert (timedelta(seconds=seconds) if seconds else None) == caught.value.retry_after


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_key_follows_no_redirect(server: HostileServer, status: int) -> None:
    """The other host hears nothing, and neither does the same host again."""
    with hostile_server() as other:
        server.answers[PATH] = reply(status, Location=f"{other.url}{PATH}")
        with closing(google_at(server.url)) as google, pytest.raises(ProviderDown, match=str(status)):
            google.look(JPEG, DataType.PRODUCT)

    assert (1, 0) == (len(server.requests), len(other.requests))


def test_no_compression_is_asked_for(server: HostileServer) -> None:
    """So none is undone: a bomb stays as small as it was sent."""
    server.answers[PATH] = reply(200, SAYS)

    with closing(google_at(server.url)) as google:
        google.look(JPEG, DataType.PRODUCT)

    assert ["identity"] == [request.headers.get("Accept-Encoding") for request in server.requests]


def test_no_cookie_is_kept(server: HostileServer) -> None:
    """What a server sets is not sent back to it."""
    server.answers[PATH] = reply(200, SAYS, Set_Cookie="id=1; Path=/")

    with closing(google_at(server.url)) as google:
        google.look(JPEG, DataType.PRODUCT)
        google.look(JPEG, DataType.PRODUCT)

    assert [None, None] == [request.headers.get("Cookie") for request in server.requests]


def test_a_proxy_is_never_asked_for_this_machine(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain text with the key in it would go through it."""
    server.answers[PATH] = reply(200, SAYS)
    with hostile_server() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with closing(google_at(server.url)) as google:
            google.look(JPEG, DataType.PRODUCT)

    assert (1, 0) == (len(server.requests), len(proxy.requests))


def test_a_body_that_drips_ends_in_time(server: HostileServer) -> None:
    """No single read of it is slow."""
    with closing(google_at(server.url)) as google:
        stop = threading.Event()
        server.answers[PATH] = dripping(stop)
        with pytest.raises(TooSlow):
            google.look(JPEG, DataType.PRODUCT)
        stop.set()


def test_who_takes_no_connection_is_not_there() -> None:
    """Its packets vanish: an outage for all, not this picture's slowness."""
    with socket.socket() as full, ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # nobody accepts, so the queue is full and further ones are not answered
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        with (
            closing(google_at(f"http://127.0.0.1:{port}")) as google,
            pytest.raises(ProviderDown, match="unreachable"),
        ):
            google.look(JPEG, DataType.PRODUCT)


def test_of_a_gigabyte_a_few_bytes_are_taken() -> None:
    """Our cap, and what the sockets hold."""
    with google_over_rest() as server, closing(google_at(server.endpoint)) as google:
        server.answer = Fault.GIGABYTE
        with pytest.raises(TryAgain, match="answer_too_long"):
            google.look(JPEG, DataType.PRODUCT)

        assert 20_000_000 > server.sent


def test_a_retry_after_of_both_kinds_is_the_bodys() -> None:
    """RetryInfo is Google's own word, the header may be a proxy's."""
    with google_over_rest() as server, closing(google_at(server.endpoint)) as google:
        server.answer = Refusal("RESOURCE_EXHAUSTED", retry_after=2.5, header="60")
        with pytest.raises(ProviderDown) as caught:
            google.look(JPEG, DataType.PRODUCT)

    assert timedelta(seconds=2.5) == caught.value.retry_after
