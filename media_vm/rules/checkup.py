"""What `media-vm doctor` finds: a line a thing looked at, its state, and what to do where all is not well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class State(StrEnum):
    """How it is. A warning is fine today, and will cost something some day."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Exit(IntEnum):
    """What a shell is told (contract §10)."""

    FINE = 0
    PROBLEM = 1
    SETTINGS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One thing. what: its name. seen: what was found. remedy: what to do, None where nothing is.
    is_setting: a problem of the environment, which no command starts with."""

    what: str
    state: State
    seen: str
    remedy: str | None = None
    is_setting: bool = False


def ok(what: str, seen: str) -> Line:
    """As it should be."""
    return Line(what, State.OK, seen)


def warning(what: str, seen: str, remedy: str) -> Line:
    """Media VM works with it."""
    return Line(what, State.WARNING, seen, remedy)


def problem(what: str, seen: str, remedy: str) -> Line:
    """Pictures wait, are lost or are not seen until somebody does this."""
    return Line(what, State.PROBLEM, seen, remedy)


def setting_problem(what: str, seen: str, remedy: str) -> Line:
    """The same of a setting."""
    return Line(what, State.PROBLEM, seen, remedy, is_setting=True)


def exit_of(lines: Iterable[Line]) -> Exit:
    """2 where a setting is a problem, 1 where anything else is; warnings are fine."""
    problems = [one for one in lines if one.state is State.PROBLEM]
    if any(one.is_setting for one in problems):
        return Exit.SETTINGS
    return Exit.PROBLEM if problems else Exit.FINE
