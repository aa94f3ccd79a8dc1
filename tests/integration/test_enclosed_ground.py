"""Ground that ink encloses: what a vision model says of it decides where the picture alone leaves a doubt."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import Background, DataType, Format, Size
from media_vm.values import RenderRequest
from tests.cutting import badge, seen_through

LIMIT = timedelta(seconds=30)
CLEAR, OPAQUE = 0, 255
LETTER, WINDOW, HAIR, RING = (20, 50), (40, 50), (5, 50), (110, 110)


@pytest.mark.parametrize(
    ("oblong", "has_holes", "expected"),
    [
        (LETTER, None, OPAQUE),
        (LETTER, True, CLEAR),
        (LETTER, False, OPAQUE),
        (WINDOW, None, CLEAR),
        (WINDOW, True, CLEAR),
        (WINDOW, False, OPAQUE),
        (HAIR, True, OPAQUE),
        (RING, False, CLEAR),
    ],
)
def test_a_models_word_decides_what_is_in_doubt(
    children: ChildPool, oblong: tuple[int, int], has_holes: bool | None, expected: int
) -> None:
    """And no more: a thin stroke in a thick badge is lettering, the inside of a ring is ground, whatever it
    says."""
    assert expected == children.run(seen_through, *oblong, has_holes, limit=LIMIT)


def test_it_comes_with_the_request(studio: Studio, tmp_path: Path) -> None:
    """All the way to the variants."""
    Image.fromarray(badge(*LETTER)).save(tmp_path / "badge.png")
    rendering = studio.render(
        tmp_path / "badge.png", tmp_path, RenderRequest(DataType.LOGO, None, has_enclosed_background=True)
    )

    shown = (Size.GRID, Format.PNG, Background.REMOVED)
    file = next(one.temporary for one in rendering.kept if (one.size, one.format, one.background) == shown)
    with Image.open(file) as image:
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert CLEAR == alpha[alpha.shape[0] // 2, alpha.shape[1] // 2]
