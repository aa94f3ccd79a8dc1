"""Colour that a file tells by code points alone, with no profile: Display P3 becomes sRGB, all else stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import pyvips
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from media_vm.imaging.code_points import coded_profile, codes_in_png
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.tasks import read_raster
from tests import pictures

SHARED = Path(__file__).parents[2].parent / "shared" / "images"
SRGB, P3, P3_PQ, BT2020 = (1, 13), (12, 13), (12, 16), (9, 13)
COLOUR = (200, 60, 40)
TO_SRGB = np.array([[1.2249402, -0.2249402, 0], [-0.0420570, 1.0420570, 0], [-0.0196376, -0.0786361, 1.0982736]])
"""Of linear Display P3 (CSS Color 4, §18, its two matrices multiplied)."""
SOON = timedelta(seconds=20)


def expected() -> list[float]:
    """The colour as sRGB; both have the same curve (IEC 61966-2-1)."""
    linear = TO_SRGB @ ((np.array(COLOUR) / 255 + 0.055) / 1.055) ** 2.4
    return [float(level) for level in (1.055 * linear ** (1 / 2.4) - 0.055) * 255]


def avif(path: Path, codes: tuple[int, int]) -> Path:
    """Pillow's, which says sRGB, with other codes."""
    Image.new("RGB", (64, 48), COLOUR).save(path, "AVIF", quality=95, subsampling="4:4:4")
    return recoded(path, codes)


def png(path: Path, codes: tuple[int, int]) -> Path:
    """With a `cICP` chunk behind its header."""
    Image.new("RGB", (64, 48), COLOUR).save(path, "PNG")
    body, header_ends = path.read_bytes(), 33
    told = pictures.chunk(b"cICP", bytes((*codes, 0, 1)))
    path.write_bytes(body[:header_ends] + told + body[header_ends:])
    return path


def recoded(path: Path, codes: tuple[int, int]) -> Path:
    """The same file, its first `nclx` saying something else."""
    body = bytearray(path.read_bytes())
    at = body.index(b"colrnclx") + 8
    body[at : at + 4] = bytes((0, codes[0], 0, codes[1]))
    path.write_bytes(body)
    return path


def middle(children: ChildPool, path: Path) -> list[int]:
    """The colour of its raster."""
    pixels = children.run(read_raster, path, limit=SOON).pixels
    return [int(level) for level in pixels[24, 32]]


@pytest.mark.parametrize("made", [avif, png])
def test_display_p3_is_converted(
    children: ChildPool, tmp_path: Path, made: Callable[[Path, tuple[int, int]], Path]
) -> None:
    """A saturated colour is that of CSS's own conversion; read as sRGB it would be paler."""
    assert expected() == pytest.approx(middle(children, made(tmp_path / "coded", P3)), abs=3)
    assert abs(expected()[0] - COLOUR[0]) > 10


@pytest.mark.parametrize("made", [avif, png])
@pytest.mark.parametrize("codes", [SRGB, P3_PQ, BT2020])
def test_other_codes_change_nothing(
    children: ChildPool, tmp_path: Path, made: Callable[[Path, tuple[int, int]], Path], codes: tuple[int, int]
) -> None:
    """sRGB is what it is; HDR and BT.2020 are taken as they come, which the docs say."""
    assert [*COLOUR] == pytest.approx(middle(children, made(tmp_path / "coded", codes)), abs=1)


def test_a_profile_goes_before_codes(children: ChildPool, tmp_path: Path) -> None:
    """A PNG with both is converted by its profile."""
    path = png(tmp_path / "coded.png", P3)
    tagged = pyvips.Image.new_from_file(str(path)).icc_transform("srgb", input_profile="srgb")
    profile = tagged.get("icc-profile-data")
    with Image.open(path) as image:
        image.save(tmp_path / "both.png", icc_profile=profile)
    body = (tmp_path / "both.png").read_bytes()
    (tmp_path / "both.png").write_bytes(body[:33] + pictures.chunk(b"cICP", bytes((*P3, 0, 1))) + body[33:])

    assert [*COLOUR] == pytest.approx(middle(children, tmp_path / "both.png"), abs=1)


@pytest.mark.parametrize("path", sorted(SHARED.glob("formats/*.heic")), ids=lambda path: path.name)
def test_a_heic_is_converted_likewise(children: ChildPool, tmp_path: Path, path: Path) -> None:
    """A telephone's, codes in the place of its profile; read as GBR by them, so that its dark room has colour."""
    rasters = {}
    for codes in (SRGB, P3):
        rasters[codes] = children.run(read_raster, coded_heic(path, tmp_path, codes), limit=SOON).pixels
    by_hand = as_p3(rasters[SRGB])

    assert np.abs(by_hand - rasters[P3]).mean() < 1 < np.abs(by_hand - rasters[SRGB]).mean()


def coded_heic(path: Path, folder: Path, codes: tuple[int, int]) -> Path:
    """The file with its profile overwritten; what is left of that is ignored."""
    body = bytearray(path.read_bytes())
    at = body.index(b"colrprof") + 4
    body[at : at + 11] = b"nclx" + bytes((0, codes[0], 0, codes[1], 0, 0, 0x80))
    (written := folder / f"{codes[0]}.heic").write_bytes(body)
    return written


def as_p3(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """What libvips makes of these levels if they are Display P3."""
    image = pyvips.Image.new_from_array(pixels, interpretation="srgb")
    converted = image.icc_transform("srgb", input_profile="p3", intent="perceptual").numpy()
    return np.asarray(converted, dtype=np.int64)


@given(st.binary(max_size=300), st.integers(0, 300))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_it_stumble(tmp_path: Path, noise: bytes, at: int) -> None:
    """An AVIF and a PNG overwritten anywhere say Display P3, or nothing."""
    for made, source_type in ((avif, "avif"), (png, "png")):
        body = sound(made, tmp_path / source_type)
        path = tmp_path / "mangled"
        path.write_bytes(body[:at] + noise + body[at + len(noise) :])

        assert coded_profile(path, source_type) in {None, "p3"}


def sound(made: Callable[[Path, tuple[int, int]], Path], path: Path) -> bytes:
    """Its bytes, encoded once."""
    return path.read_bytes() if path.exists() else made(path, P3).read_bytes()


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n\x1a\n", pictures.chunk(b"cICP", b"\x0c\x0d")])
def test_a_png_that_breaks_off_says_nothing(body: bytes) -> None:
    """Nor does a chunk that is too short."""
    assert None is codes_in_png(b"\x89PNG\r\n\x1a\n" + body)
