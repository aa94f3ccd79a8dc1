"""All that a page can know of a media in one answer (contract §8): its variants with URLs that never change."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from media_vm.rules.analysis import Analysis
from media_vm.rules.callbacks import analysis_body
from media_vm.rules.negotiation import faced_as
from media_vm.rules.pictures import Background, DataType, Format, Size, Variant
from media_vm.rules.shown import Portrait

PUBLISHABLE: Final = tuple(
    analysis_body(None, DataType.LOGO, frozenset()) | analysis_body(None, DataType.SITES, frozenset())
)
"""The fields of the callback's `ai_analysis`, any of which `MEDIA_VM_PUBLIC_ANALYSIS` may name."""

PUBLIC: Final = ("style", "medium", "dominant_colors", "brand_colors", "mood_keywords")
"""Those that are public unless a setting says otherwise (contract §8)."""

# The whole picture at several widths, which a browser may take for one another; the others are another shape.
_UNCROPPED: Final = (Size.SMALL, Size.GRID, Size.DETAIL, Size.ZOOM)


def manifest_body(
    portrait: Portrait, base_url: str, public: Collection[str], logo_background: Background, query: str = ""
) -> dict[str, object]:
    """The manifest of a media that has variants; what nobody knows is null. public: the analysis fields to tell.

    `srcset` is of the face that a URL without `bg` shows. query: what every URL ends in, such as a signature.
    """
    shown, analysis = portrait.shown, portrait.analysis
    urls = {variant: f"{base_url}{path_of(shown.media_id, variant)}{query}" for variant in shown.variants}
    faced = faced_as(shown, None, logo_background) or shown.variants
    return {
        "media_id": str(shown.media_id),
        "data_type": shown.data_type.value,
        "width": portrait.width,
        "height": portrait.height,
        "alt_text": analysis and analysis.described.alt_text,
        "thumbhash": (analysis and analysis.measured.thumbhash) or None,
        "average_color": (analysis and analysis.measured.average_color) or None,
        "focal_point": analysis and {"x": analysis.focal_point.x, "y": analysis.focal_point.y},
        "variants": [_variant_body(variant, urls[variant]) for variant in sorted(urls, key=_order)],
        "srcset": {
            form.value: srcset
            for form in Format
            if (srcset := _srcset((one for one in faced if one.format is form), urls))
        },
        "analysis": _public(portrait, analysis, public) if analysis else {},
    }


def path_of(media_id: int, variant: Variant) -> str:
    """The path of a variant's own URL, which never shows anything else."""
    face = ".nobg" if variant.background is Background.REMOVED else ""
    return f"/serve/{media_id}/v{variant.hash8}/{variant.size.value}{face}.{variant.format.extension}"


def _order(variant: Variant) -> tuple[int, ...]:
    """By face, size and format, in the contract's order, however the rows came."""
    order = (Background, variant.background), (Size, variant.size), (Format, variant.format)
    return tuple(list(kind).index(member) for kind, member in order)


def _variant_body(variant: Variant, url: str) -> dict[str, object]:
    return {
        "size": variant.size.value,
        "format": variant.format.value,
        "type": variant.format.media_type,
        "bg": variant.background.value,
        "width": variant.width,
        "height": variant.height,
        "bytes": variant.bytes,
        "url": url,
    }


def _srcset(variants: Iterable[Variant], urls: dict[Variant, str]) -> str:
    """`… 500w, … 1200w`: one URL a width; a small source has several sizes of one width, all of the same looks.

    Of those `detail` goes first, for of an animation it alone moves (contract §7); else the lightest.
    """
    by_width: dict[int, Variant] = {}
    for variant in sorted(variants, key=lambda one: (one.width, one.size is not Size.DETAIL, one.bytes)):
        if variant.size in _UNCROPPED:
            by_width.setdefault(variant.width, variant)
    return ", ".join(f"{urls[variant]} {width}w" for width, variant in by_width.items())


def _public(portrait: Portrait, analysis: Analysis, public: Collection[str]) -> dict[str, object]:
    faces = frozenset(variant.background for variant in portrait.shown.variants)
    known = analysis_body(analysis, portrait.shown.data_type, faces)
    return {field: value for field, value in known.items() if field in public}
