"""The doctor's verdicts on what runs out: connections and days; and on what a remover lacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from media_vm.rules.checkup import State
from media_vm.rules.checkup_answers import Exchange, Unanswered, certificate_of, line_of_certificate
from media_vm.rules.checkup_database import ServerFacts, line_of_connections
from media_vm.rules.checkup_pictures import line_of_remover
from media_vm.rules.connections import held
from media_vm.rules.pictures import NobodyThere, Remover

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("of_all", "of_one_user", "expected", "name"),
    [
        (41, 0, State.OK, "max_connections is 41"),
        (40, 0, State.WARNING, "max_connections is 40"),
        (151, 41, State.OK, "max_user_connections is 41"),
        (151, 40, State.WARNING, "max_user_connections is 40"),
        (40, 100, State.WARNING, "max_connections is 40"),
    ],
)
def test_connections_are_enough_or_not(of_all: int, of_one_user: int, expected: State, name: str) -> None:
    """Ten beside those that are held; the smaller limit counts."""
    server = ServerFacts("READ-COMMITTED", "utf8mb4", (), (), 0, None, 1, of_all, of_one_user)
    line = line_of_connections(server, 31)

    assert expected is line.state
    assert line.seen.startswith(f"{name}; a worker and serve hold up to 31,")
    assert expected is State.OK or "= 41 or more" in (line.remedy or "")


def test_items_and_processes_hold_connections() -> None:
    """Of a machine with two cores, as it is set up of itself."""
    assert 32 == held(items_in_flight=8, cpu_slots=2)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(days=14), State.OK),
        (timedelta(days=14, seconds=-1), State.WARNING),
        (timedelta(0), State.WARNING),
    ],
)
def test_a_certificate_is_renewed_in_time(left: timedelta, expected: State) -> None:
    """Two weeks before its end somebody should look."""
    assert expected is line_of_certificate(NOW + left, NOW).state


def test_without_tls_there_is_no_certificate() -> None:
    """Nor where nobody answers."""
    answers = (Exchange(200), Unanswered("nobody"), Exchange(200, certificate_until=NOW))
    assert [None, None, NOW] == [certificate_of(one) for one in answers]


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        (None, State.OK),
        (NobodyThere.SWITCHED_OFF, State.OK),
        (NobodyThere.NOT_INSTALLED, State.PROBLEM),
        (NobodyThere.MODEL_MISSING, State.PROBLEM),
    ],
)
def test_a_remover_that_lacks_something(missing: NobodyThere | None, expected: State) -> None:
    """To be switched off is no fault."""
    assert expected is line_of_remover(Remover.REMBG, missing).state
