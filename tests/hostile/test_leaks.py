"""Whether what a variant must not tell is found in it, in every format that variants have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import pyvips
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests import pictures
from tests.hostile.leaks import leaks

FORMATS = ("jpg", "png", "webp", "avif")


@pytest.fixture
def photo() -> Image.Image:
    return Image.fromarray(pictures.photo(60, 40).numpy())


@pytest.mark.parametrize("extension", FORMATS)
def test_pixels_and_rights_are_no_leak(tmp_path: Path, extension: str) -> None:
    """A file as libvips writes it, with nothing in it but whose it is."""
    image = pictures.photo(60, 40).copy()
    image.set_type(pyvips.GValue.blob_type, "xmp-data", b"<x:xmpmeta>Ada</x:xmpmeta>")

    assert [] == leaks(pictures.saved(image, tmp_path / f"photo.{extension}", keep="xmp"))


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (b"PK\x03\x04 a ZIP archive", ["PK\x03\x04", "bytes behind its end"]),
        (b"<?PHP system($_GET[1]); ?>", ["$_GET", "<?PHP", "bytes behind its end"]),
        (b"\0\0\0\0", ["bytes behind its end"]),
    ],
)
def test_bytes_behind_the_end_are_found(
    photo: Image.Image, tmp_path: Path, extension: str, tail: bytes, expected: list[str]
) -> None:
    """Whatever they are, and what they are if they are known."""
    photo.save(path := tmp_path / f"photo.{extension}")
    path.write_bytes(path.read_bytes() + tail)

    assert expected == leaks(path)


@pytest.mark.parametrize("extension", FORMATS)
def test_a_place_and_a_serial_number_are_found(photo: Image.Image, tmp_path: Path, extension: str) -> None:
    """By name where they are plain text, and as EXIF where no text says so."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    photo.save(place := tmp_path / f"place.{extension}", exif=exif.tobytes())
    exif.get_ifd(0x8769).update({0xA431: "SERIAL-4711"})
    photo.save(serial := tmp_path / f"serial.{extension}", exif=exif.tobytes())

    assert "EXIF" in leaks(place)
    assert "SERIAL-4711" in leaks(serial)


def _with_comment(photo: Image.Image, path: Path) -> None:
    photo.save(path.with_suffix(".jpg"), comment=b"whatever")


def _with_text(photo: Image.Image, path: Path) -> None:
    (texts := PngInfo()).add_text("Comment", "<script>", zip=True)
    photo.save(path.with_suffix(".png"), pnginfo=texts)


def _with_xmp(photo: Image.Image, path: Path) -> None:
    (texts := PngInfo()).add_itxt("XML:com.adobe.xmp", "an iPhone", zip=True)
    photo.save(path.with_suffix(".png"), pnginfo=texts)


def _with_profile(photo: Image.Image, path: Path) -> None:
    photo.save(path.with_suffix(".webp"), icc_profile=b"a profile")


def _no_picture(_photo: Image.Image, path: Path) -> None:
    path.with_suffix(".txt").write_text("no picture")


@pytest.mark.parametrize(
    ("save", "expected"),
    [
        (_with_comment, ["comment"]),
        (_with_text, ["<script", "Comment"]),
        (_with_xmp, ["iPhone"]),
        (_with_profile, ["icc_profile"]),
        (_no_picture, ["bytes behind its end", "what no second library reads"]),
    ],
)
def test_what_only_a_second_library_sees_is_found(
    photo: Image.Image, tmp_path: Path, save: Callable[[Image.Image, Path], None], expected: list[str]
) -> None:
    """Comments of no known words, texts that are compressed, and what is no picture at all."""
    save(photo, tmp_path / "photo")
    (path,) = tmp_path.iterdir()

    assert expected == leaks(path)
