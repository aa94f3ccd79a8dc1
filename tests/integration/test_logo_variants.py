"""What the studio makes of a logo, looked at by a second decoder (Pillow)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image

from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import Background, DataType, Format, NotKept, Remover, Size
from media_vm.values import Rendered, Rendering, RenderRequest
from tests import pictures

LOGO = RenderRequest(DataType.LOGO, None)
ORIGINAL, REMOVED = Background


def on(colour: list[int], path: Path, width: int = 900, height: int = 600) -> Path:
    """A blue disc of two thirds of the shorter side on a ground of this colour."""
    return pictures.saved(pictures.logo(width, height).flatten(background=colour), path)


def variant(rendering: Rendering, size: Size, form: Format, face: Background) -> Rendered:
    """The one kept variant of this size, format and face."""
    return next(one for one in rendering.kept if (one.size, one.format, one.background) == (size, form, face))


def levels(one: Rendered) -> NDArray[np.uint8]:
    """A variant's pixels, red, green, blue and alpha."""
    with Image.open(one.temporary) as image:
        return np.asarray(image.convert("RGBA"))


def notes(one: Rendered) -> dict[str | tuple[int, int], object]:
    """All that a variant says beside its pixels."""
    with Image.open(one.temporary) as image:
        image.load()
        return dict(image.info)


def test_a_logo_has_two_faces_in_every_size(studio: Studio, tmp_path: Path) -> None:
    """Each face in every size, with PNG and no JPEG; the files are named apart."""
    rendering = studio.render(on(pictures.WHITE, tmp_path / "logo.png"), tmp_path, LOGO)

    made = {(one.background, one.size) for one in rendering.kept if one.format is Format.PNG}
    assert {(face, size) for face in Background for size in Size} == made
    assert {Format.PNG, Format.WEBP} <= {one.format for one in rendering.kept} <= set(Format) - {Format.JPEG}
    assert len(rendering.kept) == len({one.temporary for one in rendering.kept})
    assert all(one.temporary.stat().st_size == one.bytes for one in rendering.kept)
    assert rendering.note.startswith("background removed (confidence ")


def test_paper_around_a_logo_is_trimmed(studio: Studio, tmp_path: Path) -> None:
    """To the ink and a fiftieth of air, whatever the margin was; the ground stays white."""
    rendering = studio.render(on(pictures.WHITE, tmp_path / "logo.png"), tmp_path, LOGO)
    fitted = variant(rendering, Size.ZOOM, Format.PNG, ORIGINAL)

    assert (401 + 2 * 8, 401 + 2 * 8) == (fitted.width, fitted.height)
    assert [255, 255, 255, 255] == levels(fitted)[0, 0].tolist()
    assert [*pictures.BLUE, 255] == levels(fitted)[208, 208].tolist()


def test_a_coloured_ground_is_part_of_the_design(studio: Studio, tmp_path: Path) -> None:
    """It is not trimmed, and pads what does not fill its box; without it the ink alone is left."""
    rendering = studio.render(on(pictures.RED, tmp_path / "logo.png"), tmp_path, LOGO)
    whole, alone = (variant(rendering, Size.ZOOM, Format.PNG, face) for face in Background)
    square = variant(rendering, Size.THUMBNAIL, Format.PNG, ORIGINAL)

    assert (900, 600) == (whole.width, whole.height)
    assert (417, 417) == (alone.width, alone.height)
    assert (300, 300) == (square.width, square.height)
    assert [*pictures.RED, 255] == levels(square)[2, 150].tolist()


@pytest.mark.parametrize("ground", [pictures.WHITE, pictures.RED])
@pytest.mark.parametrize("form", [Format.PNG, Format.WEBP])
def test_the_face_without_background_is_see_through(
    studio: Studio, tmp_path: Path, ground: list[int], form: Format
) -> None:
    """Ink as it was, nothing around it, and no rim of the old ground between: on black nothing is lighter."""
    large = pictures.logo(2700, 1800).flatten(background=ground)
    soft = pictures.saved(large.resize(1 / 3, kernel="linear"), tmp_path / "logo.png")
    pixels = levels(variant(studio.render(soft, tmp_path, LOGO), Size.GRID, form, REMOVED)).astype(int)

    middle = pixels.shape[0] // 2
    assert [*pictures.BLUE, 255] == pixels[middle, middle].tolist()
    assert 0 == pixels[0, 0, 3]
    on_black = pixels[..., :3] * pixels[..., 3:] / 255
    assert (on_black <= np.array(pictures.BLUE) + 8).all()


def test_edges_do_not_ring(studio: Studio, tmp_path: Path) -> None:
    """Made smaller, every level lies between ink and ground: no overshoot beside an edge."""
    source = on(pictures.WHITE, tmp_path / "logo.png", 2000, 1500)
    pixels = levels(variant(studio.render(source, tmp_path, LOGO), Size.GRID, Format.PNG, ORIGINAL))

    for band, ink in enumerate(pictures.BLUE):
        assert ink <= pixels[..., band].min()
    assert {*pictures.BLUE} <= set(pixels[250, 250].tolist())


def test_flat_logos_are_lossless(studio: Studio, tmp_path: Path) -> None:
    """WebP is the PNG's pixels exactly, and smaller; the PNG has a palette."""
    rendering = studio.render(on(pictures.WHITE, tmp_path / "logo.png"), tmp_path, LOGO)
    png, webp = (variant(rendering, Size.DETAIL, form, ORIGINAL) for form in (Format.PNG, Format.WEBP))

    assert (levels(png) == levels(webp)).all()
    assert webp.bytes < png.bytes
    with Image.open(png.temporary) as image:
        assert "P" == image.mode


