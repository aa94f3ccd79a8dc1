"""A logo's two faces: as it came, trimmed; and without its ground, if that can be taken away cleanly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from media_vm.imaging.arrays import array_of
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.ground import Pixels, ground_of
from media_vm.imaging.margins import aired, margin_of, trimmed
from media_vm.imaging.metadata import has
from media_vm.imaging.removers import Cutout, GroundRemover, Refusal
from media_vm.imaging.source import decode
from media_vm.imaging.svg import Drawing
from media_vm.rules.pictures import Background, Size, SourceFacts
from media_vm.rules.sizes import BOXES, Box

_MOST_PIXELS: Final = 16_000_000  # decoded of a logo, before its margin is known
_AIR_TO_CUT_IN: Final = 0.25  # of the logo's longer side: enough ground for the remover to know it by
_CLEAR_LEVEL: Final = 8  # of 255: see-through
_CLEAR_SHARE: Final = 0.005  # of the pixels, that make transparency real
_CLEAR_BORDER: Final = (
    0.5  # of the border, that make it the ground; of a card with round corners they alone are clear
)
_CLEAR_ENOUGH: Final = 0.3  # of the pixels, that do so whatever the border is; round corners are 1 − π/4 at most
_KERNEL: Final = "linear"  # Lanczos overshoots an edge by 9–16 % of its step, Mitchell by 3 %, this by nothing


Redraw = Callable[[int, int], pyvips.Image]


@dataclass(frozen=True, slots=True)
class Face:
    """One face at the largest size that is needed, 8-bit sRGB, a 4th band if it is see-through.

    ground: what it is padded with, one level a band. redraw: of a drawing, the same at another width and height.
    """

    background: Background
    image: pyvips.Image
    ground: tuple[float, ...]
    redraw: Redraw | None = None

    def at(self, width: int, height: int) -> pyvips.Image:
        """The face at this size: a drawing is drawn anew, and never made smaller from a raster."""
        return self.redraw(width, height) if self.redraw else resized(self.image, width, height)


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces there are. refusal: the reason why there is none without ground. note: for the item's history."""

    shown: tuple[Face, ...]
    refusal: str | None
    note: str


def faces_of(path: Path, facts: SourceFacts, remover: GroundRemover) -> Faces:
    """Decode once, trim, and take the ground away. GiveUp, NoRoom."""
    scale = min(1.0, (_MOST_PIXELS / (facts.width * facts.height)) ** 0.5)
    raster = decode(path, facts, max(1, round(facts.width * scale)), max(1, round(facts.height * scale)))
    margin = margin_of(raster)
    box = aired(raster, margin) if margin.is_paper else Box(0, 0, raster.width, raster.height)
    nothing = (0.0,) * 4
    ground = nothing if raster.hasalpha() else margin.colour or ()
    redraw = partial(_redrawn, Drawing(path), raster, box) if facts.type == "svg" else None
    whole = redraw(*_largest(raster, box)) if redraw else raster.crop(box.left, box.top, box.width, box.height)
    original = Face(Background.ORIGINAL, within_zoom(whole), ground, redraw)
    if raster.hasalpha() and _is_on_nothing(array_of(raster)[..., 3]):
        cleared = Face(Background.REMOVED, original.image, nothing, redraw)
        return Faces((original, cleared), None, "it came without background")
    cut = _cut(within_zoom(trimmed(raster, margin, _AIR_TO_CUT_IN)), remover)
    if isinstance(cut, Refusal):
        return Faces((original,), cut.reason, f"background kept: {cut.reason} (confidence {cut.confidence:.2f})")
    alone = _labelled(pyvips.Image.new_from_array(cut.pixels, interpretation="srgb"), raster)
    removed = Face(Background.REMOVED, trimmed(alone, margin_of(alone)).copy_memory(), nothing)
    return Faces((original, removed), None, f"background removed (confidence {cut.confidence:.2f})")


