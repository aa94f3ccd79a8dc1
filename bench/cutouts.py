"""How good the cut-outs of drawn logos are, against the truth they were drawn with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image

from bench.drawn_logos import Drawn, drawn_logos
from media_vm.imaging.removers import Cutout, GroundRemover, Refusal, remover_named
from media_vm.rules.pictures import Remover

# Of scikit-image's wheel: none of them stands on a plain ground.
PHOTOS = tuple(
    Path(skimage.data.__file__).parent / name
    for name in ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png")
)

_INK = 0.5  # α that counts as ink for the overlap


@dataclass(frozen=True, slots=True)
class Score:
    """One cut-out beside its truth.

    overlap: intersection over union of what is ink. alpha_error: mean of |α − truth| over all pixels, edge_error:
    over those where the truth is mixed, both 0–1. halo: levels of 255 that an edge pixel's worst channel is off on
    black or white, whichever is worse, 95th percentile. confidence: the remover's own. seconds: that it took.
    """

    name: str
    overlap: float
    alpha_error: float
    edge_error: float
    halo: float
    confidence: float
    seconds: float


def scores(remover: Remover = Remover.PLAIN) -> dict[str, Score | Refusal]:
    """Every drawn logo's score, by its name. A task for a child: it loads libvips."""
    by_name = remover_named(remover)
    return {drawn.name: score(drawn, by_name) for drawn in drawn_logos()}


def refusals(photographs: Sequence[Path], remover: Remover = Remover.PLAIN) -> dict[str, str | None]:
    """The reason with which each photograph is refused, by its name; None where it is cut out. A child's task."""
    found = {path.name: remover_named(remover).remove(photograph(path)) for path in photographs}
    return {name: cut.reason if isinstance(cut, Refusal) else None for name, cut in found.items()}


def photograph(path: Path, longest_side: int = 1200) -> NDArray[np.uint8]:
    """A photograph as the remover sees one: shape (height, width, 3), not larger than that."""
    with Image.open(path) as image:
        image.thumbnail((longest_side, longest_side))
        return np.array(image.convert("RGB"))


def score(drawn: Drawn, remover: GroundRemover) -> Score | Refusal:
    """Let the remover cut a drawn logo out, and measure what it did."""
    began = time.monotonic()
    cut = remover.remove(drawn.picture)
    seconds = time.monotonic() - began
    if isinstance(cut, Refusal):
        return cut
    assert isinstance(cut, Cutout)
    alpha = cut.pixels[..., 3] / 255
    ours, truth = alpha >= _INK, drawn.alpha >= _INK
    off, is_edge = np.abs(alpha - drawn.alpha), (drawn.alpha > 0) & (drawn.alpha < 1)
    return Score(
        drawn.name,
        float((ours & truth).sum() / (ours | truth).sum()),
        float(off.mean()),
        float(off[is_edge].mean()),
        max(_halo(cut, drawn, is_edge, ground) for ground in (0, 255)),
        cut.confidence,
        seconds,
    )


def _halo(cut: Cutout, drawn: Drawn, is_edge: NDArray[np.bool_], ground: int) -> float:
    ours = _laid(cut.pixels[..., :3].astype(np.float64), cut.pixels[..., 3] / 255, ground)
    truth = _laid(drawn.ink, drawn.alpha, ground)
    return float(np.percentile(np.abs(ours - truth).max(axis=2)[is_edge], 95))


def _laid(ink: NDArray[np.float64], alpha: NDArray[np.float64], ground: int) -> NDArray[np.float64]:
    return alpha[..., None] * ink + (1 - alpha[..., None]) * ground
