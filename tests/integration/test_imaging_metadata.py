"""What a variant tells about its source: whose it is, and nothing else; in its true colours, upright."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from skimage.color import deltaE_ciede2000, rgb2lab

from media_vm.imaging.pool import ChildPool
from media_vm.imaging.rights import Rights, packet
from media_vm.imaging.studio import Studio
from media_vm.imaging.tasks import read_raster
from media_vm.rules.pictures import DataType, Format, Size
from media_vm.values import Rendered, RenderRequest
from tests import pictures
from tests.hostile.leaks import leaks

PRODUCT = RenderRequest(DataType.PRODUCT, None)
SHARED = Path(__file__).parents[2].parent / "shared" / "images"
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
RIGHTS = Rights("© 2026 Ada", "OAF", "Ada", GENERATED)
TAIL = b"PK\x03\x04 a ZIP archive <?php system('id'); ?> <script>alert(1)</script>"


def telling(path: Path) -> Path:
    """A picture that tells everything: place, serial number, thumbnail, comments, rights, and bytes behind it."""
    photo = Image.fromarray(pictures.photo(160, 120).numpy())
    exif = Image.Exif()
    exif[0x013B], exif[0x8298] = "Ada", "© 2026 Ada"
    exif[0x010E] = "<?php system('id'); ?>"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    exif.get_ifd(0x8769).update({0xA431: "SERIAL-4711", 0x9286: b"ASCII\0\0\0<script>alert(1)</script>"})
    told = packet(RIGHTS).replace(b"</x:xmpmeta>", b"<!--SERIAL-4711--></x:xmpmeta>")
    options: dict[str, Any] = {"exif": exif.tobytes(), "xmp": told, "comment": b"<?php system('id'); ?>"}
    if path.suffix == ".tif":
        options = {"exif": exif, "tiffinfo": {700: told}}
    if path.suffix == ".png":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", told.decode())
        options["pnginfo"].add_text("Comment", "<?php SERIAL-4711 ?>")
    photo.save(path, **options)
    path.write_bytes(path.read_bytes() + (TAIL if path.suffix != ".tif" else b""))
    return path


def rights_of(one: Rendered) -> str:
    """The XMP as a second library finds it."""
    with Image.open(one.temporary) as image:
        image.load()
        if one.format is Format.AVIF:
            image.getexif()
        xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return xmp.decode() if isinstance(xmp, bytes) else str(xmp)


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "avif", "tif"])
def test_rights_are_all_that_survives(studio: Studio, tmp_path: Path, extension: str) -> None:
    """In every variant of every source: no place, serial, comment, script or tail; the rights in each."""
    path = telling(tmp_path / f"telling.{extension}")
    (into := tmp_path / "library").mkdir()
    rendering = studio.render(path, into, PRODUCT)

    assert {Format.AVIF, Format.JPEG} <= {one.format for one in rendering.kept}
    for one in rendering.kept:
        assert_bare(one)
        assert packet(RIGHTS).decode() == rights_of(one)


@pytest.mark.parametrize("extension", ["tif", "png"])
def test_rights_in_a_files_own_texts_are_kept(studio: Studio, tmp_path: Path, extension: str) -> None:
    """A TIFF's tags and a PNG's texts, with neither EXIF nor XMP: in every variant."""
    path, photo = tmp_path / f"told.{extension}", Image.fromarray(pictures.photo(60, 40).numpy())
    if extension == "tif":
        photo.save(path, tiffinfo={33432: "Ada 2026", 315: "Bo", 271: "SERIAL-4711"})
    else:
        (texts := PngInfo()).add_text("Copyright", "Ada 2026")
        texts.add_text("Author", "Bo")
        photo.save(path, pnginfo=texts)

    for one in studio.render(path, tmp_path, PRODUCT).kept:
        assert_bare(one)
        assert packet(Rights(copyright="Ada 2026", creator="Bo")).decode() == rights_of(one)


def test_a_comment_in_latin_1_is_no_flaw(studio: Studio, tmp_path: Path) -> None:
    """PNG names its texts in Latin-1; such a picture is as good as any."""
    path = pictures.saved(pictures.photo(40, 30), tmp_path / "photo.png")
    body = path.read_bytes()
    path.write_bytes(body[:33] + pictures.chunk(b"tEXt", b"Schl\xfcssel\0caf\xe9") + body[33:])

    assert studio.render(path, tmp_path, PRODUCT).kept


def test_a_see_through_picture_keeps_its_rights_in_png(studio: Studio, tmp_path: Path) -> None:
    """PNG variants carry them too."""
    logo = pictures.logo(90, 60).copy()
    logo.set_type(pyvips.GValue.blob_type, "xmp-data", packet(RIGHTS))
    (into := tmp_path / "library").mkdir()
    rendering = studio.render(pictures.saved(logo, tmp_path / "logo.png"), into, PRODUCT)

    assert Format.PNG in {one.format for one in rendering.kept}
    for one in rendering.kept:
        assert_bare(one)
        assert packet(RIGHTS).decode() == rights_of(one)


def test_a_drawings_metadata_and_an_animations_are_kept_likewise(studio: Studio, tmp_path: Path) -> None:
    """An SVG says it in RDF; a moving WebP in its XMP, and the moving variant says it again."""
    rdf = packet(Rights(copyright="Ada")).decode()
    svg = tmp_path / "logo.svg"
    svg.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><metadata>{rdf}</metadata>'
        '<script>alert("SERIAL-4711")</script><rect width="3" height="3"/></svg>'
    )
    moving = tmp_path / "moving.webp"
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    frames[0].save(moving, save_all=True, append_images=frames[1:], duration=100, xmp=rdf.encode())
    for source in (svg, moving):
        (into := tmp_path / f"of-{source.name}").mkdir()
        for one in studio.render(source, into, PRODUCT).kept:
            assert_bare(one)
            assert packet(Rights(copyright="Ada")).decode() == rights_of(one)


FOREIGN = sorted(path for folder in ("photos", "bad") for path in SHARED.glob(f"{folder}/*.jpg"))
TELLING = ("gps", "php", "iphone5", "nikon", "blackberry", "png_named", "gainmap")


@pytest.mark.parametrize(
    "path", [one for one in FOREIGN if any(word in one.name for word in TELLING)], ids=lambda path: path.name
)
def test_real_files_keep_their_secrets(studio: Studio, tmp_path: Path, path: Path) -> None:
    """Photographs with places and serial numbers, polyglots and gain maps; of big ones two sizes stand for all."""
    request = RenderRequest(DataType.PRODUCT, None, only_crops=path.stat().st_size > 200_000)
    kept = studio.render(path, tmp_path, request).kept
    for one in kept:
        assert_bare(one)
    assert kept


def assert_bare(one: Rendered) -> None:
    """By grep, and as a second library reads it."""
    assert [] == leaks(one.temporary)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations_end_upright(studio: Studio, tmp_path: Path, orientation: int) -> None:
    """Four corners of four colours stand where they belong in every size and format."""
    upright = pyvips.Image.arrayjoin(
        [pyvips.Image.black(60, 40).new_from_image(list(c)).cast("uchar") for c in CORNERS.values()], across=2
    ).copy(interpretation="srgb")
    stored = pictures.stored_as(upright, orientation)
    source = pictures.saved(stored, tmp_path / "turned.jpg", Q=95)
    (into := tmp_path / "library").mkdir()

    for one in studio.render(source, into, PRODUCT).kept:
        if one.size in {Size.THUMBNAIL, Size.HEADER}:
            continue  # cropped: its corners are others
        with Image.open(one.temporary) as image:
            assert (120, 80) == image.size
            for place, expected in CORNERS.items():
                found = image.convert("RGB").getpixel((15 + 90 * place[0], 10 + 60 * place[1]))
                assert isinstance(found, tuple)
                assert max(abs(a - b) for a, b in zip(expected, found, strict=True)) < 30


CORNERS = {(0, 0): (200, 30, 30), (1, 0): (30, 160, 30), (0, 1): (30, 40, 200), (1, 1): (220, 220, 220)}


def in_profile(path: Path, profile: str) -> Path:
    """A picture of many colours in one of libvips' own colour spaces, its profile embedded."""
    return pictures.saved(pictures.photo(300, 200).icc_transform(profile, input_profile="srgb"), path, Q=98)


