"""What an operator does to a worker: restarts in the middle of things."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests.faults.crashes import LEASES_AT_A_KILL, SLOW_PIXELS, scene, upload
from tests.faults.ledger_api import LedgerAPI
from tests.faults.sight import Sight, sight_of
from tests.faults.verdict import converged
from tests.faults.waiting import until
from tests.faults.workers import ENDED_BY_KILL, Place, start
from tests.integration.databases import empty_database

ON_BOTH = pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
RESTARTS = 5


def busy(place: Place, api: LedgerAPI, sight: Sight) -> BaseProcess:
    """A worker with several items in its hands, in a process group of its own."""
    if len(api.unfinished()) < 3 * place.in_flight:
        known = len(api.items)
        upload(api, range(known + 1, known + 1 + 3 * place.in_flight))
    worker = start(place)
    assert until(lambda: sight.held_by(worker.pid) >= LEASES_AT_A_KILL)
    return worker


@ON_BOTH
def test_five_restarts_by_an_operator_cost_nothing(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """SIGTERM to the group, as systemd sends it: each ends well, with no lease left and no death counted."""
    ends = []
    with scene(empty_database(kind, request), tmp_path) as (place, api), sight_of(place.database) as sight:
        place = replace(place, render=SLOW_PIXELS, lease=timedelta(seconds=20))  # none may run out by itself
        for _ in range(RESTARTS):
            worker = busy(place, api, sight)
            os.killpg(worker.pid or 0, signal.SIGTERM)
            worker.join(20)
            ends.append((worker.exitcode, sight.held_by(worker.pid)))
        verdict = converged(place, api)

    assert [(0, 0)] * RESTARTS == ends
    assert 0 == verdict.vanished
    assert verdict.is_clean, verdict


@ON_BOTH
def test_five_kills_of_the_group_condemn_nobody(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """kill -9 to the group: every lease it held is a death that is counted, and nobody pays for it."""
    held = 0
    with scene(empty_database(kind, request), tmp_path) as (place, api), sight_of(place.database) as sight:
        place = replace(place, render=SLOW_PIXELS)
        for _ in range(RESTARTS):
            worker = busy(place, api, sight)
            os.killpg(worker.pid or 0, signal.SIGKILL)
            worker.join()
            assert ENDED_BY_KILL == worker.exitcode
            held += sight.held_by(worker.pid)
        verdict = converged(place, api)

    assert held > 0
    assert held <= verdict.vanished
    assert verdict.is_clean, verdict
