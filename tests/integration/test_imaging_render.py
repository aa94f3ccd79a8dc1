"""What the studio makes of a picture, looked at by a second decoder (Pillow)."""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from media_vm.errors import ChildDied, GiveUp
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import Background, DataType, FocalPoint, Format, Region, Size
from media_vm.values import Rendered, Rendering, RenderRequest
from tests import pictures

PRODUCT = RenderRequest(DataType.PRODUCT, None)
LOGO = RenderRequest(DataType.LOGO, None)


def variant(rendering: Rendering, size: Size, form: Format) -> Rendered:
    """The one kept variant of this size and format."""
    return next(one for one in rendering.kept if (one.size, one.format) == (size, form))


def colour(rendered: Rendered, x: float, y: float) -> tuple[int, ...]:
    """The colour at fractions of width and height, in the file's own mode; its palette's, if it has one."""
    with Image.open(rendered.temporary) as file:
        image = file.convert("RGBA" if "transparency" in file.info else "RGB") if file.mode == "P" else file
        found = image.getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    assert isinstance(found, tuple)
    return tuple(int(value) for value in found)


def is_near(expected: list[int], found: tuple[int, ...], *, within: int = 25) -> bool:
    """Lossy formats and colour conversions move a colour a little."""
    return all(abs(a - b) <= within for a, b in zip(expected, found, strict=False))


def test_a_photograph_becomes_every_size_in_every_format(studio: Studio, tmp_path: Path) -> None:
    """Each file on disk is what its record says: format, dimensions, bytes, hash."""
    source = pictures.saved(pictures.photo(1000, 700), tmp_path / "photo.jpg", Q=90)
    (into := tmp_path / "library").mkdir()
    rendering = studio.render(source, into, PRODUCT)

    made = {(one.size, one.format) for one in rendering.kept}
    made |= {(one.size, one.format) for one in rendering.not_kept}
    assert made == {(size, form) for size in Size for form in (Format.AVIF, Format.WEBP, Format.JPEG)}
    assert {one.temporary for one in rendering.kept} == set(into.iterdir())
    for one in rendering.kept:
        body = one.temporary.read_bytes()
        with Image.open(one.temporary) as image:
            image.load()
            assert (one.format.value, one.width, one.height) == ((image.format or "").lower(), *image.size)
        assert (len(body), hashlib.sha256(body).hexdigest()) == (one.bytes, one.sha256)
        assert one.temporary.name.startswith(".tmp-")
        assert one.background is Background.ORIGINAL


def test_what_is_not_smaller_is_not_kept(studio: Studio, tmp_path: Path) -> None:
    """A modern variant is smaller than the JPEG of its size, or thrown away with that reason."""
    source = pictures.saved(pictures.grain(150, 150), tmp_path / "grain.png")
    rendering = studio.render(source, tmp_path, PRODUCT)

    assert {"not_smaller"} == {one.reason for one in rendering.not_kept}
    for one in rendering.kept:
        assert one.format is Format.JPEG or one.bytes < variant(rendering, one.size, Format.JPEG).bytes


def test_no_metadata_survives(studio: Studio, tmp_path: Path) -> None:
    """Places, serial numbers and XMP are in no variant."""
    tagged = pictures.with_gps(pictures.photo(120, 90))
    source = pictures.saved(tagged, tmp_path / "gps.jpg")
    assert b"SERIAL-4711" in source.read_bytes()

    for one in studio.render(source, tmp_path, PRODUCT).kept:
        body = one.temporary.read_bytes()
        with Image.open(one.temporary) as image:
            assert dict(image.getexif()) == {}
        assert not any(word in body for word in (b"SERIAL-4711", b"Exif\0\0", b"xmpmeta"))


