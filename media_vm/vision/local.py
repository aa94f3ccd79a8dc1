"""What we can measure of every picture ourselves: no key, no network, no guessing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media_vm.raster import Raster
from media_vm.rules.analysis import Measured
from media_vm.rules.pictures import DataType
from media_vm.vision.color_cells import color_cells
from media_vm.vision.hashes import perceptual_hash
from media_vm.vision.logo_likeness import logo_likeness
from media_vm.vision.luma import luma
from media_vm.vision.palette import average_color, palette
from media_vm.vision.quality import quality
from media_vm.vision.thumbhash import thumbhash
from media_vm.vision.transparency import has_transparency


def measure(raster: Raster, data_type: DataType) -> Measured:
    """Everything that `local` knows of one raster; the same raster always gives the same answer."""
    brightness = luma(raster.pixels)
    cells = color_cells(raster.pixels)
    is_transparent = has_transparency(raster.pixels)
    return Measured(
        palette=palette(cells),
        quality=quality(raster, brightness, data_type),
        perceptual_hash=perceptual_hash(brightness),
        thumbhash=thumbhash(raster.pixels),
        average_color=average_color(cells),
        focal_point=raster.attention,
        has_transparency=is_transparent,
        logo_likeness=logo_likeness(brightness, cells, is_transparent=is_transparent),
    )


def measure_file(read_raster: Callable[[Path], Raster], source: Path, data_type: DataType) -> Measured:
    """Read and measure in one go: the task of a child process, so that only small values cross over."""
    return measure(read_raster(source), data_type)


@dataclass(frozen=True, slots=True)
class LocalVision:
    """Nothing but our own arithmetic.

    run: calls a picklable function with its arguments in a child process, and raises what the port names.
    read_raster: decodes a file there; picklable too.
    """

    run: Callable[..., Measured]
    read_raster: Callable[[Path], Raster]

    def measure(self, source: Path, data_type: DataType) -> Measured:
        """What only a model can tell stays unknown. TooSlow, GiveUp, ChildDied."""
        return self.run(measure_file, self.read_raster, source, data_type)
