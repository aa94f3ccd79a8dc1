"""What providers say of one picture, each cleaned but in its own words, before it is merged (`rules/merging.py`).

Everything here came from outside and was checked on its way in: texts are clamped and stripped, numbers are in
their ranges, words are of their enums. What a provider did not say is None or empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from media_vm.rules.pictures import FocalPoint


class Provider(StrEnum):
    """Who may be asked, by the names of `MEDIA_VM_VISION` (contract §10)."""

    LOCAL = "local"
    GOOGLE = "google"
    OPENAI = "openai"
    OPENROUTER = "openrouter"
    OLLAMA = "ollama"


class Likelihood(IntEnum):
    """Google Vision's six, in its own order and with its numbers."""

    UNKNOWN = 0
    VERY_UNLIKELY = 1
    UNLIKELY = 2
    POSSIBLE = 3
    LIKELY = 4
    VERY_LIKELY = 5


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, each number a share of its width or height, 0–1."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Thing:
    """Something seen: a label, an object, a logo. confidence: 0–1."""

    name: str
    confidence: float
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class SafeSearch:
    """How likely a picture is to be of these kinds."""

    adult: Likelihood = Likelihood.UNKNOWN
    violence: Likelihood = Likelihood.UNKNOWN
    racy: Likelihood = Likelihood.UNKNOWN
    medical: Likelihood = Likelihood.UNKNOWN
    spoof: Likelihood = Likelihood.UNKNOWN


@dataclass(frozen=True, slots=True)
class CropHint:
    """Where a crop of that shape would lie. ratio: width by height."""

    ratio: float
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What Google Vision found. raw: its whole answer as JSON text, kept as `raw_google_response`."""

    labels: tuple[Thing, ...] = ()
    objects: tuple[Thing, ...] = ()
    logos: tuple[Thing, ...] = ()
    text: str | None = None
    text_regions: tuple[Box, ...] = ()
    crop_hints: tuple[CropHint, ...] = ()
    safe_search: SafeSearch | None = None
    raw: str = "{}"


@dataclass(frozen=True, slots=True)
class BrandColor:
    """One colour that a model took for the brand's: `#RRGGBB`, not yet snapped to what was measured."""

    hex: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class LogoWords:
    """What a vision model said of a logo."""

    brand_text: str | None = None
    logo_type: str | None = None
    brand_elements: tuple[str, ...] = ()
    trademarks: tuple[str, ...] = ()
    brand_colors: tuple[BrandColor, ...] = ()
    has_enclosed_background: bool | None = None
    works_on_dark: bool | None = None
    works_on_light: bool | None = None


@dataclass(frozen=True, slots=True)
class SiteWords:
    """What a vision model said of a picture within its site. brand_score: 0–100."""

    content_class: str | None = None
    brand_score: int | None = None
    suggestions: tuple[str, ...] = ()
    seo_caption: str | None = None
    text_safe_area: str | None = None
    is_decorative: bool | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a vision model said of a picture.

    aesthetic: 0–100. confidence: 0–1. logo, site: for those data types alone. is_suspicious: the picture, or the
    answer, holds what reads like an order to the model. raw: its whole answer as JSON text, kept as
    `raw_gpt4_response`.
    """

    provider: Provider
    model: str
    prompt_version: str
    style: str | None = None
    medium: str | None = None
    subject_matter: str | None = None
    description: str | None = None
    detailed_description: str | None = None
    caption: str | None = None
    alt_text: str | None = None
    text_in_image: str | None = None
    composition: str | None = None
    mood_keywords: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    aesthetic: int | None = None
    confidence: float | None = None
    focal_point: FocalPoint | None = None
    logo: LogoWords | None = None
    site: SiteWords | None = None
    is_suspicious: bool = False
    raw: str = "{}"


class CostSource(StrEnum):
    """Where the price of a call comes from."""

    REPORTED = "reported"
    COMPUTED = "computed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a provider, answered or not, for the bill. task: `vision`, `embedding`.

    units: what was billed other than tokens, as feature × image of Google Vision. cost_usd: as reported by the
    provider, None where it said nothing. reason: why it failed; None: it was answered.
    """

    provider: Provider
    model: str
    task: str
    ms: int
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    tokens_reasoning: int | None = None
    units: tuple[str, ...] = ()
    cost_usd: float | None = None
    request_id: str | None = None
    reason: str | None = None
