"""Which bytes are a picture, and which pictures are too big."""

from __future__ import annotations

import pytest

from media_vm.rules.pictures import SourceFacts
from media_vm.rules.validation import EXTENSIONS, READABLE, Limits, media_type, refusal, sniff, stays_animated


def ftyp(*brands: bytes) -> bytes:
    """An ISO BMFF `ftyp` box with a major brand and the compatible ones, and what may follow it."""
    body = brands[0] + bytes(4) + b"".join(brands[1:])
    return (8 + len(body)).to_bytes(4, "big") + b"ftyp" + body + b"\0\0\0\x08meta"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "png"),
        (b"GIF87a\x01", "gif"),
        (b"GIF89a\x01", "gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "webp"),
        (b"II*\0\x08", "tiff"),
        (b"MM\0*\0", "tiff"),
        (b"II+\0\x08\0\0\0", "tiff"),
        (b"MM\0+\0\x08\0\0", "tiff"),
        (ftyp(b"avif", b"mif1"), "avif"),
        (ftyp(b"mif1", b"miaf", b"avif"), "avif"),
        (ftyp(b"avis"), "avif"),
        (ftyp(b"heic", b"mif1"), "heic"),
        (ftyp(b"mif1", b"heix"), "heic"),
        (b"\xff\x0a\xfa", "jxl"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
        (b"BM\x46\0\0\0\0\0\0\0\x36", "bmp"),
        (b"%PDF-1.7", "pdf"),
        (b"8BPS\0\x01", "psd"),
        (b"\0\0\x01\0\x01\0", "ico"),
        (b"qoif\0", "qoi"),
        (b"v/1\x01\x02", "exr"),
        (b"#?RADIANCE\n", "hdr"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"\xef\xbb\xbf \n<?xml version='1.0'?><!DOCTYPE x []><SVG/>", "svg"),
        (b"<!-- drawn by hand --><svg/>", "svg"),
        (b"<!DOCTYPE svg PUBLIC ''><svg/>", "svg"),
    ],
)
def test_the_first_bytes_tell_the_type(head: bytes, expected: str) -> None:
    """Each type is known by its magic number, whatever its file is called."""
    assert expected == sniff(head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        bytes(4096),
        b"\xff\xd8",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"BMW is a car maker",
        b"BMbMbMbMbMbM",
        ftyp(b"isom", b"mp42"),
        b"<!DOCTYPE html><html><svg/></html>",
        b"<?xml version='1.0'?><html><svg/></html>",
        b"<?xml version='1.0'?><rss/>",
        b"push graphic-context\nviewbox 0 0 640 480\n",
        b"hello <svg/>",
        b" \x89PNG\r\n\x1a\n",
    ],
)
def test_what_does_not_begin_as_a_picture_has_no_type(head: bytes) -> None:
    """Pages, texts, sound, film, zeros and nothing at all are no picture."""
    assert sniff(head) is None


def test_brands_after_the_ftyp_box_do_not_count() -> None:
    """Bytes behind the box, even if they spell a brand, do not make a film a picture."""
    assert sniff(ftyp(b"isom") + b"avif" * 8) is None


def test_every_readable_type_has_an_extension_of_its_own() -> None:
    """The stored original's extension comes from the bytes; no two types share one."""
    assert sorted(READABLE) == sorted(EXTENSIONS)
    assert len(READABLE) == len(set(EXTENSIONS.values()))
    assert EXTENSIONS["jpeg"] == "jpg"


def test_the_media_type_comes_from_the_type() -> None:
    """A JPEG is `image/jpeg`, not `image/jpg`; an SVG has a suffix of its own."""
    assert media_type("jpeg") == "image/jpeg"
    assert media_type("svg") == "image/svg+xml"


@pytest.mark.parametrize(
    ("kind", "width", "frames", "expected"),
    [
        ("gif", 10_000, 10, True),
        ("webp", 10_000, 10, True),
        ("webp", 10_001, 10, False),
        ("gif", 100, 1, False),
        ("tiff", 100, 6, False),
    ],
)
def test_an_animation_moves_within_its_budget(kind: str, width: int, frames: int, expected: bool) -> None:
    """Frames × pixels up to the limit exactly; pages of a TIFF never move."""
    facts = SourceFacts(kind, width, 1_000, frames, has_alpha=False)

    assert expected == stays_animated(facts, Limits(animation_megapixels=100))


@pytest.mark.parametrize(
    ("width", "height", "frames", "expected"),
    [
        (16_384, 1, 1, None),
        (1, 16_384, 1, None),
        (16_385, 1, 1, "too_wide_or_high"),
        (1, 16_385, 1, "too_wide_or_high"),
        (10_000, 5_000, 1, None),
        (10_000, 5_001, 1, "too_many_megapixels"),
        (10, 10, 200, None),
        (10, 10, 201, "too_many_frames"),
    ],
)
def test_limits_hold_at_the_boundary_exactly(width: int, height: int, frames: int, expected: str | None) -> None:
    """At the limit a picture is taken; one pixel or frame more and it is refused by name."""
    refused = refusal(SourceFacts("png", width, height, frames, has_alpha=False), Limits())

    assert expected == (refused[0] if refused else None)


def test_a_refusal_names_what_was_found_and_what_is_allowed() -> None:
    """The detail is a sentence that an artist can act upon."""
    refused = refusal(SourceFacts("png", 300, 200, 1, has_alpha=False), Limits(side=250))

    assert refused == ("too_wide_or_high", "300 pixels on its longer side; the limit is 250")
