"""The contract of MainAPI on memory and over real HTTP; and what a hostile or broken server can do to us."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import respx

from media_vm.adapters.main_api import HttpMainAPI
from media_vm.adapters.transfer import Transfer
from media_vm.errors import GiveUp, Misconfigured, NotThere, ProviderDown, StepFailed, TooSlow, TryAgain
from media_vm.ports import MainAPI
from media_vm.rules.callbacks import Event, EventKind
from media_vm.testing import MemoryMainAPI, picture
from tests import canaries
from tests.hostile_server import (
    Answer,
    HostileServer,
    dripping,
    dripping_headers,
    endless,
    hanging_up,
    hostile_server,
    lying,
    reply,
)

KEY = canaries.MAIN_API_KEY
TEMP = "/temp_images/products/456-product-123.jpg"
LIMIT = 10_000
REQUEST = "0123456789abcdef"
COMPLETE = Event(EventKind.COMPLETE, 123, "key-1", '{"media_id":"789"}')
CLEANUP = Event(EventKind.CLEANUP, 123, "key-2", None)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        yield running


@pytest.fixture
def api(server: HostileServer) -> Iterator[HttpMainAPI]:
    with closing(HttpMainAPI(server.url, KEY, Transfer(LIMIT), timedelta(seconds=1))) as client:
        yield client


def entry(**changes: object) -> dict[str, object]:
    return {
        "id": 123,
        "user_id": 456,
        "image_path": TEMP,
        "original_name": "my-photo.jpg",
        "mime_type": "image/jpeg",
        "status": "pending",
        "created_at": "2024-01-01T10:00:00Z",
    } | changes


def listing(*entries: object) -> Answer:
    return reply(200, json.dumps({"images": entries, "total": len(entries)}).encode())


@dataclass(frozen=True, slots=True)
class Scripted:
    """A main API with one uploaded file, and how a test changes what it answers."""

    api: MainAPI
    upload: Callable[[bytes], object]
    go_away: Callable[[], object]
    received: Callable[[], int]
    into: Path
    read: Callable[[Path], bytes]


@pytest.fixture(params=["memory", "http"])
def scripted(request: pytest.FixtureRequest, server: HostileServer, api: HttpMainAPI, tmp_path: Path) -> Scripted:
    if request.param == "http":
        return _over_http(server, api, tmp_path)
    disk: dict[Path, bytes] = {}
    memory = MemoryMainAPI(disk, LIMIT)

    def upload(content: bytes) -> None:
        image = memory.upload(123, "my-photo.jpg", content)
        memory.temp_files[TEMP] = memory.temp_files[image.image_path]

    def go_away() -> None:
        memory.down = ProviderDown("unreachable", "gone")

    return Scripted(memory, upload, go_away, lambda: len(memory.sent), Path("/memory/in"), disk.__getitem__)


def _over_http(server: HostileServer, api: HttpMainAPI, tmp_path: Path) -> Scripted:
    def upload(content: bytes) -> None:
        server.answers["/api/media/pending/all"] = listing(entry())
        server.answers[TEMP] = reply(200, content)
        server.answers["/api/media/complete/123"] = reply(200, b"{}")
        server.answers["/api/media/cleanup/123"] = reply(200, b"{}")

    def go_away() -> None:
        for path in ("/api/media/pending/all", TEMP, "/api/media/complete/123"):
            server.answers[path] = reply(503)

    def received() -> int:
        return sum(one.method in ("POST", "DELETE") for one in server.requests)

    return Scripted(api, upload, go_away, received, tmp_path / "in", Path.read_bytes)


def test_what_was_uploaded_is_pending(scripted: Scripted) -> None:
    """One entry with its id, user and path."""
    scripted.upload(picture())

    images = scripted.api.pending().images

    assert [(123, 456, "my-photo.jpg")] == [(one.id, one.user_id, one.original_name) for one in images]


def test_a_temp_file_comes_byte_for_byte(scripted: Scripted) -> None:
    """With its size and SHA-256."""
    scripted.upload(picture())

    download = scripted.api.download(TEMP, scripted.into, REQUEST)

    assert picture() == scripted.read(scripted.into)
    assert (len(picture()), hashlib.sha256(picture()).hexdigest()) == (download.bytes, download.sha256)


@pytest.mark.parametrize(
    ("content", "error", "reason"),
    [(None, NotThere, "temp_file_missing"), (b"", NotThere, "empty"), (b"x" * 10_001, GiveUp, "too_many_bytes")],
)
def test_a_useless_temp_file_says_what_it_is(
    scripted: Scripted, content: bytes | None, error: type[StepFailed], reason: str
) -> None:
    """Missing and empty are absent; too big is permanent, with a fingerprint that tells it again."""
    if content is not None:
        scripted.upload(content)

    with pytest.raises(error) as caught:
        scripted.api.download(TEMP, scripted.into, REQUEST)

    assert reason == caught.value.reason
    assert (error is GiveUp) == (caught.value.fingerprint is not None)


@pytest.mark.parametrize("event", [COMPLETE, CLEANUP], ids=["complete", "cleanup"])
def test_an_event_may_be_sent_twice(scripted: Scripted, event: Event) -> None:
    """At least once: the other side tells repeats by their key."""
    scripted.upload(picture())

    scripted.api.send(event, REQUEST)
    scripted.api.send(event, REQUEST)

    assert 2 == scripted.received()


def test_a_party_that_is_away_is_an_outage(scripted: Scripted) -> None:
    """The pending list and the callback agree on it."""
    scripted.upload(picture())
    scripted.go_away()

    with pytest.raises(ProviderDown):
        scripted.api.pending()
    with pytest.raises(ProviderDown):
        scripted.api.send(COMPLETE, REQUEST)


# Only over HTTP: what a server can do to us.


def test_a_callback_is_byte_identical_and_keyed(server: HostileServer, api: HttpMainAPI) -> None:
    """Same body, same Idempotency-Key, the request id that the item's history keeps."""
    server.answers["/api/media/complete/123"] = reply(200)

    api.send(COMPLETE, REQUEST)
    api.send(COMPLETE, "another")

    first, second = server.requests
    assert first.body == second.body == b'{"media_id":"789"}'
    assert "key-1" == first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert [REQUEST, "another"] == [one.headers["X-Request-ID"] for one in (first, second)]
    assert f"Bearer {KEY}" == first.headers["Authorization"]


