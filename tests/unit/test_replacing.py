"""One run over tables made of memory: what is asked, written, logged and left."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from media_vm.replacing import Replacing, undo
from media_vm.rules.replacing import Orphan, Place, Processed, UrlAnswer, Verdict
from media_vm.rules.temp_urls import DEFAULT_COLUMNS, columns_named
from media_vm.rules.undoing import Entry, Undone
from media_vm.testing.clock import MemoryClock
from media_vm.testing.main_tables import MemoryAnswers, MemoryMainTables, MemoryUndoLog, PendingRow

BASE = "https://media.example/serve"
COLUMNS = columns_named(DEFAULT_COLUMNS)
SILENCE = UrlAnswer(None, "")


def path(number: int) -> str:
    return f"/temp_images/profiles/{number}-profile-1.jpg"


def url(number: int) -> str:
    return f"{BASE}/{number}?size=detail"


def place(number: int, column: int = 0) -> Place:
    return Place(COLUMNS[column], (("user_id", number),))


class World:
    """Images 1…n, processed and in a profile each."""

    def __init__(self, images: int = 3) -> None:
        self.tables = MemoryMainTables(COLUMNS, MemoryClock())
        self.answers, self.log = MemoryAnswers(), MemoryUndoLog()
        for number in range(1, images + 1):
            self.tables.pending[number] = PendingRow(path(number), permanent_url=str(number))
            self.tables.values[place(number)] = path(number)

    def run(self, *, is_writing: bool = True, completes_unplaced: bool = False) -> Replacing:
        return Replacing(self.tables, self.answers, self.log, BASE, is_writing, completes_unplaced)

    def verdicts(self, run: Replacing | None = None) -> list[Verdict]:
        return [one.verdict for one in (run or self.run()).outcomes()]

    @property
    def statuses(self) -> list[str]:
        return [row.status for row in self.tables.pending.values()]


def test_a_dry_run_asks_and_writes_nothing() -> None:
    """It tells what a run would do."""
    world = World()

    assert [Verdict.REPLACED] * 3 == world.verdicts(world.run(is_writing=False))
    assert [url(1), url(2), url(3)] == world.answers.asked
    assert [path(1), path(2), path(3)] == list(world.tables.values.values())
    assert (["processed"] * 3, []) == (world.statuses, world.log.entries)


def test_a_run_replaces_completes_and_logs() -> None:
    """Batch after batch; a second run finds nothing to do."""
    world = World()

    assert [Verdict.REPLACED] * 3 == world.verdicts()
    assert [url(1), url(2), url(3)] == list(world.tables.values.values())
    assert ["complete"] * 3 == world.statuses
    assert Entry(1, path(1), url(1), None, (place(1),)) == world.log.entries[0]
    assert ([], 3) == (world.verdicts(), len(world.log.entries))


def test_one_image_in_two_columns_is_replaced_in_both() -> None:
    """An artist who is a promoter too."""
    world = World(1)
    world.tables.values[place(1, 3)] = path(1)

    assert [(place(1), place(1, 3))] == [one.places for one in world.run().outcomes()]
    assert [url(1), url(1)] == list(world.tables.values.values())


def test_an_unplaced_image_is_not_asked_for() -> None:
    """Completed only on request, and only if it is served."""
    world = World()
    world.tables.values.clear()
    world.answers.answers[url(2)] = UrlAnswer(404, "text/plain")

    assert ([Verdict.UNPLACED] * 3, []) == (world.verdicts(), world.answers.asked)
    completing = world.run(completes_unplaced=True)
    assert [Verdict.COMPLETED, Verdict.NOT_SERVED, Verdict.COMPLETED] == world.verdicts(completing)
    assert ["complete", "processed", "complete"] == world.statuses
    assert [(), ()] == [one.places for one in world.log.entries]


def test_an_answer_belongs_to_its_own_image() -> None:
    """Though some images of the batch are not asked for."""
    world = World(4)
    del world.tables.values[place(1)]
    world.tables.pending[3].permanent_url = "soon"
    world.answers.answers[url(2)] = UrlAnswer(410, "")

    assert [Verdict.UNPLACED, Verdict.GONE, Verdict.UNREADABLE, Verdict.REPLACED] == world.verdicts()
    assert [path(2), path(3), url(4)] == list(world.tables.values.values())


def test_a_change_that_came_between_is_kept() -> None:
    """The look was before it, the write after."""
    world = World(1)
    images = world.run().outcomes()
    world.answers.of = changing(world, world.answers)  # type: ignore[method-assign]

    assert [Verdict.CHANGED] == [one.verdict for one in images]
    assert (["mine"], ["processed"], []) == ([*world.tables.values.values()], world.statuses, world.log.entries)


def changing(world: World, answers: MemoryAnswers):  # type: ignore[no-untyped-def]
    def of(urls: Sequence[str]):  # type: ignore[no-untyped-def]
        world.tables.values[place(1)] = "mine"
        return iter([UrlAnswer(200, "image/png") for _ in urls])

    return of


def test_a_log_that_fails_keeps_the_rows() -> None:
    """What could not be undone is not done."""
    world = World(1)

    def full(_: Entry) -> None:
        raise OSError(28, "No space left on device")

    world.log.append = full  # type: ignore[method-assign, assignment]
    with pytest.raises(OSError, match="No space"):
        world.verdicts()

    assert ([path(1)], ["processed"]) == ([*world.tables.values.values()], world.statuses)


def test_a_server_that_is_down_is_not_asked_for_ever() -> None:
    """Ten times in a row; one answer, whatever it is, begins the count anew."""
    world = World(30)
    world.answers.answers = {url(number): SILENCE for number in range(1, 31)}
    world.answers.answers[url(4)] = UrlAnswer(503, "")
    run = world.run()

    assert ([Verdict.NOT_SERVED] * 14, True) == (world.verdicts(run), run.was_cut_short)


def test_orphans_are_listed() -> None:
    """A temp path without an upload, or with one that is over; not one that waits."""
    world = World(4)
    del world.tables.pending[1]
    world.tables.pending[2].status = "failed"
    world.tables.pending[3].status = "pending"
    world.tables.values[place(9)] = "https://elsewhere.example/x.jpg"

    assert [Orphan(place(1), path(1), None), Orphan(place(2), path(2), "failed")] == list(world.run().orphans())


def test_undoing_brings_everything_back() -> None:
    """Byte for byte; a dry run tells and does nothing."""
    world = World()
    world.tables.pending[1].updated_at = "2025-01-01 10:00:00"
    before = {number: PendingRow(**vars(row)) for number, row in world.tables.pending.items()}
    world.verdicts()

    told = [one.verdict for one in undo(world.tables, world.log.entries, is_writing=False)]
    assert ([Undone.PUT_BACK] * 3, ["complete"] * 3) == (told, world.statuses)
    assert [3, 2, 1] == [one.entry.image_id for one in undo(world.tables, world.log.entries, is_writing=True)]
    assert [path(1), path(2), path(3)] == list(world.tables.values.values())
    assert before[1] == world.tables.pending[1]
    assert [Undone.NOTHING] * 3 == [one.verdict for one in undo(world.tables, world.log.entries, is_writing=True)]


def test_undoing_a_row_that_was_replaced_twice() -> None:
    """The last replacement goes first; the one before it finds its place changed by the user, and leaves it."""
    world = World(1)
    world.verdicts()
    world.tables.values[place(1)] = path(2)
    world.tables.pending[2] = PendingRow(path(2), permanent_url="2")
    world.verdicts()

    list(undo(world.tables, world.log.entries, is_writing=True))

    assert [path(2)] == list(world.tables.values.values())
    assert ["complete", "processed"] == world.statuses


def test_images_are_looked_at_in_order() -> None:
    """By id, so that a run ends whatever becomes of them."""
    world = World(5)
    world.tables.values.clear()

    assert [1, 2, 3, 4, 5] == [one.image.image_id for one in world.run().outcomes()]
    assert Processed(1, path(1), "1", None) == world.tables.processed_after(0, None)[0]
