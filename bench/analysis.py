"""Figure 4: everything that `local` measures of a 512-px picture, beside two of its answers from libraries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from statistics import median

import numpy as np
from PIL import Image
from skimage.measure import blur_effect

from bench.comparison import Comparison, in_turns
from bench.photos import Photo
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.tasks import read_raster
from media_vm.raster import Raster
from media_vm.rules.pictures import DataType
from media_vm.vision.local import measure

COLOURS = 12  # as many as ours looks for
ROUNDS, PATIENCE = 5, 5.0  # seconds a photo
LIMIT = timedelta(seconds=30)
ASKED_FOR = 60.0  # milliseconds, at 512 px
OURS, PEER = "ours", "skimage blur_effect + Pillow quantize"


def compare_analysis(photos: Sequence[Photo], children: ChildPool, rounds: int = ROUNDS) -> Iterator[Comparison]:
    """Milliseconds a photo, decoding left out; and all of them beside what was asked for."""
    medians = []
    for photo in photos:
        raster = children.run(read_raster, photo.path, limit=LIMIT)
        runs: dict[str, Callable[[], object]] = {
            OURS: partial(measure, raster, DataType.PRODUCT),
            PEER: partial(_sharpness_and_palette, raster),
        }
        for run in runs.values():
            run()  # what is imported or planned at the first call is not measured
        times = in_turns(
            {name: partial(_milliseconds, run) for name, run in runs.items()}, rounds=rounds, patience=PATIENCE
        )
        yield Comparison(f"analysis, {photo.label}", "wall", "ms", times[OURS], PEER, times[PEER])
        medians.append(median(times[OURS]))
    subject = f"analysis, {len(photos)} photographs"
    yield Comparison(subject, "wall", "ms", tuple(medians), "asked for (stated)", (ASKED_FOR,))


def _sharpness_and_palette(raster: Raster) -> None:
    """Two of the answers that ours gives, each by the library call that people know."""
    blur_effect(raster.pixels[..., :3], channel_axis=2)  # type: ignore[no-untyped-call]  # no annotations there
    pixels = np.ascontiguousarray(raster.pixels[..., :3])
    Image.fromarray(pixels).quantize(COLOURS)


def _milliseconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - began)
