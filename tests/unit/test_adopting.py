"""What taking over concludes from files that could, could not, or could not just now be looked at."""

from __future__ import annotations

import errno
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from media_vm.adopting import Adoption
from media_vm.adopting_ports import Old, OldFile, Refused, Settlement
from media_vm.errors import ChildDied, GiveUp, NoRoom, NotThere, TooSlow, TryAgain
from media_vm.rules.adopting import Verdict
from media_vm.rules.analysis import Measured
from media_vm.rules.pictures import Background, DataType, Format, Size, SourceFacts
from media_vm.values import Download
from tests.takeover.old_media import OLD

PATH = "bulk/2025-01-15/12-a.jpg"
VARIANT = "library/user_4/product/img/12-a-grid.jpg"


@dataclass
class Rows:
    """One media. answer: what settling comes to, if not to its verdict."""

    answer: Verdict | None = None
    old: Old = OLD
    settled: list[Settlement] = field(default_factory=list)
    is_done: bool = False

    def count(self) -> int:
        return 1

    def after(self, media_id: int) -> Sequence[Old]:
        return [self.old] if media_id < OLD.media_id else []

    def neighbours(self, old: Old, ids: Collection[int]) -> frozenset[int]:
        return frozenset()

    def settle(self, settlement: Settlement) -> Verdict:
        self.settled.append(settlement)
        return self.answer or settlement.verdict

    def done(self) -> None:
        self.is_done = True


@dataclass
class Seen:
    """A storage with one original, and eyes that may fail on it."""

    trouble: Exception | None = None

    def original(self, old: Old) -> str:
        return PATH

    def candidates(self, old: Old) -> tuple[Sequence[OldFile], Sequence[Refused]]:
        return [OldFile(VARIANT, Size.GRID, Background.ORIGINAL, 0.0)], []

    def place(self, path: str) -> Path:
        return Path("/storage") / path

    def look_through(self, source: Path) -> SourceFacts:
        if self.trouble:
            raise self.trouble
        return SourceFacts("jpeg", 300, 200, 1, has_alpha=False)


class Storage(Seen):
    """Measures files."""

    def measure(self, path: str) -> Download:
        return Download(3, "0" * 64)


class Eyes(Seen):
    """Measures pictures; nobody asks here."""

    def measure(self, source: Path, data_type: DataType) -> Measured:
        raise AssertionError


def adopted(rows: Rows, trouble: Exception | None = None) -> tuple[Verdict, str, bool]:
    """Verdict, why something was left alone, and whether that was the end of taking over."""
    run = Adoption(rows, Storage(), Eyes(trouble), 1, is_writing=True)
    [one] = run.outcomes()
    return one.verdict, one.refused[0].why if one.refused else "", rows.is_done


@pytest.mark.parametrize("trouble", [GiveUp("truncated", "it ends early"), NotThere("no_picture", "it is text")])
def test_bytes_that_are_no_picture_are_refused(trouble: Exception) -> None:
    """Nothing of that will change: the media is settled without them."""
    assert (Verdict.AWAITED, str(trouble), True) == adopted(Rows(), trouble)


@pytest.mark.parametrize(
    "trouble",
    [
        TooSlow("too_slow", "its time was over"),
        NoRoom("no_memory", "memory ran out"),
        TryAgain("busy", "not now"),
        ChildDied("child_died", "killed", crash_signal=True),
        OSError(errno.EIO, "Input/output error"),
    ],
)
def test_what_could_not_be_looked_at_is_tried_by_another_run(trouble: Exception) -> None:
    """Nothing is settled, its reason is told, and taking over has not ended; the next run ends it."""
    rows = Rows()
    verdict, why, is_done = adopted(rows, trouble)

    assert (Verdict.HELD, False, []) == (verdict, is_done, rows.settled)
    assert str(trouble).removeprefix(f"[Errno {errno.EIO}] ") in why
    assert (Verdict.REMADE, "", True) == adopted(rows)


@pytest.mark.parametrize(("answer", "is_done"), [(Verdict.HELD, False), (Verdict.UNCHANGED, True)])
def test_what_the_rows_say_at_the_end_counts(answer: Verdict, is_done: bool) -> None:
    """A worker took it meanwhile, or somebody deleted it, for which no run has to wait."""
    assert (answer, "", is_done) == adopted(Rows(answer))


@pytest.mark.parametrize("name", ["12-a-grid.jpg", "12-b-grid.jpg"])
def test_a_run_again_while_it_is_made_again(name: str) -> None:
    """The variant that has its row is no file left alone; another one for the same place still is."""
    kept = frozenset({(Size.GRID, Format.JPEG, Background.ORIGINAL)})
    paths = frozenset({f"library/user_4/product/img/{name}"})
    rows = Rows(old=replace(OLD, is_settled=True, has_original=True, kept=kept, kept_paths=paths))

    why = "" if VARIANT in paths else "another file is this variant already"
    assert (Verdict.UNCHANGED, why, True) == adopted(rows)
