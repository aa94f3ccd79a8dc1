"""What survived what, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median_low

from tests.faults.verdict import Verdict


@dataclass
class Score:
    """One kind of misfortune: how often it happened, to how many items, and what was wrong after.

    burnt: attempts that it cost, of those that it may; vanished: items freed of a dead worker's lease. proof: what
    exactly was done, and measured.
    """

    name: str
    times: int = 0
    survived: int = 0
    items: int = 0
    lost: int = 0
    quarantined: int = 0
    doubled: int = 0
    stuck: int = 0
    burnt: int = 0
    vanished: int = 0
    proof: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Survived every time."""
        return self.times == self.survived and not self.notes

    def add(self, what: str, verdict: Verdict, *, times: int = 1, happened: bool = True) -> None:
        """One more: it counts as survived only if it did happen, and nothing was wrong after."""
        self.times += times
        self.survived += times * (happened and verdict.is_clean)
        self.items += verdict.items
        self.lost += verdict.lost + verdict.damaged
        self.quarantined += verdict.quarantined
        self.doubled += verdict.doubled + verdict.out_of_order
        self.stuck += verdict.stuck
        self.burnt += verdict.burnt
        self.vanished += verdict.vanished
        self.notes += [f"{what}: {note}" for note in verdict.notes]
        if not happened:
            self.notes.append(f"{what}: it did not happen")
        elif not verdict.is_clean:
            self.notes.append(f"{what}: {verdict}")

    def line(self) -> str:
        """For who waits."""
        return f"{self.name}: {self.survived} of {self.times}" + "".join(f"\n    {note}" for note in self.notes)

    def as_json(self) -> dict[str, object]:
        """Every figure by its name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def spread(figures: Sequence[int]) -> str:
    """The least, the middle and the most of some figures."""
    return f"{min(figures)}–{max(figures)}, median {median_low(figures)}" if figures else "none"


COLUMNS = (
    "survived",
    "items",
    "lost",
    "healthy quarantined",
    "told twice",
    "stuck",
    "attempts burnt",
    "worker deaths",
    "what was done",
)


def as_table(scores: Sequence[Score]) -> str:
    """A Markdown table, a line a kind."""
    rows: list[tuple[str, ...]] = [("misfortune", *COLUMNS)]
    for one in scores:
        figures = (one.items, one.lost, one.quarantined, one.doubled, one.stuck, one.burnt, one.vanished)
        rows.append((one.name, f"{one.survived} of {one.times}", *map(str, figures), one.proof))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])