def test_a_palette_is_no_excuse_for_banding(studio: Studio, tmp_path: Path) -> None:
    """Where 256 colours would show, the PNG has them all."""
    source = pictures.saved(pictures.photo(300, 200), tmp_path / "photo.png")
    png = variant(studio.render(source, tmp_path, LOGO), Size.ZOOM, Format.PNG, ORIGINAL)

    with Image.open(png.temporary) as image, Image.open(source) as original:
        assert original.tobytes() == image.convert("RGB").tobytes()


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (pictures.grain(200, 200), {"below_quality"}),
        (pictures.two_halves(200, 200), {"not_smaller"}),
    ],
    ids=["grain", "flat"],
)
def test_an_avif_that_is_not_kept_has_its_true_reason(
    studio: Studio, tmp_path: Path, drawn: pyvips.Image, expected: set[str]
) -> None:
    """Pure grain is smaller as AVIF, but not good enough; flat halves are smaller without loss."""
    rendering = studio.render(pictures.saved(drawn, tmp_path / "logo.png"), tmp_path, LOGO)

    refused = [one for one in rendering.not_kept if one.background is ORIGINAL]
    assert expected == {one.reason for one in refused if one.format is Format.AVIF}


def test_a_logo_without_background_is_left_as_it_is(studio: Studio, tmp_path: Path) -> None:
    """It was taken away before: both faces are the same bytes, trimmed."""
    source = pictures.saved(pictures.logo(900, 600), tmp_path / "clear.png")
    rendering = studio.render(source, tmp_path, LOGO)

    digests = [{one.sha256 for one in rendering.kept if one.background is face} for face in Background]
    assert digests[0] == digests[1] != set()
    assert "it came without background" == rendering.note
    assert (417, 417) == tuple(levels(variant(rendering, Size.ZOOM, Format.PNG, ORIGINAL)).shape[:2])


@pytest.mark.parametrize(("remover", "reason"), [(Remover.PLAIN, "busy_ground"), (Remover.OFF, "switched_off")])
def test_a_refusal_is_recorded_for_every_size(
    children: ChildPool, tmp_path: Path, remover: Remover, reason: str
) -> None:
    """The original face alone is kept, and the reason stands where the other one would."""
    source = pictures.saved(pictures.photo(300, 200), tmp_path / "photo.jpg", Q=90)
    rendering = Studio(children, remover=remover).render(source, tmp_path, LOGO)

    assert {ORIGINAL} == {one.background for one in rendering.kept}
    refused = {one for one in rendering.not_kept if one.background is REMOVED}
    assert {NotKept(size, Format.PNG, REMOVED, reason) for size in Size} == refused
    assert rendering.note.startswith(f"background kept: {reason} (confidence 0")


def test_the_missing_face_alone_is_made_on_request(studio: Studio, tmp_path: Path) -> None:
    """Nothing of the original face is made again."""
    request = RenderRequest(DataType.LOGO, None, only_removed=True)
    rendering = studio.render(on(pictures.WHITE, tmp_path / "logo.png"), tmp_path, request)

    assert {(REMOVED, size) for size in Size} == {(one.background, one.size) for one in rendering.kept}


def test_a_big_logo_fits_the_memory_of_a_child(studio: Studio, tmp_path: Path) -> None:
    """Forty megapixels, most of them margin: the ink keeps its own pixels up to the largest size."""
    source = pictures.saved(
        pictures.logo(1500, 1500)
        .flatten(background=pictures.WHITE)
        .gravity("centre", 8000, 5000, extend="background", background=pictures.WHITE),
        tmp_path / "big.png",
        compression=1,
    )
    zoom = variant(studio.render(source, tmp_path, LOGO), Size.ZOOM, Format.PNG, REMOVED)

    scale = (16_000_000 / 40_000_000) ** 0.5
    assert abs(1001 * scale * 1.04 - zoom.width) <= 4


def test_a_drawn_logo_is_drawn_anew_at_every_size(studio: Studio, tmp_path: Path) -> None:
    """Trimmed to its ink, which then fills the largest size; its edges are a pixel wide at each."""
    (path := tmp_path / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">'
        '<rect x="20" y="35" width="60" height="30" fill="#1e28d2"/></svg>'
    )
    rendering = studio.render(path, tmp_path, LOGO)

    for size, width in [(Size.ZOOM, 2400), (Size.DETAIL, 1200), (Size.GRID, 500)]:
        png = variant(rendering, size, Format.PNG, REMOVED)
        alpha = levels(png)[png.height // 2, :, 3]
        assert width == png.width
        assert ((alpha > 0) & (alpha < 255)).sum() <= 2
        assert (alpha == 255).sum() > 0.9 * width


def test_a_logo_says_whose_it_is_on_both_faces(studio: Studio, tmp_path: Path) -> None:
    """Copyright is in every variant, and nothing else that came along."""
    image = pictures.logo(300, 200).flatten(background=pictures.WHITE).copy()
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-Copyright", "(c) the festival")
    source = pictures.saved(pictures.with_gps(image), tmp_path / "logo.png")

    told = [str(notes(one)) for one in studio.render(source, tmp_path, LOGO).kept]

    assert all("(c) the festival" in words for words in told)
    assert not any("SERIAL-4711" in words for words in told)
