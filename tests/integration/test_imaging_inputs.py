"""Every kind of file that people send, from its bytes to its variants."""

from __future__ import annotations

from pathlib import Path

import pytest
import pyvips
from PIL import Image, ImageSequence

from media_vm.errors import GiveUp
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import DataType, Format, Size, SourceFacts
from media_vm.rules.validation import Limits
from media_vm.values import Rendered, Rendering, RenderRequest
from tests import pictures

PRODUCT = RenderRequest(DataType.PRODUCT, None)
LOGO = RenderRequest(DataType.LOGO, None)
SHARED = Path(__file__).parents[2].parent / "shared" / "images"


def variant(rendering: Rendering, size: Size, form: Format) -> Rendered:
    """The one kept variant of this size and format."""
    return next(one for one in rendering.kept if (one.size, one.format) == (size, form))


def pixel(rendered: Rendered, x: float, y: float) -> tuple[int, ...]:
    """The colour at fractions of width and height, as RGBA."""
    with Image.open(rendered.temporary) as image:
        found = image.convert("RGBA").getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    assert isinstance(found, tuple)
    return tuple(int(value) for value in found)


def is_near(expected: tuple[int, ...] | list[int], found: tuple[int, ...], within: int = 25) -> bool:
    """Lossy formats move a colour a little."""
    return all(abs(a - b) <= within for a, b in zip(expected, found, strict=False))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_a_bmp_of_any_depth_is_read(studio: Studio, tmp_path: Path, mode: str) -> None:
    """One bit, grey, palette or true colour: it becomes a picture like any other."""
    halves = Image.new("RGB", (60, 40), (0, 0, 0))
    halves.paste((255, 255, 255), (30, 0, 60, 40))
    halves.convert(mode).save(tmp_path / "drawn.bmp")
    (into := tmp_path / "library").mkdir()

    assert studio.inspect(tmp_path / "drawn.bmp") == SourceFacts("bmp", 60, 40, 1, has_alpha=False)
    jpeg = variant(studio.render(tmp_path / "drawn.bmp", into, PRODUCT), Size.DETAIL, Format.JPEG)
    assert is_near((0, 0, 0), pixel(jpeg, 0.1, 0.5))
    assert is_near((255, 255, 255), pixel(jpeg, 0.9, 0.5))


def odd_pictures(folder: Path) -> dict[str, Path]:
    """Red, in the less usual ways to store it."""
    red = Image.new("RGB", (60, 40), (255, 0, 0))
    see_through = Image.new("RGBA", (60, 40), (255, 0, 0, 128))
    made = {}
    for name, picture in {
        "palette.png": red.quantize(4),
        "palette.gif": red.quantize(4),
        "see-through palette.png": see_through.quantize(4),
        "see-through.tif": see_through,
        "cmyk.jpg": Image.new("CMYK", (60, 40), (0, 255, 255, 0)),
        "cmyk.tif": Image.new("CMYK", (60, 40), (0, 255, 255, 0)),
        "16 bit rgba.png": None,
    }.items():
        made[name] = folder / name
        if picture is not None:
            picture.save(made[name])
    deep = pyvips.Image.black(60, 40).cast("ushort").new_from_image([65535, 0, 0, 32768])
    pictures.saved(deep.copy(interpretation="rgb16"), made["16 bit rgba.png"], interlace=True)
    return made


def test_odd_ways_to_store_red_are_red(studio: Studio, tmp_path: Path) -> None:
    """Palettes with and without holes, ink without a profile, 16 bits interlaced with alpha."""
    for name, path in odd_pictures(tmp_path).items():
        (into := tmp_path / f"of {name}").mkdir()
        rendering = studio.render(path, into, RenderRequest(DataType.PRODUCT, None, only_crops=True))
        is_see_through = "see" in name or "rgba" in name
        form = Format.PNG if is_see_through else Format.JPEG
        found = pixel(variant(rendering, Size.THUMBNAIL, form), 0.5, 0.5)
        assert is_near((255, 0, 0, 128 if is_see_through else 255), found, within=45), name


