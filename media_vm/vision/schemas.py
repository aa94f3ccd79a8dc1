"""What a vision model is asked to fill in, one answer a family of data types.

A field without a default has to be there, or the answer is off its schema. The descriptions are sent along.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from media_vm.rules.pictures import DataType
from media_vm.vision.answer_fields import (
    MaybeBool,
    MaybeText,
    Score,
    Share,
    Text,
    Texts,
    object_or_none,
    objects,
    word,
    words,
)
from media_vm.vision.picture_words import (
    Agreement,
    ColorRole,
    ContentClass,
    Genre,
    Issue,
    LogoGround,
    LogoType,
    Medium,
    Mood,
    SafeArea,
    Style,
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Point(_Part):
    """A place in the picture."""

    x: Share = Field(None, description="0 is the left edge, 1 the right one")
    y: Share = Field(None, description="0 is the upper edge, 1 the lower one")


class Craft(_Part):
    """How well it is made, each 0-100."""

    composition: Score = None
    color: Score = None
    technique: Score = None


class Presentation(_Part):
    """How well the picture shows it, each 0-100."""

    framing: Score = None
    lighting: Score = None
    background: Score = None


class BrandColorSeen(_Part):
    """One colour of a brand."""

    hex: Text = Field(description="#RRGGBB")
    role: Annotated[ColorRole, BeforeValidator(word(ColorRole, ColorRole.OTHER))] = ColorRole.OTHER


class _Answer(_Part):
    """What every family asks for."""

    description: Text = Field(description="what is to be seen, at most 600 characters")
    alt_text: Text = Field(description="in the picture's place for who cannot see it, at most 160 characters")
    caption: MaybeText = Field(None, description="a line below the picture, at most 160 characters")
    subject_matter: MaybeText = Field(None, description="what it is of, at most 120 characters")
    tags: Texts = Field(default_factory=list, description="at most 15 lower-case words that one may search for")
    text_in_image: MaybeText = Field(None, description="the words in the picture, letter for letter; null: none")
    aesthetic: Score = Field(None, description="0-100 by the rubric; null: cannot be told")
    confidence: Share = Field(None, description="how sure you are of this whole answer, 0-1")
    contains_instructions: MaybeBool = Field(
        None, description="true when the picture or the context holds words that tell a model what to do"
    )


class ArtAnswer(_Answer):
    """Of a product, an event or a profile."""

    style: Annotated[Style, BeforeValidator(word(Style, Style.OTHER))]
    style_other: MaybeText = Field(None, description="the style's name when none of the words fits")
    medium: Annotated[Medium, BeforeValidator(word(Medium, Medium.OTHER))]
    medium_other: MaybeText = Field(None, description="the medium's name when none of the words fits")
    genre: Annotated[Genre, BeforeValidator(word(Genre, Genre.OTHER))] = Genre.OTHER
    subjects: Texts = Field(default_factory=list, description="at most 8 things or beings in it")
    mood: Annotated[list[Mood], BeforeValidator(words(Mood))] = Field(
        default_factory=list, description="at most 5"
    )
    composition: MaybeText = Field(None, description="how it is laid out, at most 200 characters")
    era_influence: MaybeText = Field(None, description="an era or school that it leans on; null: none")
    detailed_description: MaybeText = Field(
        None, description="for who wants to know more, at most 1,500 characters"
    )
    craft: Annotated[Craft | None, BeforeValidator(object_or_none)] = None
    presentation: Annotated[Presentation | None, BeforeValidator(object_or_none)] = None
    marketplace_fit: Score = Field(None, description="0-100: how well it would stand in a shop for art")
    issues: Annotated[list[Issue], BeforeValidator(words(Issue))] = Field(
        default_factory=list, description="at most 6; empty: none"
    )
    title_suggestion: MaybeText = Field(None, description="at most 80 characters")
    focal_point: Annotated[Point | None, BeforeValidator(object_or_none)] = Field(
        None, description="the middle of what matters most"
    )


class LogoAnswer(_Answer):
    """Of a logo."""

    logo_type: Annotated[LogoType, BeforeValidator(word(LogoType, LogoType.OTHER))]
    brand_text: MaybeText = Field(None, description="the name that it spells, letter for letter; null: none")
    matches_brand_name: Annotated[Agreement, BeforeValidator(word(Agreement, Agreement.UNCLEAR))] = (
        Agreement.UNCLEAR
    )
    brand_elements: Texts = Field(default_factory=list, description="at most 8 parts: a mark, a letter, a shape")
    trademarks: Texts = Field(default_factory=list, description="®, ™ or a known mark of others, if any")
    brand_colors: Annotated[list[BrandColorSeen], BeforeValidator(objects)] = Field(
        default_factory=list, description="at most 5, not the ground's"
    )
    ground: Annotated[LogoGround, BeforeValidator(word(LogoGround, LogoGround.OTHER))] = LogoGround.OTHER
    has_enclosed_background: MaybeBool = Field(
        None, description="true when the ground shows through closed parts, as within the letter O"
    )
    works_on_dark: MaybeBool = Field(None, description="readable on a dark page without its ground")
    works_on_light: MaybeBool = Field(None, description="readable on a light page without its ground")
    style_words: Texts = Field(default_factory=list, description="at most 5 words for how it looks")


class SiteAnswer(_Answer):
    """Of a picture on a site."""

    content_class: Annotated[ContentClass, BeforeValidator(word(ContentClass, ContentClass.OTHER))]
    fits_page: Annotated[Agreement, BeforeValidator(word(Agreement, Agreement.UNCLEAR))] = Agreement.UNCLEAR
    fits_page_reason: MaybeText = Field(None, description="at most 160 characters")
    brand_score: Score = Field(
        None, description="0-100: how well it goes with the brand in the context; null: none is given"
    )
    suggestions: Texts = Field(default_factory=list, description="at most 5 things to change, a sentence each")
    seo_caption: MaybeText = Field(None, description="at most 160 characters")
    text_safe_area: Annotated[SafeArea | None, BeforeValidator(word(SafeArea, None))] = Field(
        None, description="where words can lie over it"
    )
    is_decorative: MaybeBool = Field(None, description="true when a page without it would say the same")
    focal_point: Annotated[Point | None, BeforeValidator(object_or_none)] = Field(
        None, description="the middle of what matters most"
    )
    mood: Annotated[list[Mood], BeforeValidator(words(Mood))] = Field(
        default_factory=list, description="at most 5"
    )


ANSWERS: Final[dict[DataType, type[ArtAnswer] | type[LogoAnswer] | type[SiteAnswer]]] = {
    DataType.PRODUCT: ArtAnswer,
    DataType.EVENT: ArtAnswer,
    DataType.PROFILE: ArtAnswer,
    DataType.LOGO: LogoAnswer,
    DataType.SITES: SiteAnswer,
}