def resized(image: pyvips.Image, width: int, height: int) -> pyvips.Image:
    """The image at width × height, smaller or the same, without ringing: flat colours stay flat beside an edge.

    Colours are weighed by their alpha, so that what is see-through leaves no fringe.
    """
    if (image.width, image.height) == (width, height):
        return image
    weighed = image.premultiply() if image.hasalpha() else image
    small = weighed.resize(width / image.width, vscale=height / image.height, kernel=_KERNEL)
    plain = small.unpremultiply() if image.hasalpha() else small
    return plain.rint().cast("uchar").copy(interpretation="srgb").copy_memory()


def within_zoom(image: pyvips.Image) -> pyvips.Image:
    """The image in memory, no larger than the largest size."""
    width, height = BOXES[Size.ZOOM]
    scale = min(1.0, width / image.width, height / image.height)
    return resized(image, max(1, round(image.width * scale)), max(1, round(image.height * scale))).copy_memory()


def _largest(raster: pyvips.Image, box: Box) -> tuple[int, int]:
    """A drawing has no pixels of its own: its content fills the largest size, as far as memory goes."""
    width, height = BOXES[Size.ZOOM]
    most = (_MOST_PIXELS / (raster.width * raster.height)) ** 0.5
    scale = min(width / box.width, height / box.height, most)
    return max(1, round(box.width * scale)), max(1, round(box.height * scale))


def _redrawn(drawing: Drawing, raster: pyvips.Image, box: Box, width: int, height: int) -> pyvips.Image:
    """The part of a drawing that is in the box of its raster, at width × height: drawn so, never resampled."""
    across, down = width / box.width, height / box.height
    drawn = drawing.pixels(max(width, round(raster.width * across)), max(height, round(raster.height * down)))
    drawn = _labelled(drawn if raster.hasalpha() else drawn.flatten(background=255), raster)
    left, top = (
        min(round(box.left * across), drawn.width - width),
        min(round(box.top * down), drawn.height - height),
    )
    return drawn.crop(left, top, width, height).copy_memory()


def _labelled(image: pyvips.Image, source: pyvips.Image) -> pyvips.Image:
    """The image with whose picture it is, if its source says so."""
    labelled = image.copy()
    labelled.remove("xmp-data")
    if has(source, "xmp-data"):
        labelled.set_type(pyvips.GValue.blob_type, "xmp-data", source.get("xmp-data"))
    return labelled


def _is_on_nothing(alpha: Pixels) -> bool:
    """Whether the ground of a logo is what is clear: not the corners of an opaque card."""
    is_clear = alpha < _CLEAR_LEVEL
    border = np.concatenate([is_clear[0], is_clear[-1], is_clear[:, 0], is_clear[:, -1]])
    share = is_clear.mean()
    return bool(share >= _CLEAR_ENOUGH or (share >= _CLEAR_SHARE and border.mean() >= _CLEAR_BORDER))


def _cut(image: pyvips.Image, remover: GroundRemover) -> Cutout | Refusal:
    """What the remover makes of the colours; what was see-through is laid on the ground first, and stays so."""
    if not image.hasalpha():
        return remover.remove(array_of(image))
    pixels = array_of(image)
    cut = remover.remove(_grounded(pixels))
    if isinstance(cut, Refusal):
        return cut
    ink, left = cut.pixels[..., :3], cut.pixels[..., 3:]
    own_colour = np.where(left == 255, pixels[..., :3], ink)  # of a veil too, which is thin by its alpha alone
    return Cutout(np.dstack([own_colour, np.minimum(left, pixels[..., 3:])]), cut.confidence)


def _grounded(pixels: Pixels) -> Pixels:
    """All opaque: the ground that the rest has is where nothing is, whatever colour is hidden there."""
    colours, alpha = pixels[..., :3], pixels[..., 3:]
    under = ground_of(colours, alpha[..., 0] >= _CLEAR_LEVEL).colours(*alpha.shape[:2])
    laid: Pixels = np.rint(under + (colours - under) * (alpha / np.float32(255))).astype(np.uint8)
    return laid
