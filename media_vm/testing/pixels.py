"""Pictures that are words."""

from __future__ import annotations

import hashlib
from pathlib import Path

from media_vm.errors import ChildDied, GiveUp, NotThere, StepFailed
from media_vm.rules.pictures import (
    Background,
    DataType,
    Format,
    NotKept,
    Size,
    SourceFacts,
)
from media_vm.values import Rendered, Rendering, RenderRequest

BUSY = b"busy"  # the flaw of a logo whose background cannot be taken away


def picture(kind: str = "jpeg", width: int = 1200, height: int = 800, *, flaw: str = "") -> bytes:
    """Bytes that the memory world takes for a picture; flaw: a GiveUp reason that rendering it ends in;
    `crash`: its decoder dies of a signal, every time."""
    return f"{kind} {width} {height} {flaw}".strip().encode()


class MemoryPixels:
    """The `Pixels` port over pictures that are words. troubles: failures that the next renders end in. asked: what
    was to be rendered, in order. embedded: every file's own caption."""

    def __init__(self, disk: dict[Path, bytes], max_megapixels: int = 50) -> None:
        self._disk, self._max_megapixels = disk, max_megapixels
        self.troubles: list[StepFailed] = []
        self.asked: list[RenderRequest] = []
        self.embedded: str | None = None

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

    def caption(self, source: Path) -> str | None:
        """As it was given to all."""
        return self.embedded

    def render(self, source: Path, into: Path, request: RenderRequest) -> Rendering:
        """One AVIF and one JPEG of the grid, whose bytes name their source; of the thumbnail, if only crops are
        asked for; of such sizes and formats as are."""
        self.asked.append(request)
        if self.troubles:
            raise self.troubles.pop(0)
        words = self._disk[source].split()
        if words[3:] == [b"crash"]:
            raise ChildDied("crashed", "the child died by a signal", crash_signal=True)
        if len(words) > 3 and words[3] != BUSY:
            raise GiveUp(words[3].decode(), "the picture's data ends early")
        if request.data_type is DataType.LOGO:
            return self._logo(source, into, request)
        usual = Size.THUMBNAIL if request.only_crops else Size.GRID
        around = f" around {request.focal_point}".encode() if request.only_crops else b""
        around += b" polished" if request.polishes is not None else b""
        made = [(size, form) for size in sorted(request.sizes or {usual}) for form in (Format.AVIF, Format.JPEG)]
        asked = [one for one in made if request.asks_for(*one)]
        return Rendering(tuple(self._rendered(*one, source, into, around) for one in asked), ())

    def _logo(self, source: Path, into: Path, request: RenderRequest) -> Rendering:
        """Both faces, or the one without background alone; a `busy` picture keeps its background."""
        kept = [] if request.only_removed else [self._rendered(Size.GRID, Format.PNG, source, into)]
        if BUSY in self._disk[source].split():
            refused = NotKept(Size.GRID, Format.PNG, Background.REMOVED, "busy_ground")
            return Rendering(tuple(kept), (refused,), "background kept: busy_ground")
        kept.append(self._rendered(Size.GRID, Format.PNG, source, into, background=Background.REMOVED))
        return Rendering(tuple(kept), (), "background removed")

    def _rendered(
        self,
        size: Size,
        form: Format,
        source: Path,
        into: Path,
        around: bytes = b"",
        background: Background = Background.ORIGINAL,
    ) -> Rendered:
        face = b" without background" if background is Background.REMOVED else b""
        content = form.value.encode() + b" of " + self._disk[source] + around + face
        digest = hashlib.sha256(content).hexdigest()
        temporary = into / f".tmp-{digest[:16]}"
        self._disk[temporary] = content
        place = (size, form, background)
        return Rendered(*place, 500, 333, len(content), digest, temporary)
