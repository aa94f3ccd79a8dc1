"""The optional remover with a model: `pip install media-vm[rembg]` and MEDIA_VM_BACKGROUND_REMOVER=rembg.

The model is rembg's smallest (u2netp, 4.7 MB): a child's limits on memory and file size hold for it too, and a
child fetches nothing, so the operator puts the model into MEDIA_VM_REMBG_DIR once (docs/operator.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_vm.imaging.confinement import MODEL_VARIABLE
from media_vm.imaging.ground import Pixels
from media_vm.imaging.removers import Cutout, GroundRemover, NoRemover, Refusal
from media_vm.imaging.unmixing import nearest
from media_vm.rules.pictures import NobodyThere

MODEL: Final = "u2netp"
_SURE, _NOTHING = 247, 8  # of 255: ink, and ground, beyond doubt
_REACH: Final = 8  # pixels from which a mixed pixel borrows its ink
_LEAST_CONFIDENCE: Final = 0.8
_LEAST_INK: Final = 0.001  # of the picture's pixels

Segment = Callable[[Pixels], NDArray[np.uint8]]


class RembgRemover:
    """The `GroundRemover` over a model. segment: from pixels to a mask of shape (height, width), 255 for ink."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    @staticmethod
    def loaded() -> GroundRemover:
        """With rembg's model; one that refuses with `remover_not_installed` or `model_missing` without it."""
        try:
            import_module("rembg")
        except ImportError:
            return NoRemover(NobodyThere.NOT_INSTALLED)
        try:
            return RembgRemover(_segment_by(Path(os.environ[MODEL_VARIABLE], f"{MODEL}.onnx")))
        except MemoryError:
            raise
        except Exception:  # no folder, no file, not that model: whatever the runtime calls it
            return NoRemover(NobodyThere.MODEL_MISSING)

    def remove(self, pixels: Pixels) -> Cutout | Refusal:
        """Refusals: `nothing_left`, `no_ground`, `unsure`."""
        mask = self._segment(pixels)
        is_mixed = (mask > _NOTHING) & (mask < _SURE)
        confidence = round(1 - float(is_mixed.mean()) / max(float((mask > _NOTHING).mean()), 1e-6), 2)
        if (mask >= _SURE).mean() < _LEAST_INK:
            return Refusal("nothing_left")
        if (mask <= _NOTHING).mean() < _LEAST_INK:
            return Refusal("no_ground")
        if confidence < _LEAST_CONFIDENCE:
            return Refusal("unsure", confidence)
        return Cutout(_cut(pixels, mask, is_mixed), confidence)


@cache
def _segment_by(model: Path) -> Segment:
    """The model, loaded once a child. OSError if there is none, which rembg would fetch; whatever rembg raises."""
    from rembg import new_session, remove

    model.open("rb").close()
    session = new_session(MODEL)
    return lambda pixels: np.asarray(remove(pixels, session=session, only_mask=True))


def _cut(pixels: Pixels, mask: NDArray[np.uint8], is_mixed: NDArray[np.bool_]) -> Pixels:
    """A mixed pixel has the colour of the nearest sure ink: the old ground would be a halo on a new one."""
    points = np.flatnonzero(is_mixed)
    ink_at = nearest(mask >= _SURE, points, _REACH)
    flat = pixels.reshape(-1, 3).copy()
    flat[points] = flat[np.where(ink_at < 0, points, ink_at)]
    alpha = np.where(mask <= _NOTHING, 0, np.where(mask >= _SURE, 255, mask)).astype(np.uint8)
    flat[alpha.ravel() == 0] = 0
    return np.dstack([flat.reshape(pixels.shape), alpha])
