"""How often the main API's routes may be called, and by whom."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from media_vm.errors import DatabaseDown
from media_vm.rules.addresses import networks_named
from serve.app import create_app
from serve.reader import Reader
from serve.wakes import Wakes
from tests.integration.shelf_in_memory import MemoryShelf, ask, ask_all, settings_for, sunset

_Asked = ParamSpec("_Asked")
_Told = TypeVar("_Told")
KEY = "key-of-the-main-api"
RIGHT = {"Authorization": f"Bearer {KEY}"}
WRONG = {"Authorization": "Bearer another"}
WAKE = ("POST", "/api/media/wake")
WRITES = [
    WAKE,
    ("POST", "/api/media/retry/1"),
    ("PUT", "/api/media/focal/789"),
    ("PUT", "/api/media/background/789"),
    ("PUT", "/api/media/alt/789"),
]
Apps = Callable[..., ASGIApp]


@pytest.fixture
def shelf(tmp_path: Path) -> MemoryShelf:
    return MemoryShelf(media={789: sunset(tmp_path)})


@pytest.fixture
def app_of(tmp_path: Path, shelf: MemoryShelf) -> Apps:
    def app(**changes: object) -> ASGIApp:
        key = SecretStr(KEY)
        return create_app(settings_for(tmp_path, own_api_key=key, **changes), shelf)

    return app


def by(address: str) -> dict[str, str]:
    """As nginx on this machine says who asks."""
    return {"X-Forwarded-For": address}


def statuses(app: ASGIApp, headers: dict[str, str], times: int, call: tuple[str, str] = WAKE) -> list[int]:
    return [ask(app, *call, headers).status_code for _ in range(times)]


def is_refusal(answer: httpx.Response) -> bool:
    """429 as a problem that says when to come back and that nobody keeps."""
    said = answer.json()
    seconds = int(answer.headers["retry-after"])
    assert (429, "no-store") == (answer.status_code, answer.headers["cache-control"])
    assert "application/problem+json" == answer.headers["content-type"]
    assert ("too-many-requests", seconds) == (said["type"].rsplit("/", 1)[1], said["retry_after_seconds"])
    return 1 <= seconds <= 60


@pytest.mark.parametrize("call", WRITES)
def test_an_address_may_write_so_often_a_minute(app_of: Apps, call: tuple[str, str]) -> None:
    """All its writes together, good ones or not; it hears when to come back, and others are not held up."""
    app = app_of(address_writes_per_minute=2)
    first = statuses(app, RIGHT | by("198.51.100.1"), 2, call)
    refused = [ask(app, *one, RIGHT | by("198.51.100.1")) for one in WRITES]
    other = ask(app, *call, RIGHT | by("198.51.100.2"))

    assert (True, True) == (429 not in first, all(is_refusal(one) for one in refused))
    assert 429 != other.status_code


def test_who_has_the_key_may_write_so_often_from_wherever(app_of: Apps) -> None:
    """A key that is used from many addresses is still one."""
    app = app_of(key_writes_per_minute=3)
    told = [ask(app, *WAKE, RIGHT | by(f"198.51.100.{number}")) for number in range(5)]

    assert [202, 202, 202, 429, 429] == [one.status_code for one in told]
    assert all(is_refusal(one) for one in told[3:])


def test_what_is_refused_reaches_nothing(app_of: Apps, shelf: MemoryShelf) -> None:
    """No worker is woken, and no body is read."""
    app = app_of(address_writes_per_minute=1)
    told = [ask(app, *WAKE, RIGHT, content=body).status_code for body in (b"{}", b"{}", b"{", b" " * 70_000)]

    assert [202, 429, 429, 429] == told
    assert [[]] == shelf.woken


def test_reading_is_not_counted(app_of: Apps) -> None:
    """The main API may ask for a status as often as it likes, and after too many writes as well."""
    app = app_of(address_writes_per_minute=1, key_writes_per_minute=1)
    statuses(app, RIGHT, 2)

    assert [404] * 5 == statuses(app, RIGHT, 5, ("GET", "/api/media/status/1"))
    assert [200] * 5 == statuses(app, RIGHT, 5, ("GET", "/serve/789"))


def test_a_limit_of_nothing_is_none(app_of: Apps) -> None:
    """0 switches each of them off."""
    app = app_of(address_writes_per_minute=0, key_writes_per_minute=0, address_wrong_keys_per_minute=0)

    assert ({202}, {401}) == (set(statuses(app, RIGHT, 30)), set(statuses(app, WRONG, 30)))


@pytest.mark.parametrize("call", [WAKE, ("GET", "/api/media/status/1"), ("GET", "/api/media")])
@pytest.mark.parametrize("headers", [WRONG, {}])
def test_who_tries_keys_is_told_to_stop(app_of: Apps, call: tuple[str, str], headers: dict[str, str]) -> None:
    """By any route; one line of the log says from where, and never what was tried."""
    app = app_of(address_wrong_keys_per_minute=3)
    with capture_logs() as lines:
        told = [ask(app, *call, headers | by("198.51.100.1")) for _ in range(6)]

    assert [401] * 3 + [429] * 3 == [one.status_code for one in told]
    assert all(is_refusal(one) for one in told[3:])
    assert [{"event": "wrong_keys", "address": "198.51.100.1", "log_level": "warning"}] == lines
    assert [401] == statuses(app, headers | by("198.51.100.2"), 1, call)


def test_the_right_key_is_never_shut_out_with_the_wrong_ones(app_of: Apps) -> None:
    """Both may come from one proxy's address; nor do wrong keys use up what the right one may write."""
    app = app_of(address_wrong_keys_per_minute=1, address_writes_per_minute=2)
    told = [ask(app, *WAKE, headers).status_code for headers in (WRONG, WRONG, WRONG, RIGHT, WRONG, RIGHT)]

    assert [401, 429, 429, 202, 429, 202] == told


