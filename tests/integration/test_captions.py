"""What files say of themselves: IPTC's alt text and caption, in every place that programs put them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio

NAMES = (
    'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://purl.org/dc/elements/1.1/" '
    'xmlns:c="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"'
)
DESCRIBED = "<d:description><r:Alt><r:li>In XMP</r:li><r:li>Anders</r:li></r:Alt></d:description>"
ALT_TEXT = "<c:AltTextAccessibility><r:Alt><r:li>For who cannot see</r:li></r:Alt></c:AltTextAccessibility>"


def xmp(inside: str) -> bytes:
    described = f"<r:Description>{inside}</r:Description>"
    return f"<x:m xmlns:x='adobe:ns:meta/'><r:RDF {NAMES}>{described}</r:RDF></x:m>".encode()


def exif(text: str) -> bytes:
    tags = Image.Exif()
    tags[0x010E] = text
    return tags.tobytes()


def iim(text: bytes) -> bytes:
    """A JPEG's APP13 with one dataset 2:120."""
    stream = struct.pack(">BBBH", 0x1C, 2, 120, len(text)) + text
    block = b"8BIM" + struct.pack(">H", 0x0404) + b"\0\0" + struct.pack(">I", len(stream)) + stream
    body = b"Photoshop 3.0\0" + block + bytes(len(stream) % 2)
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


def saved(path: Path, *, app13: bytes = b"", **options: Any) -> Path:
    Image.linear_gradient("L").convert("RGB").save(path, **options)
    body = path.read_bytes()
    path.write_bytes(body[:2] + app13 + body[2:])
    return path


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, None),
        (
            {"xmp": xmp(DESCRIBED + ALT_TEXT), "app13": iim(b"In IIM"), "exif": exif("In EXIF")},
            "For who cannot see",
        ),
        ({"xmp": xmp(DESCRIBED), "app13": iim(b"In IIM"), "exif": exif("In EXIF")}, "In XMP"),
        ({"app13": iim("Böte".encode()), "exif": exif("In EXIF")}, "Böte"),
        ({"app13": iim(b"\0"), "exif": exif("In EXIF")}, "In EXIF"),
        ({"xmp": b"<broken", "exif": exif("In EXIF")}, "In EXIF"),
        ({"app13": iim("<b>Two</b>\n boats https://evil.example \u202e".encode())}, "Two boats"),
        ({"exif": exif("boat " * 1000)}, ("boat " * 100).strip()),
    ],
    ids=["nothing", "alt", "xmp", "iim", "empty", "broken", "hostile", "long"],
)
def test_the_best_words_of_a_jpeg(
    studio: Studio, tmp_path: Path, told: dict[str, Any], expected: str | None
) -> None:
    """Alt text before description, XMP before its elders; one harmless line."""
    assert expected == studio.caption(saved(tmp_path / "boats.jpg", **told))


@pytest.mark.parametrize("extension", ["png", "webp", "avif", "tif"])
def test_other_types_tell_it_as_well(studio: Studio, tmp_path: Path, extension: str) -> None:
    """In XMP where they have it."""
    options: dict[str, Any] = {"xmp": xmp(DESCRIBED)}
    if extension == "png":
        options = {"pnginfo": PngInfo()}
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp(DESCRIBED).decode())
    if extension == "tif":
        options = {"tiffinfo": {700: xmp(DESCRIBED)}}
    path = tmp_path / f"boats.{extension}"
    Image.linear_gradient("L").convert("RGB").save(path, **options)

    assert "In XMP" == studio.caption(path)


def test_what_libvips_does_not_hand_on_is_read_too(studio: Studio, tmp_path: Path) -> None:
    """A PNG's text, a TIFF's own tag; and types that have no such thing say nothing."""
    info = PngInfo()
    info.add_text("Description", "In a text")
    picture = Image.linear_gradient("L").convert("RGB")
    picture.save(tmp_path / "a.png", pnginfo=info)
    picture.save(tmp_path / "a.tif", tiffinfo={0x010E: "In a tag"})
    picture.save(tmp_path / "a.gif")
    picture.save(tmp_path / "a.bmp")

    said = [studio.caption(tmp_path / f"a.{extension}") for extension in ("png", "tif", "gif", "bmp")]
    assert ["In a text", "In a tag", None, None] == said


class Liar:
    """A child that was taken over."""

    def run(self, *_: object, **__: object) -> str:
        """More than it may say."""
        return "<script>" + "x" * 1_000_000


def test_a_child_that_was_taken_over_tells_no_markup() -> None:
    """What it says is cleaned here too, and cut."""
    assert "x" * 500 == Studio(cast("ChildPool", Liar())).caption(Path("boats.jpg"))
