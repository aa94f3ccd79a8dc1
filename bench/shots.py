"""Encodings of photographs in every way, each judged by SSIMULACRA2 of the whole raster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.photos import Photo
from media_vm.imaging import tasks
from media_vm.imaging.confinement import Confinement
from media_vm.imaging.pool import ChildPool
from media_vm.rules.pictures import DataType, FocalPoint, Format, Size
from media_vm.rules.quality import Aims
from media_vm.rules.sizes import Target, decode_size, targets
from media_vm.rules.validation import READABLE, Limits

if TYPE_CHECKING:
    import pyvips

Ladder = Mapping[Format, tuple[int, ...]]

OURS: Final = "media VM"
LOSSY: Final = (Format.AVIF, Format.WEBP, Format.JPEG)
SMALL: Final = (Size.THUMBNAIL, Size.SMALL, Size.GRID)
LARGE: Final = (Size.DETAIL, Size.HEADER, Size.ZOOM)
CENTRE: Final = FocalPoint(0.5, 0.5)
"""The judge's crop has to be the worker's."""

LIMIT: Final = timedelta(minutes=30)
ROOMY: Final = Confinement(memory_bytes=8_000_000_000)  # the judge works on whole planes of floats

SHARP: Final = {Format.AVIF: 50, Format.WEBP: 80, Format.JPEG: 80}
"""sharp's default quality in each format (its documentation, 0.35)."""

LADDER: Final[Ladder] = {Format.AVIF: (50, 57, 64, 71), Format.WEBP: (74, 80, 86), Format.JPEG: (68, 74, 80)}
"""Fixed settings that are tried to find the one whose worst variants are as good as ours."""

SHORT_LADDER: Final[Ladder] = {Format.AVIF: (50, 64), Format.WEBP: (74, 80), Format.JPEG: (68, 80)}
"""Of the large sizes, where one encoding and its judgement take ten seconds."""

SOME: Final = {Size.DETAIL: 5, Size.HEADER: 4, Size.ZOOM: 3}
"""How many photographs each large size is judged of: about 10, 10 and 60 CPU seconds apiece."""
SEED: Final = 4

_SHARP_SAVERS: Final[dict[Format, tuple[str, dict[str, Any]]]] = {
    Format.AVIF: ("heifsave_buffer", {"compression": "av1", "effort": 4, "subsample_mode": "off"}),
    Format.WEBP: ("webpsave_buffer", {"effort": 4}),
    Format.JPEG: ("jpegsave_buffer", {"optimize_coding": True}),
}
"""sharp's other defaults; the encoders are the same, for sharp is built on libvips too."""


class Shot(NamedTuple):
    """One encoding of one size, the smallest that has these pixels. way: OURS or the fixed Q."""

    form: Format
    size: Size
    way: str
    bytes: int
    score: float


def take_shots(photos: Iterable[Photo], *, is_full: bool = False) -> list[Shot]:
    """Of all photos in all sizes, or in the small ones and of SOME in the large ones."""
    paths = [photo.path for photo in photos]
    with roomy_children() as (pool, threads):
        own = list(threads.map(partial(_own_sizes, pool), paths))
        work = sorted(zip(paths, own if is_full else planned(own), strict=True), key=_longest_first)
        each = threads.map(lambda one: pool.run(shots_of, one[0], one[1], is_full, limit=LIMIT), work)
        return [shot for shots in each for shot in shots]


@contextmanager
def roomy_children() -> Iterator[tuple[ChildPool, Executor]]:
    """A child a core with room for the judge, and as many threads to ask them."""
    cores = len(os.sched_getaffinity(0))
    with closing(ChildPool(cores, ROOMY)) as pool, ThreadPoolExecutor(cores) as threads:
        yield pool, threads


def planned(own: Sequence[Sequence[Size]]) -> list[tuple[Size, ...]]:
    """Which sizes to judge of each picture, given those it has: every small one, SOME of the large, by SEED."""
    chosen: dict[Size, set[int]] = {}
    for size, most in SOME.items():
        having = [number for number, sizes in enumerate(own) if size in sizes]
        chosen[size] = {*Random(SEED).sample(having, min(most, len(having)))}
    return [
        tuple(size for size in sizes if size in SMALL or number in chosen[size])
        for number, sizes in enumerate(own)
    ]


def shots_of(source: Path, sizes: Sequence[Size], is_full: bool) -> list[Shot]:
    """Encode and judge some sizes of one picture in every way; a task of a child process.

    A drawing, which has another target, gives none.
    """
    from media_vm.imaging.crew import crew
    from media_vm.imaging.graphics import is_graphic
    from media_vm.imaging.looks import anchor_of, qualities
    from media_vm.imaging.render import look_of, shaped
    from media_vm.imaging.source import decode

    facts = tasks.inspect(source, Limits(), READABLE)
    raster = decode(source, facts, *decode_size(facts.width, facts.height, DataType.PRODUCT))
    wanted = distinct(targets(facts.width, facts.height, DataType.PRODUCT))
    images = {look_of(target): shaped(raster, target, CENTRE) for target in wanted}
    if raster.hasalpha() or is_graphic(anchor_of(images)):
        return []
    with crew() as threads:
        chosen = qualities(images, LOSSY, Aims().photos, threads)
    shots: list[Shot] = []
    for target in wanted:
        if target.size in sizes:
            look, size = look_of(target), target.size
            ladder = LADDER if is_full or size in SMALL else SHORT_LADDER
            shots += _judged(images[look], size, {form: chosen[look, form] for form in LOSSY}, ladder)
    return shots


def distinct(wanted: Sequence[Target]) -> list[Target]:
    """Without those that have the same pixels as one before: a small picture cannot fill the large sizes."""
    first: dict[tuple[object, ...], Target] = {}
    for target in wanted:
        first.setdefault((target.method, target.width, target.height), target)
    return list(first.values())


def sharps(image: pyvips.Image, form: Format, q: int) -> bytes:
    """What sharp makes of a raster with this Q and its other defaults."""
    saver, settings = _SHARP_SAVERS[form]
    return bytes(getattr(image, saver)(Q=q, keep="none", **settings))


def _judged(image: pyvips.Image, size: Size, chosen: Mapping[Format, int], ladder: Ladder) -> Iterator[Shot]:
    from bench.ssimulacra import Reference
    from media_vm.imaging.codecs import pyvips
    from media_vm.imaging.encode import encoded

    judge = Reference(image.numpy())
    for form in LOSSY:
        ways: dict[str, Callable[[], bytes]] = {OURS: partial(encoded, image, form, chosen[form])}
        for q in ladder[form]:
            ways[f"Q {q}"] = partial(sharps, image, form, q)
        for way, encode in ways.items():
            body = encode()
            seen = pyvips.Image.new_from_buffer(body, "").colourspace("srgb").numpy()
            yield Shot(form, size, way, len(body), judge.score(seen))


def _own_sizes(pool: ChildPool, path: Path) -> tuple[Size, ...]:
    facts = pool.run(tasks.inspect, path, Limits(), READABLE, limit=LIMIT)
    return tuple(target.size for target in distinct(targets(facts.width, facts.height, DataType.PRODUCT)))


def _longest_first(one: tuple[Path, Sequence[Size]]) -> int:
    return -max(list(Size).index(size) for size in one[1])