def test_an_address_that_one_says_of_oneself_does_not_count(app_of: Apps) -> None:
    """Without a trusted proxy it is who connected; with one, what that one wrote at the end."""
    direct = app_of(address_wrong_keys_per_minute=1, trusted_proxies=())
    behind = app_of(address_wrong_keys_per_minute=1, trusted_proxies=networks_named(("127.0.0.1",)))
    told = [
        [ask(app, *WAKE, WRONG | by(f"198.51.100.{number}, 192.0.2.1")).status_code for number in range(3)]
        for app in (direct, behind)
    ]

    assert [[401, 429, 429]] * 2 == told


def test_the_key_is_asked_for_before_the_body_is_read(app_of: Apps) -> None:
    """Who has none learns nothing of what is wrong with it, nor makes us read it."""
    app = app_of()

    assert [401, 401] == [ask(app, *WAKE, WRONG, content=body).status_code for body in (b"{", b" " * 70_000)]


class CountedReader(Reader):
    """Counts what it is asked, before any thread hears of it."""

    asked = 0

    async def ask(self, verb: Callable[_Asked, _Told], *args: _Asked.args, **kwargs: _Asked.kwargs) -> _Told:
        self.asked += 1
        return await super().ask(verb, *args, **kwargs)


@dataclass
class SlowShelf(MemoryShelf):
    """A database that takes its time for one write after the other."""

    goes_on: threading.Event = field(default_factory=threading.Event)

    def wake(self, pending_image_ids: Sequence[int]) -> None:
        assert self.goes_on.wait(60)
        super().wake(pending_image_ids)
        if self.error:
            raise self.error


def wake_all(shelf: SlowShelf, calls: Sequence[Sequence[int]]) -> list[BaseException | None]:
    """The first call, and once it is being written all others, which wait for it; then the database goes on."""
    shelf.goes_on.clear()

    async def call() -> list[BaseException | None]:
        reader = CountedReader(shelf)
        wakes = Wakes(reader)
        first = asyncio.ensure_future(wakes.wake(calls[0]))
        while not reader.asked:
            await asyncio.sleep(0)
        others = [asyncio.ensure_future(wakes.wake(ids)) for ids in calls[1:]]
        for _ in range(10):  # as often as a task needs to come to its question
            await asyncio.sleep(0)
        assert 1 == reader.asked
        shelf.goes_on.set()
        told = await asyncio.gather(first, *others, return_exceptions=True)
        reader.close()
        return told

    return asyncio.run(call())


def test_many_wake_calls_are_two_writes() -> None:
    """One that is under way, and one for all that came meanwhile, by one thread; every id is named once."""
    shelf = SlowShelf()
    told = wake_all(shelf, [[1], *([number % 7 + 2] for number in range(500))])

    assert {None} == set(told)
    assert [[1], [2, 3, 4, 5, 6, 7, 8]] == [shelf.woken[0], sorted(*shelf.woken[1:])]


def test_a_call_that_means_all_is_not_lost_among_ids() -> None:
    """No ids mean every item."""
    shelf = SlowShelf()
    wake_all(shelf, [[1], [2], [], [3]])

    assert [[1], []] == shelf.woken


def test_more_ids_than_are_gathered_mean_all() -> None:
    """So that a flood of them keeps no loop busy: a hint with too many names is one without."""
    shelf = SlowShelf()
    wake_all(shelf, [[1], *(range(number * 300, number * 300 + 300) for number in range(1, 20)), [2]])
    wake_all(shelf, [[3], [4]])

    assert [[1], [], [3], [4]] == shelf.woken


def test_every_caller_hears_that_the_database_is_away() -> None:
    """A 202 is the word that a worker can see it; the next call is tried anew."""
    shelf = SlowShelf(error=DatabaseDown("away"))
    told = wake_all(shelf, [[1], [2], [3]])

    assert [DatabaseDown] * 3 == [type(one) for one in told]
    shelf.error = None
    assert [None] == wake_all(shelf, [[4]])


def test_wake_calls_over_the_wire_are_gathered(app_of: Apps, shelf: MemoryShelf) -> None:
    """Fifty at the same time are all accepted, by a few writes."""
    told = ask_all(app_of(), [WAKE] * 50, RIGHT)

    assert {202} == {one.status_code for one in told}
    assert 1 <= len(shelf.woken) <= 5
