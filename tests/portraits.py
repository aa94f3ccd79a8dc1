"""A media as a manifest tells of it, for tests of the rule and of the route."""

from __future__ import annotations

import json
from typing import Any

from media_vm.rules.analysis import Analysis, Description, Focal, FocalSource, Measured, Quality, Swatch
from media_vm.rules.manifest import PUBLIC, manifest_body
from media_vm.rules.pictures import Background, DataType, FocalPoint, Format, MediaStatus, Size, Variant
from media_vm.rules.shown import Portrait, Shown

BASE = "https://media.example"
MEASURED = Measured(
    palette=(Swatch("#FF5733", "orange", 0.6),),
    quality=Quality(85, None, None, None, 90),
    perceptual_hash="0" * 16,
    thumbhash="1QcSHQ",
    average_color="#C07A4B",
    focal_point=FocalPoint(0.5, 0.5),
    has_transparency=False,
    logo_likeness=0.0,
)
ANALYSIS = Analysis(
    MEASURED,
    Description(style="Impressionism", alt_text="A harbour", mood_keywords=("calm",), caption="secret"),
    focal=Focal(FocalPoint(0.5, 0.3), FocalSource.OWNER),
)


def variant(
    size: Size, form: Format, width: int, background: Background = Background.ORIGINAL, weight: int = 100
) -> Variant:
    """One whose digest follows from its size, format and width."""
    digest = f"{list(Size).index(size)}{list(Format).index(form)}{width:06d}".ljust(64, "0")
    return Variant(size, form, background, width, width // 2, weight, digest, "library/x")


def portrait(
    *variants: Variant, data_type: DataType = DataType.PRODUCT, owner: Background | None = None
) -> Portrait:
    """Media 789 with these variants."""
    shown = Shown(789, MediaStatus.COMPLETED, False, data_type, "sunset", owner, variants)
    return Portrait(shown, 1500, 750, ANALYSIS)


def body_of(one: Portrait, public: tuple[str, ...] = PUBLIC, query: str = "") -> dict[str, Any]:
    """As JSON would bring it."""
    told: dict[str, Any] = json.loads(json.dumps(manifest_body(one, BASE, public, Background.ORIGINAL, query)))
    return told


GRID = variant(Size.GRID, Format.AVIF, 500)
