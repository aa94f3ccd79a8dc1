"""The doctor's checks run side by side: one that hangs or breaks costs its own line and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

import pytest

from media_vm.doctor import examine
from media_vm.errors import DatabaseDown, Misconfigured
from media_vm.rules.checkup import Exit, Line, State, exit_of, ok, problem, setting_problem, warning

FINE = ok("fine", "as it should be")


@dataclass(frozen=True)
class Looking:
    """A check that does as it is told."""

    look: Callable[[], Sequence[Line]]
    area: str = "area"
    limit: timedelta = timedelta(seconds=20)

    def lines(self) -> Sequence[Line]:
        return self.look()


def raising(error: Exception) -> Callable[[], Sequence[Line]]:
    def look() -> Sequence[Line]:
        raise error

    return look


def test_lines_come_in_their_checks_order() -> None:
    """However long each takes: the first waits for the second here."""
    is_done = Event()

    def first() -> Sequence[Line]:
        assert is_done.wait(20)
        return [FINE]

    def second() -> Sequence[Line]:
        is_done.set()
        return [ok("second", ""), ok("third", "")]

    assert ["fine", "second", "third"] == [one.what for one in examine([Looking(first), Looking(second)])]


def test_a_check_that_hangs_is_given_up() -> None:
    """The others are told all the same."""
    for_ever = Event()

    def hang() -> Sequence[Line]:
        for_ever.wait(20)
        return []

    hung, fine = examine([Looking(hang, limit=timedelta(seconds=0)), Looking(lambda: [FINE])])
    for_ever.set()

    assert ("area", State.PROBLEM, "no answer within 0 s") == (hung.what, hung.state, hung.seen)
    assert fine == FINE


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RuntimeError("https://user:secret@host"), "the check itself broke (RuntimeError)"),
        (DatabaseDown("it did not answer: check that it runs"), "it did not answer"),
        (Misconfigured("key_refused", "the key is refused"), "the key is refused"),
    ],
)
def test_a_check_that_breaks_is_a_problem(error: Exception, expected: str) -> None:
    """Our own errors say what they are; nobody else's are quoted, for they quote secrets."""
    [line] = examine([Looking(raising(error))])

    assert (State.PROBLEM, expected, True) == (line.state, line.seen, bool(line.remedy))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], Exit.FINE),
        ([FINE, warning("a", "b", "c")], Exit.FINE),
        ([FINE, problem("a", "b", "c")], Exit.PROBLEM),
        ([setting_problem("a", "b", "c"), problem("a", "b", "c")], Exit.SETTINGS),
    ],
)
def test_the_exit_code_is_the_worst_ones(lines: Sequence[Line], expected: Exit) -> None:
    """Warnings are fine; a setting comes before all else, for no command starts with it."""
    assert expected == exit_of(lines)