@pytest.mark.parametrize(("x", "expected"), [(0.0, pictures.RED), (1.0, pictures.BLUE)])
def test_crops_follow_the_focal_point(studio: Studio, tmp_path: Path, x: float, expected: list[int]) -> None:
    """The square is cut from the side where the subject is."""
    source = pictures.saved(pictures.two_halves(900, 300), tmp_path / "halves.png")
    request = RenderRequest(DataType.PRODUCT, FocalPoint(x, 0.5))
    square = variant(studio.render(source, tmp_path, request), Size.THUMBNAIL, Format.JPEG)

    assert (square.width, square.height) == (300, 300)
    assert all(is_near(expected, colour(square, at, 0.5)) for at in (0.05, 0.95))


@pytest.mark.parametrize(("profile", "within"), [("cmyk", 20), ("p3", 10)])
def test_colours_are_managed(studio: Studio, tmp_path: Path, profile: str, within: int) -> None:
    """A red in another colour space is the same red in sRGB, as near as ink can come."""
    image = pictures.two_halves(200, 100).icc_transform(profile, input_profile="srgb", intent="perceptual")
    source = pictures.saved(image, tmp_path / "managed.jpg", Q=95)
    jpeg = variant(studio.render(source, tmp_path, PRODUCT), Size.DETAIL, Format.JPEG)

    assert is_near(pictures.RED, colour(jpeg, 0.2, 0.5), within=within)


@pytest.mark.parametrize("kind", ["b-w", "rgb16", "grey16"])
def test_grey_and_deep_pictures_become_8_bit_srgb(studio: Studio, tmp_path: Path, kind: str) -> None:
    """One band or sixteen bits a band: the variants have three bands of eight."""
    source = pictures.saved(pictures.photo(80, 60).colourspace(kind), tmp_path / "odd.png")
    jpeg = variant(studio.render(source, tmp_path, PRODUCT), Size.DETAIL, Format.JPEG)

    with Image.open(jpeg.temporary) as image:
        assert image.mode == "RGB"


def test_transparency_is_kept_as_png(studio: Studio, tmp_path: Path) -> None:
    """A see-through picture has PNG instead of JPEG, and stays see-through in every format."""
    source = pictures.saved(pictures.logo(200, 150), tmp_path / "disc.png")
    rendering = studio.render(source, tmp_path, PRODUCT)

    assert Format.JPEG not in {one.format for one in rendering.kept}
    for one in rendering.kept:
        assert (colour(one, 0, 0)[3], colour(one, 0.5, 0.5)[3]) == (0, 255)


def test_an_opaque_alpha_band_is_no_transparency(studio: Studio, tmp_path: Path) -> None:
    """An alpha band that hides nothing does not cost a PNG."""
    opaque = pictures.photo(80, 60).bandjoin(255)
    rendering = studio.render(pictures.saved(opaque, tmp_path / "opaque.png"), tmp_path, PRODUCT)

    assert Format.JPEG in {one.format for one in rendering.kept}


def test_a_sites_drawing_loses_nothing(studio: Studio, tmp_path: Path) -> None:
    """WebP and PNG of the very same pixels, and no lossy format; a photograph for a site is as any other."""
    button = pictures.saved(pictures.screenshot(400, 200), tmp_path / "button.png")
    banner = pictures.saved(pictures.photo(200, 100), tmp_path / "banner.png")
    drawn, photo = (
        studio.render(path, tmp_path, RenderRequest(DataType.SITES, None)) for path in (button, banner)
    )

    assert {Format.WEBP, Format.PNG} == {one.format for one in drawn.kept}
    with Image.open(button) as image:
        for form in (Format.WEBP, Format.PNG):
            with Image.open(variant(drawn, Size.DETAIL, form).temporary) as made:
                assert image.tobytes() == made.convert("RGB").tobytes()
    assert Format.JPEG in {one.format for one in photo.kept}


def test_a_sites_header_shows_its_writing(studio: Studio, tmp_path: Path) -> None:
    """The blue half is told to hold a word, the subject is on the red one: as a crop it shows both."""
    source = pictures.saved(pictures.two_halves(1200, 300), tmp_path / "halves.png")
    word = Region(0.8, 0.1, 1.0, 0.2)
    request = RenderRequest(DataType.SITES, FocalPoint(0.0, 0.5), text_regions=(word,))
    header = variant(studio.render(source, tmp_path, request), Size.HEADER, Format.PNG)

    assert (900, 300) == (header.width, header.height)
    assert [pictures.RED, pictures.BLUE] == [list(colour(header, at, 0.5)) for at in (0.3, 0.36)]


