"""A worker that is told to end. After `test_metrics.py` by name: the next worker counts from nought."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.machine import Machine
from tests.pictures import photo, saved


def test_sigterm_ends_the_worker_and_loses_nothing(machine: Machine, tmp_path: Path) -> None:
    """A worker told to end as a picture comes in exits with 0; the next one finishes the picture."""
    pending_id = machine.upload("event_image", saved(photo(700, 500), tmp_path / "late.jpg"))
    assert machine.restart_worker() == 0
    assert ["completed"] == machine.decided(pending_id)
    assert len(machine.calls(pending_id)) == 1
