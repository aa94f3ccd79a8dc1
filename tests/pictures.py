"""Draws the pictures that tests upload: small, deterministic, and of every kind that people send."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pyvips

RED, BLUE, WHITE = [220, 30, 30], [30, 40, 210], [255, 255, 255]


def photo(width: int, height: int) -> pyvips.Image:
    """Smooth colours and some grain, as a camera gives: compresses like a photograph."""
    bands = [pyvips.Image.perlin(width, height, cell_size=64, seed=seed) for seed in (1, 2, 3)]
    grain = pyvips.Image.gaussnoise(width, height, sigma=3, mean=0, seed=4)
    coloured = bands[0].bandjoin(bands[1:]).linear(90, 128) + grain
    return coloured.cast("uchar").copy(interpretation="srgb")


def photographed(image: pyvips.Image) -> pyvips.Image:
    """A drawing as a camera sees it: unevenly lit, and with grain."""
    return (image + photo(image.width, image.height).linear(0.15, -19)).cast("uchar").copy(interpretation="srgb")


def grain(width: int, height: int) -> pyvips.Image:
    """Nothing but noise, which no modern format makes smaller than a JPEG of the same quality."""
    bands = [pyvips.Image.gaussnoise(width, height, sigma=60, mean=128, seed=seed) for seed in (1, 2, 3)]
    return bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb")


def screenshot(width: int, height: int) -> pyvips.Image:
    """Lines of small hard letters on a plain page: exactly flat at its own size, shaded at any smaller one."""
    fine = pyvips.Image.gaussnoise(width // 2 + 1, height // 2 + 1, sigma=1, mean=0, seed=5) > 0
    letters = fine.zoom(2, 2).crop(0, 0, width, height)
    at = pyvips.Image.xyz(width, height)
    is_line = (at[1] % 20 < 8) & (at[0] % 200 < 150)
    return (letters & is_line).ifthenelse([60, 60, 90], [245, 246, 250]).cast("uchar").copy(interpretation="srgb")


def page(
    width: int, height: int, *, shadow: bool = False, ground: tuple[int, int, int] = (245, 243, 238)
) -> pyvips.Image:
    """A web page that is nearly all ground, with a heading and a line of small text; shadow: and a soft shadow."""
    drawn: pyvips.Image = pyvips.Image.black(width, height, bands=3).linear([1] * 3, list(ground))
    if shadow:
        card = pyvips.Image.black(width, height).draw_rect(255, 200, 100, width - 400, height - 200, fill=True)
        drawn = card.gaussblur(30).linear(0.4 / 255, 0).linear(-1, 1) * drawn
    for text, size, top in (("How to choose a picture", 30, 60), ("The quick brown fox jumps.", 9, 230)):
        letters = pyvips.Image.text(text, font=f"sans {size}", dpi=96)
        drawn = letters.embed(230, top, width, height).ifthenelse([40, 50, 90], drawn, blend=True)
    return drawn.cast("uchar").copy(interpretation="srgb").copy_memory()


def two_halves(width: int, height: int) -> pyvips.Image:
    """Red on the left, blue on the right: shows where a crop was taken and which side is up."""
    left = _plain(width // 2, height, RED)
    return left.join(_plain(width - width // 2, height, BLUE), "horizontal")


def logo(width: int, height: int) -> pyvips.Image:
    """A blue disc on nothing: an alpha band that matters."""
    disc = pyvips.Image.black(width, height).draw_circle(
        255, width // 2, height // 2, min(width, height) // 3, fill=True
    )
    return _plain(width, height, BLUE).bandjoin(disc).copy(interpretation="srgb")


def stored_as(upright: pyvips.Image, orientation: int) -> pyvips.Image:
    """The pixels as a camera stores them under this EXIF orientation, the tag set."""
    turned = {
        1: lambda image: image,
        2: lambda image: image.fliphor(),
        3: lambda image: image.rot180(),
        4: lambda image: image.flipver(),
        5: lambda image: image.rot90().fliphor(),
        6: lambda image: image.rot270(),
        7: lambda image: image.rot90().flipver(),
        8: lambda image: image.rot90(),
    }[orientation](upright)
    return with_number(turned, "orientation", orientation)


def with_gps(image: pyvips.Image) -> pyvips.Image:
    """The same with a place, a camera's serial number and an XMP packet in its metadata."""
    tagged = image.copy()
    tagged.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitude", "52/1 31/1 12/1")
    tagged.set_type(pyvips.GValue.gstr_type, "exif-ifd2-BodySerialNumber", "SERIAL-4711")
    tagged.set_type(pyvips.GValue.blob_type, "xmp-data", b"<x:xmpmeta>SERIAL-4711</x:xmpmeta>")
    return tagged


def with_number(image: pyvips.Image, name: str, number: int) -> pyvips.Image:
    """The same with one number of its metadata set, e.g. `orientation` or `page-height`."""
    tagged = image.copy()
    tagged.set_type(pyvips.GValue.gint_type, name, number)
    return tagged


def png_header(path: Path, width: int, height: int) -> Path:
    """A PNG of a few dozen bytes that claims to be width × height pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")))
    return path


def cut_short(path: Path) -> Path:
    """The same file with its second half gone."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def saved(image: pyvips.Image, path: Path, **options: object) -> Path:
    """The image written in the format of the path's extension."""
    image.write_to_file(str(path), **options)
    return path


def _plain(width: int, height: int, colour: list[int]) -> pyvips.Image:
    return pyvips.Image.black(width, height).new_from_image(colour).cast("uchar").copy(interpretation="srgb")


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG, its checksum right."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