def test_a_logo_is_padded_on_its_own_ground(studio: Studio, tmp_path: Path) -> None:
    """A disc on white stands whole on a white square of its longer side; one on nothing stands on nothing."""
    on_white = pictures.logo(400, 100).flatten(background=pictures.WHITE)
    (tmp_path / "a").mkdir()
    white = studio.render(pictures.saved(on_white, tmp_path / "white.jpg", Q=95), tmp_path / "a", LOGO)
    clear = studio.render(pictures.saved(pictures.logo(400, 100), tmp_path / "clear.png"), tmp_path, LOGO)

    square = variant(white, Size.THUMBNAIL, Format.PNG)
    assert (square.width, square.height) == (71, 71)
    assert is_near(pictures.WHITE, colour(square, 0.5, 0.0), within=6)
    assert is_near(pictures.BLUE, colour(square, 0.5, 0.5))
    header = variant(clear, Size.HEADER, Format.PNG)
    assert (header.width, header.height) == (71, 24)
    assert colour(header, 0.02, 0.5)[3] == 0
    assert Format.JPEG not in {one.format for one in white.kept}


def test_a_failed_rendering_leaves_nothing_behind(studio: Studio, tmp_path: Path) -> None:
    """Corrupt pixels give a reason and no file."""
    source = pictures.cut_short(pictures.saved(pictures.photo(400, 300), tmp_path / "cut.jpg"))
    (into := tmp_path / "library").mkdir()

    with pytest.raises(GiveUp, match="truncated"):
        studio.render(source, into, PRODUCT)
    assert list(into.iterdir()) == []


def test_a_dead_child_leaves_nothing_behind(
    children: ChildPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a child had written when its time was up is removed; strangers' files stay."""
    source = pictures.saved(pictures.photo(1500, 1500), tmp_path / "slow.png", compression=1)
    (into := tmp_path / "library").mkdir()
    (stranger := into / ".tmp-of-somebody-else").touch()
    monkeypatch.setattr(secrets, "token_hex", lambda _: "of-this-child")
    (into / ".tmp-of-this-child-thumbnail.avif").touch()
    studio = Studio(children, render_limit=timedelta(seconds=0.05))

    with pytest.raises(ChildDied, match="time_limit"):
        studio.render(source, into, PRODUCT)
    assert [stranger] == list(into.iterdir())


def test_a_closed_studio_has_no_children() -> None:
    """Closing ends the child processes."""
    pool = ChildPool(1)
    child = pool.run(os.getpid, limit=timedelta(seconds=10))
    Studio(pool).close()

    with pytest.raises(ProcessLookupError):
        os.kill(child, signal.SIGCONT)


@pytest.mark.parametrize("request_", [PRODUCT, LOGO], ids=["product", "logo"])
def test_a_part_is_made_as_the_whole_makes_it(studio: Studio, tmp_path: Path, request_: RenderRequest) -> None:
    """The very bytes, of the sizes and formats that are asked for alone."""
    source = pictures.saved(pictures.logo(500, 400), tmp_path / "logo.png")
    (into := tmp_path / "library").mkdir()
    whole = studio.render(source, into, request_)
    sizes, formats = frozenset({Size.GRID, Size.THUMBNAIL}), frozenset({Format.AVIF, Format.PNG, Format.JPEG})
    part = studio.render(source, into, replace(request_, sizes=sizes, formats=formats))

    def made(rendering: Rendering) -> set[tuple[Size, Format, Background, str]]:
        kept = {(one.size, one.format, one.background, one.sha256) for one in rendering.kept}
        return kept | {(one.size, one.format, one.background, one.reason) for one in rendering.not_kept}

    assert {one for one in made(whole) if one[0] in sizes and one[1] in formats} == made(part) != set()
    assert {one.temporary for one in (*whole.kept, *part.kept)} == set(into.iterdir())
