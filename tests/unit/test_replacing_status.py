"""What stays in tables made of memory: what waits for a run, and what no run can do anything about."""

from __future__ import annotations

from datetime import timedelta

from media_vm.replacing_status import Left, Looking, Staying
from media_vm.rules.replacing import Place, Stays, UrlAnswer
from media_vm.rules.temp_urls import DEFAULT_COLUMNS, columns_named
from media_vm.testing.clock import MemoryClock
from media_vm.testing.main_tables import MemoryAnswers, MemoryMainTables, PendingRow

BASE = "https://media.example/serve"
COLUMNS = columns_named(DEFAULT_COLUMNS)
NOTHING = Staying(0, None)


class World:
    """Nothing in it yet."""

    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.tables, self.answers = MemoryMainTables(COLUMNS, self.clock), MemoryAnswers()

    def upload(self, number: int, hours: int, *, is_shown: bool = True, status: int = 200) -> None:
        """Processed so many hours ago. status: what its URL answers."""
        path, since = f"/temp_images/{number}.jpg", self.clock.now - timedelta(hours=hours)
        self.tables.pending[number] = PendingRow(path, "processed", str(number), f"{since:%Y-%m-%d %H:%M:%S}")
        self.answers.answers[url(number)] = UrlAnswer(status or None, "image/jpeg")
        if is_shown:
            self.tables.values[Place(COLUMNS[0], (("user_id", number),))] = path

    def left(self) -> Left:
        return Looking(self.tables, self.answers, BASE).left()


def url(number: int) -> str:
    return f"{BASE}/{number}?size=detail"


def test_what_waits_is_told_from_what_stays() -> None:
    """An alert looks at the first alone; only what is late is asked for."""
    world = World()
    world.upload(1, 30, is_shown=False)
    world.upload(2, 30, status=410)
    world.upload(3, 2)

    left = world.left()

    assert [1, 1, 1] == [left.staying[one].images for one in (Stays.WAITING, Stays.UNPLACED, Stays.GONE)]
    assert [2, 30, 30] == [(left.age(one) or timedelta()) // timedelta(hours=1) for one in Stays]
    assert ([url(2)], False) == (world.answers.asked, left.is_overdue)


def test_a_late_one_is_overdue() -> None:
    """Whatever it is that keeps its URL from being served, but for 410."""
    world = World()
    world.upload(1, 25, status=404)

    assert (1, True) == (world.left().staying[Stays.WAITING].images, world.left().is_overdue)


def test_a_server_that_is_down_leaves_them_waiting() -> None:
    """Ten in a row are asked for, and no more; one answer begins the count anew."""
    world = World()
    for number in range(1, 31):
        world.upload(number, 25, status=503 if number == 5 else 0)

    assert 30 == world.left().staying[Stays.WAITING].images
    assert 15 == len(world.answers.asked)


def test_orphans_are_counted() -> None:
    """By their places; and nothing stays."""
    world = World()
    world.upload(1, 30)
    world.tables.pending[1].status = "failed"

    assert (1, dict.fromkeys(Stays, NOTHING)) == (world.left().orphans, dict(world.left().staying))
