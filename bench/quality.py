"""Figure: how much variants look like their pictures, ours beside a fixed Q, by SSIMULACRA2 of whole rasters."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from bench.comparison import Comparison, NotMeasured
from bench.photos import Photo
from media_vm.imaging import tasks
from media_vm.imaging.confinement import Confinement
from media_vm.imaging.pool import ChildPool
from media_vm.rules.pictures import DataType, FocalPoint, Format, Size
from media_vm.rules.quality import Aims
from media_vm.rules.sizes import decode_size, targets
from media_vm.rules.validation import READABLE, Limits

OURS: Final = "media VM"
LOSSY: Final = (Format.AVIF, Format.WEBP, Format.JPEG)
QUICK: Final = (Size.THUMBNAIL, Size.GRID, Size.SMALL)
LIMIT: Final = timedelta(minutes=30)
ROOMY: Final = Confinement(memory_bytes=8_000_000_000)  # the judge works on whole planes of floats

SHARP: Final = {Format.AVIF: 50, Format.WEBP: 80, Format.JPEG: 80}
"""sharp's default quality in each format (its documentation, 0.35)."""

LADDER: Final = {Format.AVIF: (50, 57, 64, 71), Format.WEBP: (74, 80, 86, 91), Format.JPEG: (74, 80, 86, 91)}
"""Fixed settings that are tried to find the one whose worst variants are as good as ours."""

_SHARP_SAVERS: Final[dict[Format, tuple[str, dict[str, Any]]]] = {
    Format.AVIF: ("heifsave_buffer", {"compression": "av1", "effort": 4, "subsample_mode": "off"}),
    Format.WEBP: ("webpsave_buffer", {"effort": 4}),
    Format.JPEG: ("jpegsave_buffer", {"optimize_coding": True}),
}
"""sharp's other defaults; the encoders are the same, for sharp is built on libvips too."""


class Shot(NamedTuple):
    """One encoding of one size. way: OURS or the fixed Q."""

    form: Format
    way: str
    q: int
    bytes: int
    score: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Scores of many variants: their 5th, 50th and 95th percentile, and all their bytes."""

    low: float
    middle: float
    high: float
    bytes: int


def shots_of(source: Path, sizes: Sequence[Size]) -> list[Shot]:
    """Encode and judge some sizes of one picture in every way; a task of a child process."""
    from bench.ssimulacra import Reference
    from media_vm.imaging.codecs import pyvips
    from media_vm.imaging.crew import crew
    from media_vm.imaging.encode import encoded
    from media_vm.imaging.graphics import is_graphic
    from media_vm.imaging.looks import anchor_of, qualities
    from media_vm.imaging.render import look_of, shaped
    from media_vm.imaging.source import decode

    facts = tasks.inspect(source, Limits(), READABLE)
    raster = decode(source, facts, *decode_size(facts.width, facts.height, DataType.PRODUCT))
    wanted = targets(facts.width, facts.height, DataType.PRODUCT)
    images = {look_of(target): shaped(raster, target, FocalPoint(0.5, 0.5)) for target in wanted}
    if raster.hasalpha() or is_graphic(anchor_of(images)):
        return []
    with crew() as threads:
        chosen = qualities(images, LOSSY, Aims().photos, threads)
    shots: list[Shot] = []
    for look in dict.fromkeys(look_of(target) for target in wanted if target.size in sizes):
        image = images[look]
        judge = Reference(image.numpy())
        for form in LOSSY:
            saver, settings = _SHARP_SAVERS[form]
            ways: dict[tuple[str, int], Callable[[], bytes]] = {
                (OURS, chosen[look, form]): partial(encoded, image, form, chosen[look, form])
            }
            for q in LADDER[form]:
                ways[f"Q {q}", q] = partial(getattr(image, saver), Q=q, keep="none", **settings)
            for (way, q), encode in ways.items():
                body = bytes(encode())
                seen = pyvips.Image.new_from_buffer(body, "").colourspace("srgb").numpy()
                shots.append(Shot(form, way, q, len(body), judge.score(seen)))
    return shots


def take_shots(photos: Iterable[Photo], sizes: Sequence[Size]) -> list[Shot]:
    """Of all photos, one child a core."""
    cores = len(os.sched_getaffinity(0))
    pool = ChildPool(cores, ROOMY)
    try:
        with ThreadPoolExecutor(cores) as threads:
            each = threads.map(lambda photo: pool.run(shots_of, photo.path, sizes, limit=LIMIT), photos)
            return [shot for shots in each for shot in shots]
    finally:
        pool.close()


def compare_quality(shots: Sequence[Shot]) -> Iterator[Comparison]:
    """For each format: the lowest twentieth, the spread, and the bytes of a fixed Q whose lowest is as good.

    NotMeasured if there is no photograph among the pictures.
    """
    if not shots:
        raise NotMeasured("quality: there is no photograph among these pictures")
    totals = [0.0, 0.0]
    for form in LOSSY:
        ours, fixed = spread(shots, form, OURS), spread(shots, form, f"Q {SHARP[form]}")
        equal = bytes_at(shots, form, ours.low)
        totals = [totals[0] + ours.bytes, totals[1] + equal]
        count = sum(1 for shot in shots if (shot.form, shot.way) == (form, OURS))
        subject, peer = f"quality, {count} {form.value}", f"sharp's Q {SHARP[form]}"
        for measure, of in _MEASURES.items():
            more = measure != "5–95 %, points apart"
            yield Comparison(subject, measure, "SSIMULACRA2", (of(ours),), peer, (of(fixed),), more_is_better=more)
        yield Comparison(subject, "at equal 5 %", "kB", (ours.bytes / 1e3,), "the Q for that", (equal / 1e3,))
    yield Comparison(
        "quality, all", "at equal 5 %", "kB", (totals[0] / 1e3,), "the Q for that", (totals[1] / 1e3,)
    )


_MEASURES: Final[dict[str, Callable[[Spread], float]]] = {
    "5 % are below": lambda spread: spread.low,
    "median": lambda spread: spread.middle,
    "5–95 %, points apart": lambda spread: spread.high - spread.low,
}


def spread(shots: Iterable[Shot], form: Format, way: str) -> Spread:
    """The percentiles and bytes of all variants of one format and way."""
    mine = [shot for shot in shots if (shot.form, shot.way) == (form, way)]
    low, middle, high = np.percentile([shot.score for shot in mine], [5, 50, 95])
    return Spread(float(low), float(middle), float(high), sum(shot.bytes for shot in mine))


def bytes_at(shots: Sequence[Shot], form: Format, low: float) -> float:
    """All bytes at the fixed Q whose 5th percentile is `low`, between (or beyond) those that were tried."""
    rungs = sorted(
        (one.low, float(np.log(one.bytes))) for one in (spread(shots, form, f"Q {q}") for q in LADDER[form])
    )
    above = next((at for at, (score, _) in enumerate(rungs) if score >= low and at), len(rungs) - 1)
    (from_score, from_bytes), (to_score, to_bytes) = rungs[above - 1], rungs[above]
    return float(np.exp(from_bytes + (low - from_score) * (to_bytes - from_bytes) / (to_score - from_score)))