def test_grey_with_alpha_stays_grey_with_alpha(studio: Studio, tmp_path: Path) -> None:
    """Two bands become four."""
    Image.new("LA", (60, 40), (90, 128)).save(tmp_path / "grey.png")
    rendering = studio.render(tmp_path / "grey.png", tmp_path, PRODUCT)

    assert is_near((90, 90, 90, 128), pixel(variant(rendering, Size.DETAIL, Format.PNG), 0.5, 0.5), within=3)


def test_a_pyramid_of_a_tiff_is_one_picture(studio: Studio, tmp_path: Path) -> None:
    """Its smaller copies are neither frames nor what is shown."""
    path = pictures.saved(pictures.photo(700, 500), tmp_path / "pyramid.tif", tile=True, pyramid=True)
    facts = studio.inspect(path)
    rendering = studio.render(path, tmp_path, PRODUCT)

    assert (700, 500) == (facts.width, facts.height)
    assert facts.frames > 1
    assert (700, 500) == (lambda one: (one.width, one.height))(variant(rendering, Size.ZOOM, Format.JPEG))


def test_half_a_bmp_is_refused(studio: Studio, tmp_path: Path) -> None:
    """A transfer that broke off gives no half-black picture."""
    Image.new("RGB", (60, 40), (9, 9, 9)).save(tmp_path / "drawn.bmp")
    path = pictures.cut_short(tmp_path / "drawn.bmp")

    with pytest.raises(GiveUp, match="truncated"):
        studio.render(path, tmp_path, PRODUCT)


