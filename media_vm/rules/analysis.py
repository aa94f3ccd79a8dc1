"""What is known of a picture's content: measured locally, described by others; what nobody knows is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from media_vm.rules.findings import Box, Likelihood, Thing
from media_vm.rules.pictures import FocalPoint, Region

_MOST_LIFT = 25


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
    """What only a provider can tell; every field is None (or empty) until one did.

    aesthetic: 0–100 by a vision model's rubric. alt_text: "" is a decorative picture's, None an unknown one.
    """

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
    detailed_description: str | None = None
    composition: str | None = None
    categories: tuple[str, ...] = ()
    detected_objects: tuple[Thing, ...] = ()
    text_regions: tuple[Box, ...] = ()
    aesthetic: int | None = None


class AltSource(StrEnum):
    """Whose words the alt text is, the best first."""

    HUMAN = "human"
    EMBEDDED = "embedded"
    AI = "ai"
    FALLBACK = "fallback"


class FocalSource(StrEnum):
    """Who found the focal point, the best first. SALIENCY is what is always measured."""

    OWNER = "owner"
    GOOGLE = "google"
    MODEL = "model"
    SALIENCY = "saliency"


@dataclass(frozen=True, slots=True)
class Focal:
    """A focal point that somebody else than saliency found."""

    point: FocalPoint
    source: FocalSource


class Verdict(StrEnum):
    """What a page may do with a picture; UNKNOWN: nobody looked."""

    UNKNOWN = "unknown"
    ALLOW = "allow"
    MATURE = "mature"
    REVIEW = "review"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Safety:
    """What was found of a picture's safety. source: the provider, None while nobody looked. flags: what somebody
    is to look at, such as `suspected_injection`. BLOCK is an operator's word, never found by itself."""

    verdict: Verdict = Verdict.UNKNOWN
    source: str | None = None
    adult: Likelihood = Likelihood.UNKNOWN
    violence: Likelihood = Likelihood.UNKNOWN
    racy: Likelihood = Likelihood.UNKNOWN
    medical: Likelihood = Likelihood.UNKNOWN
    spoof: Likelihood = Likelihood.UNKNOWN
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogoFacts:
    """What is known of a logo (contract §2). has_enclosed_background: a hint to who removes its background."""

    brand_text: str | None = None
    logo_type: str | None = None
    brand_elements: tuple[str, ...] = ()
    trademarks: tuple[str, ...] = ()
    works_on_dark: bool | None = None
    works_on_light: bool | None = None
    has_enclosed_background: bool | None = None


@dataclass(frozen=True, slots=True)
class SiteContext:
    """What is known of a picture within its site (contract §2). brand_score: 0–100 by its colours, None while no
    brand colours are known. off_palette: `#RRGGBB` that are none of the brand's."""

    content_class: str | None = None
    context_used: tuple[str, ...] = ()
    brand_score: int | None = None
    off_palette: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    seo_caption: str | None = None
    text_safe_area: str | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """One picture's whole analysis. ai_enhanced: at least one provider other than `local` answered.

    title: what a person, or else the file's name, calls it. focal: None where saliency alone knows. logo,
    site_context: of those data types. provenance: by field, who said it. The raw answers are compact JSON texts.
    """

    measured: Measured
    described: Description = field(default_factory=Description)
    ai_enhanced: bool = False
    title: str | None = None
    alt_source: AltSource | None = None
    focal: Focal | None = None
    brand_colors: tuple[str, ...] = ()
    logo: LogoFacts | None = None
    site_context: SiteContext | None = None
    safety: Safety | None = None
    searchable_text: str | None = None
    model: str | None = None
    prompt_version: str | None = None
    provenance: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    raw_google_response: str | None = None
    raw_gpt4_response: str | None = None

    @property
    def focal_point(self) -> FocalPoint:
        """What crops keep in the picture."""
        return self.focal.point if self.focal else self.measured.focal_point

    @property
    def writing(self) -> tuple[Region, ...]:
        """Where there is text in the picture, as far as anybody found some."""
        boxes = self.described.text_regions
        return tuple(Region(one.left, one.top, one.left + one.width, one.top + one.height) for one in boxes)

    @property
    def focal_source(self) -> FocalSource:
        """Who found it."""
        return self.focal.source if self.focal else FocalSource.SALIENCY

    @property
    def quality_score(self) -> int:
        """0–100: technique and aesthetics, half and half, where a model judged the latter.

        A picture's own text may order a model to praise it: praise lifts what was measured by 25 at most.
        """
        technical, aesthetic = self.measured.quality.score, self.described.aesthetic
        if aesthetic is None:
            return technical
        return min((technical + aesthetic + 1) // 2, technical + _MOST_LIFT)
