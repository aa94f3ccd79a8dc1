"""Logos that are see-through in part: which of them came without background."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image

from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import Background, DataType, Format, Size
from media_vm.values import Rendering, RenderRequest
from tests import pictures

LOGO = RenderRequest(DataType.LOGO, None)


def levels(rendering: Rendering, face: Background) -> NDArray[np.uint8]:
    """The largest variant's pixels, red, green, blue and alpha."""
    shown = (Size.ZOOM, Format.PNG, face)
    path = next(one.temporary for one in rendering.kept if (one.size, one.format, one.background) == shown)
    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"))


@pytest.mark.parametrize("beneath", [[0, 0, 0], pictures.WHITE], ids=["black", "white"])
def test_a_card_with_clear_corners_is_a_background(studio: Studio, tmp_path: Path, beneath: list[int]) -> None:
    """It goes as any other does, whatever colour its clear corners hide: the disc on it is all that is left."""
    source = pictures.saved(card(beneath), tmp_path / "card.png")
    rendering = studio.render(source, tmp_path, LOGO)
    whole, alone = (levels(rendering, face) for face in Background)

    assert rendering.note.startswith("background removed (confidence ")
    assert ([0, 255], (600, 900)) == ([whole[0, 0, 3], whole[0, 450, 3]], whole.shape[:2])
    assert (417, 417) == alone.shape[:2]
    assert [*pictures.BLUE, 255] == alone[208, 208].tolist()
    assert 0 == alone[:20, :20, 3].max()


def test_an_outline_of_a_box_came_without_background(studio: Studio, tmp_path: Path) -> None:
    """It runs along all of the border, but most of the picture is clear."""
    box = pyvips.Image.black(300, 200).draw_rect(255, 0, 0, 300, 200, fill=True)
    box = box.draw_rect(0, 20, 20, 260, 160, fill=True)
    red = box.new_from_image(pictures.RED).cast("uchar").bandjoin(box).copy(interpretation="srgb")
    rendering = studio.render(pictures.saved(red, tmp_path / "box.png"), tmp_path, LOGO)

    assert "it came without background" == rendering.note


def test_a_veil_on_a_card_keeps_its_colour_and_its_thinness(studio: Studio, tmp_path: Path) -> None:
    """Half see-through ink is not made paler by the card that it is taken from."""
    opaque = card(pictures.WHITE)
    veiled = opaque[:3].bandjoin((opaque[3] * 0.5).cast("uchar")).copy(interpretation="srgb")
    rendering = studio.render(pictures.saved(veiled, tmp_path / "card.png"), tmp_path, LOGO)
    alone = levels(rendering, Background.REMOVED)

    assert [*pictures.BLUE, 127] == alone[208, 208].tolist()


def card(beneath: list[int]) -> pyvips.Image:
    """A blue disc on a white card of 900 × 600, its corners cut round and see-through."""
    shape = pyvips.Image.svgload_buffer(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600">'
        b'<rect width="900" height="600" rx="100"/></svg>'
    )[3]
    picture = pictures.logo(900, 600).flatten(background=pictures.WHITE)
    picture = (shape == 0).ifthenelse(beneath, picture).cast("uchar")
    return picture.bandjoin(shape).copy(interpretation="srgb")
