"""What we know of a picture besides what its providers say."""

from __future__ import annotations

from dataclasses import dataclass, field

from media_vm.rules.analysis import AltSource, Analysis, FocalSource
from media_vm.rules.pictures import DataType, FocalPoint

OWN, MAIN_API = "own", "main_api"
"""Words of contract §2, `context_used`."""


@dataclass(frozen=True, slots=True)
class SiteTold:
    """What the main API tells of a user's site (contract §2), made harmless; every field may be missing.

    catalog: their works, each with its medium. theme_colors: `#RRGGBB`.
    """

    display_name: str | None = None
    bio: str | None = None
    styles: tuple[str, ...] = ()
    catalog: tuple[str, ...] = ()
    title: str | None = None
    theme_colors: tuple[str, ...] = ()
    brand_guidelines: str | None = None
    content_strategy: str | None = None
    page: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class SiteKnown:
    """What we know of a user's site. brand_colors: `#RRGGBB` of their logo, and of their site's theme. styles,
    media: of their products. told: by the main API. context_used: whose words were used, as `own`,
    `main_api`."""

    brand_colors: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    context_used: tuple[str, ...] = ()
    told: SiteTold = field(default_factory=SiteTold)

    def with_told(self, told: SiteTold) -> SiteKnown:
        """The same with the main API's words, if it has any; ours come first."""
        if told == SiteTold():
            return self
        return SiteKnown(
            brand_colors=tuple(dict.fromkeys((*self.brand_colors, *told.theme_colors))),
            styles=tuple(dict.fromkeys((*self.styles, *told.styles))),
            media=self.media,
            context_used=(*self.context_used, MAIN_API),
            told=told,
        )


@dataclass(frozen=True, slots=True)
class Known:
    """title: given by a person. embedded_caption: the file's own (IPTC). human_alt_text: None is none, "" a word.
    owners_focal_point: set by `PUT /api/media/focal`."""

    data_type: DataType
    title: str | None = None
    original_name: str = ""
    embedded_caption: str | None = None
    human_alt_text: str | None = None
    owners_focal_point: FocalPoint | None = None
    site: SiteKnown = field(default_factory=SiteKnown)


def known_of(data_type: DataType, original_name: str, earlier: Analysis | None, site: SiteKnown) -> Known:
    """What a person said of it before stays known. earlier: the analysis as it is kept."""
    by_a_person = earlier is not None and earlier.alt_source is AltSource.HUMAN
    owner_set = earlier is not None and earlier.focal_source is FocalSource.OWNER
    return Known(
        data_type,
        original_name=original_name,
        human_alt_text=(earlier.described.alt_text or "") if earlier and by_a_person else None,
        owners_focal_point=earlier.focal_point if earlier and owner_set else None,
        site=site,
    )
