"""The words for a picture and what is made of it: data types, formats, variants, facts about a source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class DataType(StrEnum):
    """What a picture is for on the festival's site; decides its sizes and its folder (contract §4)."""

    PRODUCT = "product"
    PROFILE = "profile"
    EVENT = "event"
    LOGO = "logo"
    SITES = "sites"


class Source(StrEnum):
    """The door that a media came by (contract §1)."""

    MAIN_API = "main_api"
    UPLOAD = "upload"
    GENERATION = "generation"


class MediaStatus(StrEnum):
    """`media_files.status` (contract §5.1)."""

    DOWNLOADING = "downloading"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Size(StrEnum):
    """The six sizes, smallest box first (contract §7)."""

    THUMBNAIL = "thumbnail"
    SMALL = "small"
    GRID = "grid"
    DETAIL = "detail"
    HEADER = "header"
    ZOOM = "zoom"


class Format(StrEnum):
    """The formats that we write, the most modern first."""

    AVIF = "avif"
    WEBP = "webp"
    JPEG = "jpeg"
    PNG = "png"

    @property
    def media_type(self) -> str:
        """The Content-Type, e.g. `image/avif`."""
        return f"image/{self.value}"

    @property
    def extension(self) -> str:
        """The file name's extension without its dot; JPEG is `jpg`."""
        return "jpg" if self is Format.JPEG else self.value


class Background(StrEnum):
    """Which of the two faces of a logo a variant shows."""

    ORIGINAL = "original"
    REMOVED = "removed"


class Remover(StrEnum):
    """Who takes a logo's background away."""

    PLAIN = "plain"
    REMBG = "rembg"
    OFF = "off"


class NobodyThere(StrEnum):
    """Why nobody could take a background away: a reason of the machine's, which says nothing of the picture."""

    SWITCHED_OFF = "switched_off"
    NOT_INSTALLED = "remover_not_installed"
    MODEL_MISSING = "model_missing"


@dataclass(frozen=True, slots=True)
class FocalPoint:
    """Where the subject is: fractions of width and height of the upright picture, each 0–1."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the upright picture: its edges as fractions of width and height, each 0–1."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What an original's header tells: its true type and its upright width and height in pixels."""

    type: str
    width: int
    height: int
    frames: int
    has_alpha: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One file that serve may send; width and height in pixels, path relative to the storage root."""

    size: Size
    format: Format
    background: Background
    width: int
    height: int
    bytes: int
    sha256: str
    path: str

    @property
    def hash8(self) -> str:
        """The `v` of its URL: the first 8 hex digits of its SHA-256."""
        return self.sha256[:8]


@dataclass(frozen=True, slots=True)
class Made:
    """What is kept of one media at any size: its formats and its faces."""

    formats: frozenset[Format]
    backgrounds: frozenset[Background]


@dataclass(frozen=True, slots=True)
class NotKept:
    """A format that was made and thrown away, and why; serving the next one is then no fallback."""

    size: Size
    format: Format
    background: Background
    reason: str


@dataclass(frozen=True, slots=True)
class VariantSet:
    """All that came of one `resize_optimize`. formats: those that alone were made, whatever else there is; empty:
    all."""

    kept: tuple[Variant, ...]
    not_kept: tuple[NotKept, ...]
    formats: frozenset[Format] = frozenset()

    @property
    def made(self) -> Made:
        """The formats and faces among those kept."""
        return Made(frozenset(one.format for one in self.kept), frozenset(one.background for one in self.kept))

    @property
    def looks(self) -> frozenset[tuple[Background, Size]]:
        """The faces and sizes that it is about."""
        kept = {(one.background, one.size) for one in self.kept}
        return frozenset(kept | {(one.background, one.size) for one in self.not_kept})

    def beside(self, before: Iterable[Variant]) -> Made:
        """Formats and faces kept afterwards. before: what was kept until then."""
        stay = [one for one in before if not self._replaces(one)]
        return VariantSet((*stay, *self.kept), ()).made

    def _replaces(self, one: Variant) -> bool:
        is_remade = not self.formats or one.format in self.formats
        return is_remade and (one.background, one.size) in self.looks
