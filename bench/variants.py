"""Figure 1: one picture's whole variant set, ours beside a pipeline a variant and beside Pillow."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.comparison import Comparison, in_turns
from bench.metering import Cost, metered
from bench.photos import Photo
from bench.renderers import one_decode, pillow, pipeline_a_variant
from media_vm.imaging.pool import ChildPool

Renderer = Callable[[Path, Path], None]

OURS = "media VM"
RENDERERS: dict[str, Renderer] = {OURS: one_decode, "a pipeline a variant": pipeline_a_variant, "Pillow": pillow}
MEASURES = {
    "wall": ("s", lambda cost: cost.wall_seconds),
    "CPU": ("s", lambda cost: cost.cpu_seconds),
    "peak RSS": ("MB", lambda cost: cost.peak_megabytes),
}
LIMIT = timedelta(minutes=2)
ROUNDS, PATIENCE = 3, 5.0  # seconds a photo


def compare_variants(photos: Sequence[Photo], scratch: Path, rounds: int = ROUNDS) -> Iterator[Comparison]:
    """Wall seconds, CPU seconds and peak memory for each photo, against each peer."""
    with _children() as children:
        for child in children.values():
            child(photos[0].path, scratch)  # its libraries are loaded before anything is measured
        for photo in photos:
            runs = {name: partial(child, photo.path, scratch) for name, child in children.items()}
            yield from _compared(photo.label, in_turns(runs, rounds=rounds, patience=PATIENCE))


@contextmanager
def _children() -> Iterator[dict[str, Callable[[Path, Path], Cost]]]:
    """A child for each way, so that no library's memory counts for another."""
    pools = {name: ChildPool(1) for name in RENDERERS}
    try:
        yield {name: partial(_render, pool, RENDERERS[name]) for name, pool in pools.items()}
    finally:
        for pool in pools.values():
            pool.close()


def _render(pool: ChildPool, renderer: Renderer, source: Path, scratch: Path) -> Cost:
    into = scratch / "variants"
    into.mkdir()
    try:
        return pool.run(metered, renderer, source, into, limit=LIMIT)
    finally:
        shutil.rmtree(into)


def _compared(subject: str, costs: dict[str, tuple[Cost, ...]]) -> Iterator[Comparison]:
    ours = costs.pop(OURS)
    for peer, theirs in costs.items():
        for measure, (unit, of) in MEASURES.items():
            yield Comparison(subject, measure, unit, tuple(map(of, ours)), peer, tuple(map(of, theirs)))
