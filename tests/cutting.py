"""What tests ask a child to cut out: small drawings, by the remover of their choice."""

from __future__ import annotations

import importlib
import sys

import numpy as np
from numpy.typing import NDArray

from tests.pictures import BLUE, WHITE

Rows = list[list[list[int]]]
"""Rows of pixels of red, green, blue and alpha: what a child can tell."""

SIDE, RADIUS = 96, 30
STAND_IN = "rembg's adapter over a stand-in for its model"


def disc_on_white() -> NDArray[np.uint8]:
    """A blue disc, its edge two pixels soft."""
    return _mixed(np.array(BLUE), np.array(WHITE))


def blank() -> NDArray[np.uint8]:
    """Nothing but ground."""
    return np.full((SIDE, SIDE, 3), 255, dtype=np.uint8)


def texture() -> NDArray[np.uint8]:
    """No ground anywhere."""
    return np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


PICTURES = {"disc": disc_on_white, "blank": blank, "texture": texture}


def cut_out(remover: str, picture: str) -> tuple[Rows | None, str | None, float]:
    """The cut-out's pixels as plain numbers or the reason of the refusal, and the confidence."""
    from media_vm.imaging.rembg_remover import RembgRemover
    from media_vm.imaging.removers import Refusal, remover_named
    from media_vm.rules.pictures import Remover

    chosen = RembgRemover(_stand_in) if remover == STAND_IN else remover_named(Remover(remover))
    found = chosen.remove(PICTURES[picture]())
    if isinstance(found, Refusal):
        return None, found.reason, found.confidence
    return found.pixels.tolist(), None, found.confidence


def cover() -> NDArray[np.float64]:
    """How much of each pixel the disc covers, 0–1."""
    at = np.arange(SIDE) - (SIDE - 1) / 2
    distance: NDArray[np.float64] = np.hypot(at[:, None], at[None, :])
    return np.clip((RADIUS + 1 - distance) / 2, 0, 1)


def _mixed(ink: NDArray[np.int64], ground: NDArray[np.int64]) -> NDArray[np.uint8]:
    share = cover()[..., None]
    return np.rint(share * ink + (1 - share) * ground).astype(np.uint8)


def _stand_in(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A model's mask: what is unlike white is ink; of texture it knows nothing."""
    unlike = (255 - pixels.min(axis=2).astype(np.int64)) * 255 // (255 - min(BLUE))
    flat = np.abs(np.diff(pixels.astype(np.int64), axis=0)).mean() < 40
    return np.clip(unlike, 0, 255).astype(np.uint8) if flat else np.full(pixels.shape[:2], 128, dtype=np.uint8)


def cut_out_twice(stand_ins: str) -> tuple[list[str | None], list[str]]:
    """The refusals of two cuts by the stand-in for rembg that is in this folder, and the models they loaded."""
    sys.path.insert(0, stand_ins)
    reasons = [cut_out("rembg", "disc")[1] for _ in range(2)]
    return reasons, importlib.import_module("rembg").sessions


def seen_through(half_width: int, half_height: int, has_holes: bool | None) -> int:
    """α at the heart of a blue disc of 400 px on white, in which a white oblong stands."""
    from media_vm.imaging.removers import Cutout, remover_named
    from media_vm.rules.pictures import Remover

    found = remover_named(Remover.PLAIN, has_holes=has_holes).remove(badge(half_width, half_height))
    assert isinstance(found, Cutout), found
    return int(found.pixels[300, 300, 3])


def badge(half_width: int, half_height: int) -> NDArray[np.uint8]:
    """The same, on 600 × 600 px."""
    across, down = np.meshgrid(np.arange(600) - 300, np.arange(600) - 300)
    is_ink = (np.hypot(across, down) < 200) & ~((abs(across) < half_width) & (abs(down) < half_height))
    return np.where(is_ink[..., None], np.array(BLUE), np.array(WHITE)).astype(np.uint8)
