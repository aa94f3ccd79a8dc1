"""What serve remembers of media, and how it learns that it is no longer so; time is told, never waited for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from media_vm.errors import DatabaseDown
from media_vm.testing import EPOCH
from serve.reader import Reader
from serve.shelf import News, Shown
from tests.integration.shelf_in_memory import MemoryShelf, sunset


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    return sunset(tmp_path)


@pytest.fixture
def shelf(shown: Shown) -> MemoryShelf:
    return MemoryShelf(media={789: shown, 900: replace(shown, media_id=900)})


@pytest.fixture
def reader(shelf: MemoryShelf, clock: Clock) -> Reader:
    return Reader(shelf, clock)


def run(story: Callable[[], Awaitable[None]], reader: Reader) -> None:
    """In one loop, as in a process."""

    async def whole() -> None:
        await story()

    asyncio.run(whole())
    reader.close()


async def settled(reader: Reader) -> None:
    """Once the news that were asked for by the way have come."""
    await reader._freshness.wait()


def test_a_media_is_looked_up_once_and_then_at_hand(reader: Reader, shelf: MemoryShelf, shown: Shown) -> None:
    """However long it is asked for, up to a minute."""

    async def story() -> None:
        assert reader.at_hand(789) is None
        assert await reader.shown(789) is shown
        assert reader.at_hand(789) is shown
        assert await reader.shown(789) is shown

    run(story, reader)
    assert 1 == shelf.looks


@pytest.mark.parametrize("seconds", [0.0, 0.49, 0.5, 0.79, 0.8, 3.0, 59.0])
def test_a_change_shows_within_a_second(
    reader: Reader, shelf: MemoryShelf, clock: Clock, shown: Shown, seconds: float
) -> None:
    """Whenever the last question was, and whoever changed it: who asks a second later gets what is so now."""
    later = replace(shown, is_deleted=True)

    async def story() -> None:
        assert await reader.shown(789) is shown
        clock.seconds += seconds
        assert await reader.shown(789) is shown
        await settled(reader)
        shelf.media[789] = later
        shelf.changed(789)
        clock.seconds += 1.0
        assert await reader.shown(789) is later

    run(story, reader)


def test_a_busy_server_hears_of_changes_by_the_way(
    reader: Reader, shelf: MemoryShelf, clock: Clock, shown: Shown
) -> None:
    """A request each tenth of a second: none waits for news, which are asked for twice a second, and within a
    second of the change the answer is the new one."""
    later = replace(shown, is_deleted=True)
    told: list[Shown | None] = []

    async def story() -> None:
        await reader.shown(789)
        for tenth in range(20):
            clock.seconds += 0.1
            if tenth == 10:
                shelf.media[789] = later
                shelf.changed(789)
            told.append(reader.at_hand(789) or await reader.shown(789))
            await settled(reader)

    run(story, reader)
    assert [shown] * 10 == told[:10]
    assert later in told[10:19]
    assert 4 <= shelf.asked_for_news <= 5


def test_only_what_changed_is_looked_up_anew(reader: Reader, shelf: MemoryShelf, clock: Clock) -> None:
    """And once for each change, though the database tells of it for a minute."""

    async def story() -> None:
        for seconds in range(5):
            if seconds == 2:
                shelf.changed(900)
            await reader.shown(789)
            await reader.shown(900)
            clock.seconds += 1

    run(story, reader)
    assert 3 == shelf.looks


def test_a_bulk_change_forgets_no_more_than_what_changed(
    reader: Reader, shelf: MemoryShelf, clock: Clock, shown: Shown
) -> None:
    """What is remembered, and a gap among the ids, are asked after by their ids."""
    shelf.is_bulk_changed = True

    async def story() -> None:
        for media_id in (789, 900, 5):
            await reader.shown(media_id)
        for media_id in (900, 5, *range(10_000, 12_000)):
            shelf.changed(media_id)
        shelf.media |= {5: shown}
        for _ in range(5):
            clock.seconds += 1
            assert await reader.shown(789)
            assert await reader.shown(900)
            assert await reader.shown(5) is shown

    run(story, reader)
    assert 5 == shelf.looks


def test_what_comes_to_be_remembered_amid_a_bulk_change_is_asked_after(
    reader: Reader, shelf: MemoryShelf, clock: Clock, shown: Shown
) -> None:
    """It changed before anybody remembered it, and again within a second of that; then it rests, however often it
    is told."""
    shelf.is_bulk_changed = True
    later = replace(shown, is_deleted=True)

    async def story() -> None:
        await reader.shown(900)
        shelf.changed(789)
        clock.seconds += 1
        assert await reader.shown(789) is shown
        shelf.media[789] = later
        shelf.changed(789)
        clock.seconds += 1
        for _ in range(5):
            assert await reader.shown(789) is later
            clock.seconds += 1

    run(story, reader)
    assert 3 == shelf.looks


def test_nothing_is_remembered_for_longer_than_a_minute(reader: Reader, shelf: MemoryShelf, clock: Clock) -> None:
    """Should a change ever go unheard of."""

    async def story() -> None:
        await reader.shown(789)
        clock.seconds += 60
        await reader.shown(789)

    run(story, reader)
    assert 2 == shelf.looks


def test_an_id_beyond_the_highest_costs_no_look(reader: Reader, shelf: MemoryShelf) -> None:
    """A scan of ids that were never given out asks the database for nothing."""

    async def story() -> None:
        for media_id in (901, 10**17, 10**18 - 1):
            assert await reader.shown(media_id) is None

    run(story, reader)
    assert (0, 1) == (shelf.looks, shelf.asked_for_news)


def test_an_unknown_id_is_looked_up_once_until_it_is_known(
    reader: Reader, shelf: MemoryShelf, clock: Clock, shown: Shown
) -> None:
    """A gap among the ids; one that is filled shows within a second, and so does a new highest."""

    async def story() -> None:
        for _ in range(3):
            assert await reader.shown(5) is None
        assert 1 == shelf.looks
        shelf.media |= {5: shown, 901: shown}
        shelf.changed(5)
        shelf.changed(901)
        clock.seconds += 1
        assert await reader.shown(5) is shown
        assert await reader.shown(901) is shown

    run(story, reader)


def test_a_scan_of_unknown_ids_pushes_no_picture_out(
    shelf: MemoryShelf, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both memories are bounded, each by itself; the longest unasked goes first."""
    monkeypatch.setattr("serve.reader._REMEMBERED", 2)
    reader = Reader(shelf, clock)

    async def story() -> None:
        await reader.shown(789)
        for media_id in range(1, 50):
            await reader.shown(media_id)
        assert 50 == shelf.looks
        await reader.shown(789)
        await reader.shown(49)
        assert 50 == shelf.looks
        await reader.shown(1)
        assert 51 == shelf.looks

    run(story, reader)


