"""What is known of a picture's content: measured locally, described by others; what nobody knows is None."""

from __future__ import annotations

from dataclasses import dataclass, field

from media_vm.rules.pictures import FocalPoint


@dataclass(frozen=True, slots=True)
class Swatch:
    """One colour of the palette: upper-case `#RRGGBB`, its everyday name, its share of the picture 0–1."""

    hex: str
    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Technical quality and its parts, each 0–100; None where a part says nothing (a logo's noise, say)."""

    score: int
    sharpness: int | None
    exposure: int | None
    noise: int | None
    resolution: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What `local` measures of every picture, without a key and without guessing.

    perceptual_hash: 16 hex digits (DCT hash, 64 bit). thumbhash: base64. average_color: `#RRGGBB`.
    logo_likeness: 0 (a photo) to 1 (flat, few colours, hard edges).
    """

    palette: tuple[Swatch, ...]
    quality: Quality
    perceptual_hash: str
    thumbhash: str
    average_color: str
    focal_point: FocalPoint
    has_transparency: bool
    logo_likeness: float


@dataclass(frozen=True, slots=True)
class Description:
    """What only a model can tell; every field is None (or empty) until one did."""

    style: str | None = None
    medium: str | None = None
    subject_matter: str | None = None
    description: str | None = None
    caption: str | None = None
    alt_text: str | None = None
    detected_text: str | None = None
    confidence_score: float | None = None
    mood_keywords: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """One picture's whole analysis. ai_enhanced: at least one provider other than `local` answered."""

    measured: Measured
    described: Description = field(default_factory=Description)
    ai_enhanced: bool = False
