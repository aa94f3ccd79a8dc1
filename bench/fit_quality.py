"""`python -m bench.fit_quality`: what `media_vm/rules/quality_fit.py` holds, from pictures that anyone has.

Photographs of scikit-image's wheel, without those that `make bench` judges the result by: at their own size, at
two smaller ones, and enlarged with a camera's grain.
Each is encoded in each format at six settings; SSIMULACRA2 judges the whole, our measure the sample. Writes
docs/quality-fit.csv and prints the constants.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import numpy as np
import skimage.data

from bench.ssimulacra import Reference
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.encode import encoded
from media_vm.imaging.sample import Sample
from media_vm.rules.pictures import Format
from media_vm.rules.quality_fit import TYPICAL_TARGET

DATA: Final = Path(__file__).parents[1] / "docs" / "quality-fit.csv"
PHOTOS: Final = (
    *("astronaut.png", "chelsea.png", "hubble_deep_field.jpg", "ihc.png"),
    *("camera.png", "brick.png", "grass.png", "gravel.png", "moon.png", "coins.png"),
)
ENLARGED: Final = ("astronaut.png", "chelsea.png", "hubble_deep_field.jpg", "ihc.png")
SETTINGS: Final = {
    Format.AVIF: (40, 48, 55, 62, 69, 76),
    Format.WEBP: (50, 62, 72, 80, 86, 92),
    Format.JPEG: (45, 57, 68, 77, 84, 91),
}
GRAIN: Final = 4  # levels; see bench/photos.py
NEAR: Final = 12  # points on both sides of the target that count


class Row(NamedTuple):
    """One encoding: what it scored as a whole (SSIMULACRA2), and what its sample scored (ours)."""

    picture: str
    width: int
    height: int
    format: str
    q: int
    bytes: int
    score: float
    sampled: float
    covers: bool


def main() -> int:
    """Measure, write the data, print the constants."""
    rows = [row for name, image in _pictures() for row in _measured(name, image)]
    with DATA.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows((*row[:6], f"{row.score:.2f}", f"{row.sampled:.2f}", int(row.covers)) for row in rows)
    for form in SETTINGS:
        print(form, *_constants([row for row in rows if row.format == form.value]))
    return 0


def _pictures() -> Iterator[tuple[str, pyvips.Image]]:
    folder = Path(skimage.data.__file__).parent
    for name in PHOTOS:
        image = _srgb(pyvips.Image.new_from_file(str(folder / name)))
        yield name, image
        yield f"{name} 300", image.thumbnail_image(300, height=300, crop="centre").copy_memory()
        if max(image.width, image.height) > 640:
            yield f"{name} 500", image.thumbnail_image(500).copy_memory()
    for name in ENLARGED:
        image = _srgb(pyvips.Image.new_from_file(str(folder / name)))
        large = image.resize(1200 / max(image.width, image.height)).numpy().astype(np.float32)
        grain = np.random.default_rng(1).normal(0, GRAIN, large.shape[:2]).astype(np.float32)
        pixels = (large + grain[..., None]).clip(0, 255).astype(np.uint8)
        yield f"{name} 1200", pyvips.Image.new_from_array(pixels).copy(interpretation="srgb").copy_memory()


def _srgb(image: pyvips.Image) -> pyvips.Image:
    return image.colourspace("srgb").extract_band(0, n=3).cast("uchar").copy_memory()


def _measured(name: str, image: pyvips.Image) -> Iterator[Row]:
    print(name, f"{image.width} × {image.height}", file=sys.stderr)
    whole, sample = Reference(image.numpy()), Sample(image)
    for form, settings in SETTINGS.items():
        for q in settings:
            body = encoded(image, form, q)
            score = whole.score(pyvips.Image.new_from_buffer(body, "").colourspace("srgb").numpy())
            sampled = sample.score(encoded(sample.picture, form, q))
            yield Row(name, image.width, image.height, form.value, q, len(body), score, sampled, sample.covers)


def _constants(rows: Iterable[Row]) -> tuple[str, ...]:
    """Median Q and slope at the target; by how much samples are too low, whole or in part; what then is left."""
    by_picture: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_picture[row.picture].append(row)
    courses = [course for one in by_picture.values() if (course := _course(one)) is not None]
    q, slope = (median(values) for values in zip(*courses, strict=True))
    near = [row for one in by_picture.values() for row in one if abs(row.score - TYPICAL_TARGET) <= NEAR]
    found = [f"q {q:.1f}, slope {slope:.2f}"]
    for covers in (True, False):
        apart = np.array([row.score - row.sampled for row in near if row.covers is covers])
        left = apart - np.median(apart)
        low, high = np.percentile(left, [5, 95])
        found.append(f"covers {covers}: {np.median(apart):+.2f} ± {left.std():.2f} ({low:+.1f} to {high:+.1f})")
    return tuple(found)


def _course(rows: list[Row]) -> tuple[float, float] | None:
    """Q at the target and points a unit of Q there; None for a picture that never gets there."""
    q, score = np.array([row.q for row in rows]), np.array([row.score for row in rows])
    above = int(np.searchsorted(score, TYPICAL_TARGET))
    if above in (0, len(rows)) or (np.diff(score) <= 0).any():
        return None
    slope = (score[above] - score[above - 1]) / (q[above] - q[above - 1])
    return float(q[above] + (TYPICAL_TARGET - score[above]) / slope), float(slope)


if __name__ == "__main__":
    sys.exit(main())