@pytest.mark.parametrize("status", [200, 204, 404, 409, 410])
def test_these_answers_end_an_event(server: HostileServer, api: HttpMainAPI, status: int) -> None:
    """2xx, 404, 409 and 410 answer it."""
    server.answers["/api/media/complete/123"] = reply(status)

    assert f"answered {status}" == api.send(COMPLETE, REQUEST).note


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, TryAgain),
        (400, TryAgain),
        (401, Misconfigured),
        (403, Misconfigured),
        (429, ProviderDown),
        (500, TryAgain),
        (503, ProviderDown),
    ],
)
def test_these_do_not(server: HostileServer, api: HttpMainAPI, status: int, error: type[StepFailed]) -> None:
    """Each is named by what follows from it."""
    server.answers["/api/media/complete/123"] = reply(status)

    with pytest.raises(error):
        api.send(COMPLETE, REQUEST)


def test_retry_after_is_heeded(server: HostileServer, api: HttpMainAPI) -> None:
    """Its seconds come along; nonsense does not."""
    server.answers["/api/media/complete/123"] = reply(429, Retry_After="120")
    server.answers["/api/media/pending/all"] = reply(429, Retry_After="soon")

    with pytest.raises(ProviderDown) as busy:
        api.send(COMPLETE, REQUEST)
    with pytest.raises(ProviderDown) as vague:
        api.pending()

    assert (timedelta(minutes=2), None) == (busy.value.retry_after, vague.value.retry_after)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>maintenance</html>", b"[]", b'{"images": {}}', b"null", b"[" * 100_000, b'{"images": [1]'],
    ids=["empty", "html", "list", "object", "null", "deep", "cut"],
)
def test_a_list_that_is_none_is_an_outage(server: HostileServer, api: HttpMainAPI, body: bytes) -> None:
    """A maintenance page with status 200 must not read as "nothing pending"."""
    server.answers["/api/media/pending/all"] = reply(200, body)

    with pytest.raises(ProviderDown):
        api.pending()


def test_one_bad_entry_never_spoils_the_others(server: HostileServer, api: HttpMainAPI) -> None:
    """Wrong types, missing fields and hostile paths are skipped one by one."""
    bad = [entry(id="1"), entry(id=True), entry(image_path="//evil/x"), {}, None, 7, entry(user_id=-1)]
    server.answers["/api/media/pending/all"] = listing(*bad, entry(id=124, extra="ignored"))

    assert [124] == [image.id for image in api.pending().images]


def test_a_wrong_key_is_misconfigured(server: HostileServer, api: HttpMainAPI) -> None:
    """The sentence names the setting, not the key."""
    server.answers["/api/media/pending/all"] = reply(401)

    with pytest.raises(Misconfigured, match="MAIN_API_KEY") as caught:
        api.pending()

    assert KEY not in str(caught.value)


def test_nobody_there_is_an_outage(tmp_path: Path) -> None:
    """A refused connection is the party's absence, not the item's fault."""
    with (
        closing(HttpMainAPI("http://127.0.0.1:9", KEY, Transfer(LIMIT), timedelta(seconds=1))) as api,
        pytest.raises(ProviderDown, match="unreachable"),
    ):
        api.download(TEMP, tmp_path / "in", REQUEST)


