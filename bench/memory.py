"""Figure: the memory of a child on a camera's largest pictures, and of the worker over a thousand small ones."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.comparison import Comparison
from bench.metering import metered
from bench.photos import ENLARGED, enlarged, folder
from bench.renderers import REQUEST, one_decode
from bench.variants import LIMIT
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio

CAMERA_PIXELS: Final = 26_000_000
CHILD_MEGABYTES: Final = 400.0  # what was asked for
SMALL_PIXELS: Final = 4_000
PICTURES: Final = 1_000
WARM: Final = 100
SLOTS: Final = 2


def compare_memory(scratch: Path, pictures: int = PICTURES, pixels: int = CAMERA_PIXELS) -> Iterator[Comparison]:
    """Peak of a child beside the 400 MB that were asked for; the parent's last beside what it was when warm."""
    large = enlarged(folder() / ENLARGED, scratch / "large.jpg", pixels)
    into = scratch / "memory"
    into.mkdir()
    with closing(ChildPool(1)) as child:
        peaks = tuple(child.run(metered, one_decode, large, into, limit=LIMIT).peak_megabytes for _ in range(2))
    subject = f"child, {pixels / 1e6:.0f} MP"
    yield Comparison(subject, "peak RSS", "MB", peaks, "asked for (stated)", (CHILD_MEGABYTES,))
    shutil.rmtree(into)
    small = enlarged(folder() / ENLARGED, scratch / "small.jpg", SMALL_PIXELS)
    yield _parent(small, scratch / "many", pictures)


def _parent(small: Path, into: Path, pictures: int) -> Comparison:
    into.mkdir()
    with closing(ChildPool(SLOTS)) as children, ThreadPoolExecutor(SLOTS) as threads:
        studio = Studio(children)

        def render_some(count: int) -> float:
            for _ in threads.map(lambda _: studio.render(small, into, REQUEST), range(count)):
                pass
            for made in into.iterdir():
                made.unlink()
            return _resident_megabytes()

        warm = render_some(min(WARM, pictures))
        last = render_some(pictures - min(WARM, pictures))
    return Comparison(f"worker, {pictures} pictures", "RSS", "MB", (last,), f"after {WARM}", (warm,))


def _resident_megabytes() -> float:
    """VmRSS is in kibibytes (proc(5))."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) * 1024 / 1e6
