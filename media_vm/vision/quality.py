"""One score of technical quality, and the parts it is made of. It says nothing about art."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media_vm.raster import Raster
from media_vm.rules.analysis import Quality
from media_vm.rules.pictures import DataType
from media_vm.vision.exposure import exposure_score
from media_vm.vision.noise import noise_score
from media_vm.vision.sharpness import sharpness_score
from media_vm.vision.transparency import visible

# Pixels along the longer side at the edges of contract §7's boxes: thumbnail, grid, detail, zoom.
_SIDE_TO_SCORE = ([1.0, 300.0, 500.0, 1200.0, 2400.0], [0.0, 20.0, 40.0, 80.0, 100.0])
_LONGEST_SHAPE = 3  # the header's 3:1 is the longest shape on the site; length beyond that is no use

# Our own judgement: what a visitor notices first weighs most, and nothing makes up for a very weak part.
_WEIGHTS = {"sharpness": 0.4, "resolution": 0.3, "exposure": 0.2, "noise": 0.1}
_ABOVE_THE_WEAKEST = 40


def quality(raster: Raster, luma: NDArray[np.float32], data_type: DataType) -> Quality:
    """All scores 0–100 of a raster and its (h, w) luma; a logo has no exposure and no noise to speak of."""
    is_logo = data_type is DataType.LOGO
    sharpness = sharpness_score(luma)
    exposure = None if is_logo else exposure_score(luma[visible(raster.pixels)])
    noise = None if is_logo else noise_score(luma)
    resolution = resolution_score(raster.width, raster.height)
    parts = {"sharpness": sharpness, "exposure": exposure, "noise": noise, "resolution": resolution}
    return Quality(_overall(parts), sharpness, exposure, noise, resolution)


def resolution_score(width: int, height: int) -> int:
    """0–100 by the source's pixels: 80 fills the `detail` box, 100 the `zoom` box."""
    side = min(max(width, height), _LONGEST_SHAPE * min(width, height))
    return round(float(np.interp(side, *_SIDE_TO_SCORE)))


def _overall(parts: dict[str, int | None]) -> int:
    """The weighted mean of the parts that are known, and never 40 above the weakest of them."""
    known = {name: score for name, score in parts.items() if score is not None}
    total = sum(_WEIGHTS[name] * score for name, score in known.items())
    mean = total / sum(_WEIGHTS[name] for name in known)
    return round(min(mean, min(known.values()) + _ABOVE_THE_WEAKEST))
