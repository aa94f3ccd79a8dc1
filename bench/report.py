"""Writes what a run found into a page, between two markers, so that nobody copies figures by hand."""

from __future__ import annotations

from datetime import date

from bench.sections import Run
from bench.table import as_table, machine

BEGIN = "<!-- One run: from here on `python -m bench --report` writes. -->"
END = "<!-- The run ends here. -->"


class NoMarkers(Exception):
    """A page has not both markers, once each and in order."""


def replaced(page: str, found: str) -> str:
    """The page with `found` between its markers, all else as it was. NoMarkers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or {BEGIN, END} & {*after.splitlines(), *before.splitlines()}:
        raise NoMarkers(f"the page needs one line {BEGIN} and below it one line {END}")
    return f"{before}{BEGIN}\n\n{found.strip()}\n\n{END}{after}"


def one_run(run: Run, today: date) -> str:
    """The day, what the figures depend on, how long each took and of how many pictures; then all of them."""
    measured_on = ", ".join(f"{name} {value}" for name, value in machine().items())
    took = [f"| {section.name} | {section.of} | {seconds:.0f} |" for section, seconds in run.seconds]
    return "\n".join(
        [
            f"{today.isoformat()}; {measured_on}; {run.total:.0f} s in all:",
            "",
            "| figure | of | s |",
            "|---|---|---|",
            *took,
            "",
            as_table(run.comparisons),
        ]
    )
