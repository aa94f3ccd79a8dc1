"""Figure: the memory of a child on what takes the most, and of the worker over a thousand small pictures."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

from PIL import Image

from bench.comparison import Comparison
from bench.drawn_logos import drawn_logos
from bench.metering import metered
from bench.photos import ENLARGED, GIVEN, enlarged, folder
from bench.renderers import REQUEST, logo_set, one_decode
from bench.variants import LIMIT
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio

CAMERA_PIXELS: Final = 26_000_000
CHILD_MEGABYTES: Final = 400.0  # what was asked for
LOGO_SIDE: Final = 2400  # the largest that is made
HEIC: Final = GIVEN / "formats" / "iphone.heic"
SMALL_PIXELS: Final = 4_000
PICTURES: Final = 1_000
WARM: Final = 100
SLOTS: Final = 2


def compare_memory(
    scratch: Path, pictures: int = PICTURES, pixels: int = CAMERA_PIXELS, side: int = LOGO_SIDE
) -> Iterator[Comparison]:
    """Peaks of children beside the 400 MB that were asked for; the parent's last beside what it was when warm."""
    large, progressive = scratch / "large.jpg", scratch / "progressive.jpg"
    enlarged(folder() / ENLARGED, large, pixels)
    enlarged(folder() / ENLARGED, progressive, pixels, is_progressive=True)
    megapixels = f"{pixels / 1e6:.0f} MP"
    yield _child(f"child, {megapixels} JPEG", one_decode, large, scratch)
    yield _child(f"child, {megapixels} progressive JPEG", one_decode, progressive, scratch)
    if HEIC.exists():
        yield _child(f"child, {HEIC.name}", one_decode, HEIC, scratch)
    yield _child(f"child, logo of {side} px", logo_set, _large_logo(scratch / "logo.png", side), scratch)
    small = enlarged(folder() / ENLARGED, scratch / "small.jpg", SMALL_PIXELS)
    yield _parent(small, scratch / "many", pictures)


def _child(subject: str, work: Callable[[Path, Path], None], source: Path, scratch: Path) -> Comparison:
    """Of a child that is new, so that nothing of another picture counts; twice, as children live for many."""
    into = scratch / "memory"
    into.mkdir()
    with closing(ChildPool(1)) as child:
        peaks = tuple(child.run(metered, work, source, into, limit=LIMIT).peak_megabytes for _ in range(2))
    shutil.rmtree(into)
    return Comparison(subject, "peak RSS", "MB", peaks, "asked for (stated)", (CHILD_MEGABYTES,))


def _large_logo(into: Path, side: int) -> Path:
    """The drawn star with a gradient, side × side pixels on white."""
    star = next(drawn for drawn in drawn_logos() if drawn.name == "star with a gradient")
    Image.fromarray(star.picture).resize((side, side), Image.Resampling.LANCZOS).save(into)
    return into


def _parent(small: Path, into: Path, pictures: int) -> Comparison:
    into.mkdir()
    with closing(ChildPool(SLOTS)) as children, ThreadPoolExecutor(SLOTS) as threads:
        studio = Studio(children)

        def render_some(count: int) -> float:
            for _ in threads.map(lambda _: studio.render(small, into, REQUEST), range(count)):
                pass
            for made in into.iterdir():
                made.unlink()
            return resident_megabytes()

        warm = render_some(min(WARM, pictures))
        last = render_some(pictures - min(WARM, pictures))
    return Comparison(
        f"parent of the children, {pictures} pictures", "RSS", "MB", (last,), f"after {WARM}", (warm,)
    )


def resident_megabytes(process: str = "self") -> float:
    """Of one process, by its id. VmRSS is in kibibytes (proc(5))."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) * 1024 / 1e6