def test_a_redirect_to_another_host_is_not_followed(
    server: HostileServer, api: HttpMainAPI, tmp_path: Path
) -> None:
    """The key stays with its origin: the other host hears nothing."""
    with hostile_server() as other:
        server.answers[TEMP] = reply(302, Location=f"{other.url}{TEMP}")

        with pytest.raises(TryAgain, match="302"):
            api.download(TEMP, tmp_path / "in", REQUEST)

    assert [] == other.requests


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lying(b"x" * 10, 20), TryAgain),
        (lying(b"x" * 10, 20_000), GiveUp),
        (endless(b"x" * 4096), GiveUp),
        (reply(200, gzip.compress(b"x" * 1_000_000), Content_Encoding="gzip"), TryAgain),
        (hanging_up, TryAgain),
        (reply(500), TryAgain),
        (reply(403), TryAgain),
        (reply(404), NotThere),
        (reply(410), NotThere),
    ],
    ids=["cut", "announced", "endless", "gzip", "hang_up", "500", "403", "404", "410"],
)
def test_a_download_that_goes_wrong_has_a_name(
    server: HostileServer, api: HttpMainAPI, tmp_path: Path, answer: Answer, error: type[StepFailed]
) -> None:
    """Never more bytes on disk than the limit allows."""
    server.answers[TEMP] = answer
    into = tmp_path / "in"

    with pytest.raises(error):
        api.download(TEMP, into, REQUEST)

    assert not into.exists() or into.stat().st_size <= LIMIT


def test_a_connection_that_was_closed_is_tried_once_more(server: HostileServer, api: HttpMainAPI) -> None:
    """An idle connection that the other side gave up costs no attempt; two in a row are the item's trouble."""
    answers = iter([hanging_up, reply(200)])
    server.answers["/api/media/complete/123"] = lambda handler: next(answers)(handler)
    server.answers["/api/media/cleanup/123"] = hanging_up

    said = api.send(COMPLETE, REQUEST)
    with pytest.raises(TryAgain):
        api.send(CLEANUP, REQUEST)

    keys = [request.headers["Idempotency-Key"] for request in server.requests]
    assert "answered 200" == said.note
    assert ["key-1", "key-1", "key-2", "key-2"] == keys


def test_a_drip_ends_at_the_deadline(server: HostileServer, api: HttpMainAPI, tmp_path: Path) -> None:
    """httpx's own timeouts never fire while a byte comes now and then."""
    stop = threading.Event()
    server.answers[TEMP] = dripping(stop)

    with pytest.raises(TooSlow):
        api.download(TEMP, tmp_path / "in", REQUEST)

    stop.set()


def test_dripping_headers_end_at_the_deadline(server: HostileServer, api: HttpMainAPI) -> None:
    """A response that never gets as far as its body holds nobody up either, whatever is asked."""
    stop = threading.Event()
    for path in ("/api/media/pending/all", TEMP, "/api/media/complete/123"):
        server.answers[path] = dripping_headers(stop)

    began = time.monotonic()
    with pytest.raises(TooSlow):
        api.pending()
    with pytest.raises(TooSlow):
        api.send(COMPLETE, REQUEST)
    took = time.monotonic() - began

    stop.set()
    assert took < 4


def test_a_busy_server_of_temp_files_costs_no_attempt(
    server: HostileServer, api: HttpMainAPI, tmp_path: Path
) -> None:
    """A rate limit, or any Retry-After, is the party's word, not the item's fault."""
    server.answers[TEMP] = reply(503, Retry_After="7")

    with pytest.raises(ProviderDown) as busy:
        api.download(TEMP, tmp_path / "in", REQUEST)

    assert timedelta(seconds=7) == busy.value.retry_after


def test_an_endless_file_is_told_again_by_its_head(
    server: HostileServer, api: HttpMainAPI, tmp_path: Path
) -> None:
    """Without an announced length, the hash of what was read up to the limit is the fingerprint."""
    server.answers[TEMP] = endless(b"x" * 4096)
    fingerprints = []
    for _ in range(2):
        with pytest.raises(GiveUp) as caught:
            api.download(TEMP, tmp_path / "in", REQUEST)
        fingerprints.append(caught.value.fingerprint)

    assert [f"head:{hashlib.sha256(b'x' * LIMIT).hexdigest()}"] * 2 == fingerprints


@pytest.mark.parametrize("path", ["//evil.example/x", "/a/../b", "/a%2e%2e/b", "/a?b", "a", "/a\\b", "/a\r\nX: y"])
def test_a_hostile_path_is_never_asked_for(
    server: HostileServer, api: HttpMainAPI, tmp_path: Path, path: str
) -> None:
    """No request leaves us."""
    with pytest.raises(NotThere, match="path_refused"):
        api.download(path, tmp_path / "in", REQUEST)

    assert [] == server.requests


@respx.mock
@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (httpx.ConnectTimeout, ProviderDown),
        (httpx.ReadTimeout, TooSlow),
        (httpx.RemoteProtocolError, TryAgain),
    ],
)
def test_transport_errors_are_translated(broken: type[httpx.TransportError], error: type[StepFailed]) -> None:
    """Each of httpx's errors becomes one of ours."""
    respx.get("https://api.example/api/media/pending/all").mock(side_effect=broken("boom"))
    with (
        closing(HttpMainAPI("https://api.example", KEY, Transfer(LIMIT), timedelta(seconds=1))) as api,
        pytest.raises(error),
    ):
        api.pending()