def test_a_drawing_is_sharp_at_every_size(studio: Studio, tmp_path: Path) -> None:
    """An SVG of 40 × 4 is rasterised at each size's own pixels: its edge is one pixel wide at 2400."""
    path = tmp_path / "logo.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="4">'
        '<rect width="20" height="4" fill="#1e28d2"/><script>alert(1)</script></svg>'
    )
    (into := tmp_path / "library").mkdir()
    rendering = studio.render(path, into, PRODUCT)

    assert studio.inspect(path) == SourceFacts("svg", 2400, 240, 1, has_alpha=True)
    for size, width, height in [(Size.ZOOM, 2400, 240), (Size.DETAIL, 1200, 120), (Size.GRID, 500, 50)]:
        png = variant(rendering, size, Format.PNG)
        assert (width, height) == (png.width, png.height)
        with Image.open(png.temporary) as image:
            alpha = [image.convert("RGBA").getpixel((x, height // 2)) for x in range(width)]
        soft = [one for one in alpha if isinstance(one, tuple) and 0 < one[3] < 255]
        assert len(soft) <= 1
    assert (0x1E, 0x28, 0xD2, 255) == pixel(variant(rendering, Size.ZOOM, Format.PNG), 0.25, 0.5)


def test_a_drawing_reads_no_file_and_no_address(studio: Studio, tmp_path: Path) -> None:
    """A picture beside it, however it is called for, is never opened: the drawing is refused by name."""
    secret = pictures.saved(pictures.two_halves(8, 8), tmp_path / "secret.png")
    for called in (secret.name, str(secret), secret.as_uri(), f"&#102;ile://{secret}"):
        path = tmp_path / "drawing.svg"
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><image href="{called}"/></svg>'
        )
        with pytest.raises(GiveUp, match="external_reference"):
            studio.inspect(path)


def animation(path: Path, *, see_through: bool = False) -> Path:
    """Three frames of 120 × 80: red, green, blue; 100 ms each, twice."""
    frames = [Image.new("RGBA", (120, 80), (*colour, 255)) for colour in ((220, 0, 0), (0, 200, 0), (0, 0, 220))]
    if see_through:
        for frame in frames:
            frame.paste((0, 0, 0, 0), (0, 0, 40, 80))
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100, loop=2, disposal=2)
    return path


@pytest.mark.parametrize(("extension", "plays"), [("gif", 3), ("webp", 2)])
def test_an_animation_moves_at_detail_alone(studio: Studio, tmp_path: Path, extension: str, plays: int) -> None:
    """`detail` is an animated WebP beside a still JPEG, without an AVIF; all else is the first frame.

    A GIF counts how often it repeats, a WebP how often it plays.
    """
    path = animation(tmp_path / f"moving.{extension}")
    (into := tmp_path / "library").mkdir()
    rendering = studio.render(path, into, PRODUCT)

    detail = variant(rendering, Size.DETAIL, Format.WEBP)
    with Image.open(detail.temporary) as image:
        colours = [frame.convert("RGB").getpixel((60, 40)) for frame in ImageSequence.Iterator(image)]
        assert (3, (120, 80), plays) == (getattr(image, "n_frames", 1), image.size, image.info["loop"])
        assert 100 == image.info["duration"]
    for found, expected in zip(colours, ((220, 0, 0), (0, 200, 0), (0, 0, 220)), strict=True):
        assert isinstance(found, tuple) and is_near(expected, found)
    assert {Format.WEBP, Format.JPEG} == {one.format for one in rendering.kept if one.size is Size.DETAIL}
    assert [(Size.DETAIL, Format.AVIF)] == [
        (one.size, one.format) for one in rendering.not_kept if one.reason == "animated"
    ]
    for one in rendering.kept:
        if one is not detail:
            with Image.open(one.temporary) as image:
                assert 1 == getattr(image, "n_frames", 1)
            assert is_near((220, 0, 0), pixel(one, 0.5, 0.5))


def test_a_see_through_animation_keeps_its_holes(studio: Studio, tmp_path: Path) -> None:
    """Its still is a PNG, and every frame shows what is behind it."""
    path = animation(tmp_path / "moving.gif", see_through=True)
    (into := tmp_path / "library").mkdir()
    rendering = studio.render(path, into, PRODUCT)

    assert 0 == pixel(variant(rendering, Size.DETAIL, Format.PNG), 0.1, 0.5)[3]
    with Image.open(variant(rendering, Size.DETAIL, Format.WEBP).temporary) as image:
        alphas = [frame.convert("RGBA").getpixel((10, 40)) for frame in ImageSequence.Iterator(image)]
    assert [0, 0, 0] == [one[3] for one in alphas if isinstance(one, tuple)]


def test_an_animation_over_its_budget_is_a_still(children: ChildPool, tmp_path: Path) -> None:
    """Frames × pixels above the limit: every size is the first frame."""
    path = animation(tmp_path / "moving.gif")
    (into := tmp_path / "library").mkdir()
    rendering = Studio(children, limits=Limits(animation_megapixels=0)).render(path, into, PRODUCT)

    with Image.open(variant(rendering, Size.DETAIL, Format.JPEG).temporary) as image:
        assert 1 == getattr(image, "n_frames", 1)
    assert "animated" not in {one.reason for one in rendering.not_kept}


@pytest.mark.parametrize("path", sorted(SHARED.glob("formats/*.heic")), ids=lambda path: path.name)
def test_a_telephones_heic_is_rendered(studio: Studio, tmp_path: Path, path: Path) -> None:
    """Upright, at its full size, in every format."""
    rendering = studio.render(path, tmp_path, PRODUCT)

    assert studio.inspect(path) == SourceFacts("heic", 3024, 4032, 1, has_alpha=False)
    zoom = variant(rendering, Size.ZOOM, Format.AVIF)
    assert (1800, 2400) == (zoom.width, zoom.height)


def test_the_crops_of_a_small_source_keep_their_shape(studio: Studio, tmp_path: Path) -> None:
    """A narrow portrait's header is 3:1 and as wide as it, not a slice of the box."""
    source = pictures.saved(pictures.photo(92, 134), tmp_path / "portrait.jpg")
    rendering = studio.render(source, tmp_path, RenderRequest(DataType.PRODUCT, None, only_crops=True))

    for size, expected in [(Size.HEADER, (92, 31)), (Size.THUMBNAIL, (92, 92))]:
        with Image.open(variant(rendering, size, Format.JPEG).temporary) as image:
            assert expected == image.size