def reference(path: Path, size: tuple[int, int]) -> NDArray[np.float64]:
    """The picture in sRGB by LittleCMS through Pillow, as Lab."""
    with Image.open(path) as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        converted = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert converted is not None
    return np.asarray(rgb2lab(np.asarray(converted.resize(size, Image.Resampling.LANCZOS))))


PROFILED = ("canyon-wren_adobergb", "iphone-xr_displayp3", "cmyk-iso-coated", "concert_gray")


@pytest.mark.parametrize(
    "name", ["p3", "cmyk", *(p.name for p in sorted(SHARED.glob("*/*.jpg")) if p.name.startswith(PROFILED))]
)
def test_colours_are_those_of_another_engine(children: ChildPool, tmp_path: Path, name: str) -> None:
    """The mean ΔE2000 between what we encode and LittleCMS' conversion is at most 2."""
    shared = list(SHARED.glob(f"*/{name}"))
    source = shared[0] if shared else in_profile(tmp_path / "source.jpg", name)
    raster = children.run(read_raster, source, 800, limit=timedelta(seconds=20))
    height, width = raster.pixels.shape[:2]
    ours, theirs = np.asarray(rgb2lab(raster.pixels)), reference(source, (width, height))

    assert float(deltaE_ciede2000(ours, theirs).mean()) <= 2  # type: ignore[no-untyped-call]
