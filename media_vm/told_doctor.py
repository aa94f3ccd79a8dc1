"""What `media-vm doctor` prints: for a person as it is found, for a program at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from media_vm.rules.checkup import Line, State, exit_of
from media_vm.told_costs import printed

_WIDTH = 8


def tell_line(line: Line) -> str:
    """The state, what it is, what was found; below it what to do."""
    told = f"{line.state.value:<{_WIDTH}} {printed(line.what)}: {printed(line.seen)}"
    return told if line.remedy is None else f"{told}\n{'':<{_WIDTH}} → {printed(line.remedy)}"


def tell_sum(lines: Sequence[Line]) -> str:
    """The last line."""
    counts = Counter(line.state for line in lines)
    return ", ".join(f"{counts[state]} {state.value}" for state in State)


def doctor_json(lines: Sequence[Line]) -> dict[str, Any]:
    """For a program. is_fine: nothing is a problem; exit: the command's exit code."""
    told = [{"what": one.what, "state": one.state.value, "seen": one.seen, "remedy": one.remedy} for one in lines]
    code = exit_of(lines)
    return {"is_fine": code == 0, "exit": int(code), "checks": told}
