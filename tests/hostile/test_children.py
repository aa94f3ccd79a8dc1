"""What is said of the memory that children took: of the dead too, and nothing where nobody was seen."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.errors import ChildDied
from media_vm.imaging.confinement import Confinement
from media_vm.imaging.pool import ChildPool
from tests.child_tasks import gorge_until
from tests.faults.waiting import until
from tests.hostile.__main__ import verdict
from tests.hostile.children import Peak, watching
from tests.hostile.mutations import Specimen
from tests.hostile.trial import Result

LIMIT, GORGED = timedelta(seconds=60), 150_000_000
MOST = Confinement().memory_bytes
FINE = Result(Specimen(1, "a.jpg", "cut", "product", b""), "completed", "jpeg", 0.1)
DEAD = Result(FINE.specimen, "child died", "killed_by_SIGSEGV", 0.1)


def test_what_a_child_took_counts_though_it_died(tmp_path: Path) -> None:
    """It was seen while it lived; there was no moment after its task."""
    seen = tmp_path / "seen"
    with watching() as watch, closing(ChildPool(1)) as pool, ThreadPoolExecutor(1) as threads:
        dying = threads.submit(lambda: pool.run(gorge_until, GORGED, str(seen), limit=LIMIT))
        was_seen = until(lambda: watch.peak.resident > GORGED)
        seen.touch()
        with pytest.raises(ChildDied):
            dying.result()
        watch.look()

    assert was_seen
    assert GORGED < watch.peak.resident < watch.peak.addresses


@pytest.mark.parametrize(
    ("peak", "results", "expected"),
    [
        (Peak(MOST, 1), [FINE], 0),
        (Peak(MOST + 1, 1), [FINE], 1),
        (Peak(), [FINE], 1),
        (Peak(MOST, 1), [FINE, DEAD], 1),
    ],
    ids=["within", "beyond", "nobody was seen", "one died"],
)
def test_a_run_passes_by_children_that_were_seen_within_their_limits(
    peak: Peak, results: Sequence[Result], expected: int
) -> None:
    """Nothing seen proves nothing."""
    assert expected == verdict(peak, results)
