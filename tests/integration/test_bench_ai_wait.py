"""The figure of a slow provider, taken of a few media."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bench.ai_wait import compare_ai_wait


def test_every_media_is_described_and_all_wait_at_once(tmp_path: Path) -> None:
    """Eight at once wait for one answer together, not for eight one after the other. Takes longer than 5 s: two
    worker processes that load a client."""
    wall, _, at_once, memory = compare_ai_wait(tmp_path, 8, timedelta(seconds=0.02), timedelta(seconds=2))

    assert wall.ours[0] >= 2  # an answer; how much longer is the machine's, and told by the bench
    assert at_once.ours[0] >= 4  # all eight, where the machine has time
    assert 0 < memory.theirs[0] <= memory.ours[0] + 20
