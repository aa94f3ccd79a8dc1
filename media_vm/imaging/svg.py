"""SVG, rasterised by librsvg at whatever size is asked for, from a document that we wrote anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from media_vm.errors import GiveUp
from media_vm.imaging.codecs import LOADERS, pyvips
from media_vm.imaging.svg_cleaning import cleaned
from media_vm.imaging.verdicts import decoding
from media_vm.rules.pictures import Size, SourceFacts
from media_vm.rules.sizes import BOXES
from media_vm.rules.validation import HEAD_BYTES, Limits, refusal, sniff

LONGER_SIDE: Final = max(BOXES[Size.ZOOM])
"""A drawing has no pixels of its own: it counts as one of this longer side, so that every size is sharp."""


def svg_facts(path: Path, limits: Limits) -> SourceFacts:
    """The shape of the drawing, at `LONGER_SIDE` pixels. limits: also of the pictures in it. GiveUp, NoRoom."""
    with decoding():
        drawing = cleaned(path.read_bytes())
        _require_small(drawing.pictures, limits)
        natural = _opened(drawing.body, 1.0)
        scale = LONGER_SIDE / max(natural.width, natural.height)
        width, height = (max(1, round(side * scale)) for side in (natural.width, natural.height))
        return SourceFacts("svg", width, height, frames=1, has_alpha=True)


class Drawing:
    """A document, cleaned once to be rasterised at many sizes, by several threads too."""

    def __init__(self, path: Path) -> None:
        """GiveUp, NoRoom."""
        with decoding():
            self._sent = path.read_bytes()
            self._body = cleaned(self._sent).body
            self._natural = _opened(self._body, 1.0)

    def pixels(self, width: int, height: int) -> pyvips.Image:
        """The drawing, rasterised at this size or a pixel or two above it. GiveUp, NoRoom."""
        with decoding():
            scale = max(width / self._natural.width, height / self._natural.height)
            drawn = _opened(self._body, scale).copy_memory().copy()
            drawn.set_type(pyvips.GValue.blob_type, "xmp-data", self._sent)  # its <metadata> is RDF too
            return drawn


def _opened(body: bytes, scale: float) -> pyvips.Image:
    return pyvips.Image.svgload_buffer(body, scale=scale, unlimited=False)


def _require_small(pictures: Iterable[bytes], limits: Limits) -> None:
    """librsvg decodes every picture in a drawing whole, and aborts the process where there is no memory for it; a
    pixel of 16 bits a band takes the room of two."""
    left = limits.megapixels * 1_000_000
    for body in pictures:
        kind = sniff(body[:HEAD_BYTES])
        header = getattr(pyvips.Image, LOADERS[kind or ""])(pyvips.Source.new_from_memory(body))
        facts = SourceFacts("svg", header.width, header.height, frames=1, has_alpha=True)
        left -= facts.width * facts.height * (1 if header.format == "uchar" else 2)
        if left < 0 or refusal(facts, limits) is not None:
            raise GiveUp("too_complex", "the pictures in the drawing are too big")