def test_the_longest_unasked_media_is_forgotten_first(
    shelf: MemoryShelf, clock: Clock, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crawler of every id does not fill the memory."""
    monkeypatch.setattr("serve.reader._REMEMBERED", 2)
    shelf.media[1000] = shown
    reader = Reader(shelf, clock)

    async def story() -> None:
        for media_id in (789, 900, 789, 1000):
            await reader.shown(media_id)
        assert 3 == shelf.looks
        assert reader.at_hand(789)
        assert reader.at_hand(1000)
        assert reader.at_hand(900) is None

    run(story, reader)


@pytest.mark.parametrize("is_bulk_changed", [False, True])
def test_a_change_during_a_look_is_not_missed(
    reader: Reader,
    shelf: MemoryShelf,
    clock: Clock,
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
    is_bulk_changed: bool,
) -> None:
    """What an older look brings is told to who waited for it, and not remembered."""
    shelf.is_bulk_changed = is_bulk_changed
    may_go_on = threading.Event()

    def slow(media_id: int) -> Shown | None:
        found = MemoryShelf.look_up(shelf, media_id)
        assert may_go_on.wait(10)
        return found

    async def story() -> None:
        await reader.shown(900)
        monkeypatch.setattr(shelf, "look_up", slow)
        waiting = asyncio.ensure_future(reader.shown(789))
        while shelf.looks < 2:
            await asyncio.sleep(0)
        shelf.media[789] = replace(shown, is_deleted=True)
        shelf.changed(789)
        clock.seconds += 1
        await reader.shown(900)
        may_go_on.set()
        assert await waiting is shown
        clock.seconds += 0.1
        now = await reader.shown(789)
        assert now and now.is_deleted

    run(story, reader)


def test_with_the_database_away_pictures_are_shown_for_a_minute(
    reader: Reader, shelf: MemoryShelf, clock: Clock, shown: Shown
) -> None:
    """Those that are remembered; what is not cannot be known, an id beyond the highest neither."""

    async def story() -> None:
        await reader.shown(789)
        shelf.error = DatabaseDown("away")
        clock.seconds += 59
        assert await reader.shown(789) is shown
        for media_id in (900, 10**17):
            with pytest.raises(DatabaseDown):
                await reader.shown(media_id)
        clock.seconds += 1
        with pytest.raises(DatabaseDown):
            await reader.shown(789)
        shelf.error = None
        assert await reader.shown(789) is shown

    run(story, reader)


def test_a_database_that_hangs_is_not_waited_for_twice(
    reader: Reader, shelf: MemoryShelf, clock: Clock, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One question at a time; half a second after it was asked nobody waits for its answer any more. After two
    seconds it is asked anew, and what the lost one would have told is not missed."""
    may_go_on = threading.Event()

    def hanging(_: Sequence[int]) -> News:
        shelf.asked_for_news += 1
        assert may_go_on.wait(10)
        return News(900, EPOCH, {})

    async def story() -> None:
        await reader.shown(789)
        monkeypatch.setattr(shelf, "news", hanging)
        clock.seconds += 5
        assert reader.at_hand(789) is None
        while shelf.asked_for_news < 2:
            await asyncio.sleep(0)
        for _ in range(3):
            clock.seconds += 0.6
            assert await reader.shown(789) is shown
        assert 2 == shelf.asked_for_news
        monkeypatch.undo()
        shelf.media[789] = replace(shown, is_deleted=True)
        shelf.changed(789)
        clock.seconds += 0.6
        now = await reader.shown(789)
        assert now and now.is_deleted
        assert 3 == shelf.asked_for_news
        may_go_on.set()

    run(story, reader)


def test_calls_that_wait_for_a_lock_keep_no_change_from_showing(
    reader: Reader, shelf: MemoryShelf, clock: Clock, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten writes that hang hold every thread there is for calls; a deletion by another process is heard of."""
    may_go_on = threading.Event()

    async def story() -> None:
        await reader.shown(789)
        calls = [asyncio.ensure_future(reader.ask(may_go_on.wait, 10)) for _ in range(10)]
        await asyncio.sleep(0)
        shelf.changed(789)
        clock.seconds += 1
        assert reader.at_hand(789) is None
        await settled(reader)
        assert reader.at_hand(789) is None
        assert 2 == shelf.asked_for_news
        may_go_on.set()
        await asyncio.gather(*calls)

    run(story, reader)
