"""Pictures that are words."""

from __future__ import annotations

import hashlib
from pathlib import Path

from media_vm.errors import GiveUp, NotThere, StepFailed
from media_vm.rules.pictures import (
    Background,
    Format,
    Size,
    SourceFacts,
)
from media_vm.values import Rendered, Rendering, RenderRequest


def picture(kind: str = "jpeg", width: int = 1200, height: int = 800, *, flaw: str = "") -> bytes:
    """Bytes that the memory world takes for a picture; flaw: a GiveUp reason that rendering it ends in."""
    return f"{kind} {width} {height} {flaw}".strip().encode()


class MemoryPixels:
    """The `Pixels` port over pictures that are words. troubles: failures that the next renders end in."""

    def __init__(self, disk: dict[Path, bytes], max_megapixels: int = 50) -> None:
        self._disk, self._max_megapixels = disk, max_megapixels
        self.troubles: list[StepFailed] = []

    def inspect(self, source: Path) -> SourceFacts:
        """Read the words."""
        words = self._disk[source].split()
        if not words:
            raise NotThere("empty", "the file is empty")
        if words[0] not in (b"jpeg", b"png"):
            raise NotThere("not_a_picture", "the bytes do not begin as a picture")
        facts = SourceFacts(words[0].decode(), int(words[1]), int(words[2]), 1, False)
        if facts.width * facts.height > self._max_megapixels * 1_000_000:
            raise GiveUp("too_many_megapixels", "too many pixels")
        return facts

    def render(self, source: Path, into: Path, request: RenderRequest) -> Rendering:
        """One AVIF and one JPEG, whose bytes name their source."""
        if self.troubles:
            raise self.troubles.pop(0)
        words = self._disk[source].split()
        if len(words) > 3:
            raise GiveUp(words[3].decode(), "the picture's data ends early")
        kept = tuple(self._rendered(form, source, into) for form in (Format.AVIF, Format.JPEG))
        return Rendering(kept, ())

    def _rendered(self, form: Format, source: Path, into: Path) -> Rendered:
        content = form.value.encode() + b" of " + self._disk[source]
        digest = hashlib.sha256(content).hexdigest()
        temporary = into / f".tmp-{digest[:16]}"
        self._disk[temporary] = content
        place = (Size.GRID, form, Background.ORIGINAL)
        return Rendered(*place, 500, 333, len(content), digest, temporary)
