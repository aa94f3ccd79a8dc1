"""What a run found, as docs/bench.md holds it between two markers."""

from __future__ import annotations

from datetime import date

from bench.sections import Run
from bench.table import as_table, machine

BEGIN = "<!-- One run: from here on `python -m bench --report` writes. -->"
END = "<!-- The run ends here. -->"


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
