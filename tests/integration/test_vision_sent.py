"""What providers receive, decoded as it came over their sockets: a small JPEG of the pixels, and nothing else."""

from __future__ import annotations

import io
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pyvips
from PIL import Image

from media_vm.errors import NoRoom
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.tasks import copy_to_send
from media_vm.testing import MemoryClock
from tests.paid_vision import Desk, desk, media_of
from tests.pictures import logo, photo, saved, stored_as, two_halves, with_gps, with_number

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}">
<circle cx="50%" cy="50%" r="40" fill="#1E28D2"/></svg>"""
LIMIT = timedelta(seconds=30)


@pytest.fixture
def at(children: ChildPool) -> Iterator[Desk]:
    """Copies are made in a child, as the worker makes them."""
    with desk(
        MemoryClock(), small_copy=lambda path: b64decode(children.run(copy_to_send, path, limit=LIMIT))
    ) as it:
        yield it


def received(at: Desk, source: Path) -> Image.Image:
    """What both were sent, which is the same."""
    described = at.describe(media_of(1), source)
    picture = at.google.asked[-1].picture

    assert described.failure is None
    assert picture == at.model.calls[-1].picture
    return Image.open(io.BytesIO(picture))


def sources(folder: Path) -> dict[str, tuple[Path, tuple[int, int]]]:
    """Of every kind that people upload, with the size of what is to be sent."""
    deep = photo(200, 100).cast("ushort").linear(257, 0).cast("ushort").copy(interpretation="rgb16")
    frames = pyvips.Image.arrayjoin([two_halves(80, 60), photo(80, 60)], across=1)
    animated = with_number(frames, "page-height", 60)
    small_svg, large_svg = folder / "small.svg", folder / "large.svg"
    small_svg.write_text(SVG.format(w=120, h=90))
    large_svg.write_text(SVG.format(w=4000, h=2000))
    ink = folder / "ink.jpg"
    Image.new("CMYK", (60, 40), (0, 255, 255, 0)).save(ink)
    return {
        "camera": (saved(with_gps(photo(2400, 1600)), folder / "camera.jpg"), (1024, 683)),
        "on its side": (saved(stored_as(two_halves(1500, 3000), 6), folder / "side.jpg"), (512, 1024)),
        "small": (saved(with_gps(photo(300, 200)), folder / "small.jpg"), (300, 200)),
        "one pixel wide": (saved(photo(1, 3000), folder / "line.png"), (1, 1024)),
        "16 bits": (saved(deep, folder / "deep.png"), (200, 100)),
        "ink": (ink, (60, 40)),
        "grey": (saved(photo(90, 60).colourspace("b-w"), folder / "grey.png"), (90, 60)),
        "see-through": (saved(logo(400, 300), folder / "logo.png"), (400, 300)),
        "see-through webp": (saved(logo(400, 300), folder / "logo.webp", lossless=True), (400, 300)),
        "animated gif": (saved(animated, folder / "animated.gif"), (80, 60)),
        "animated webp": (saved(animated, folder / "animated.webp"), (80, 60)),
        "svg": (small_svg, (1024, 768)),
        "large svg": (large_svg, (1024, 512)),
    }


def test_every_kind_of_source_is_sent_as_a_small_bare_jpeg(at: Desk, tmp_path: Path) -> None:
    """At most 1024 px a side, never enlarged, in colour or grey, one frame, without a word beside the pixels."""
    for name, (source, size) in sources(tmp_path).items():
        sent = received(at, source)

        assert ("JPEG", size, 1) == (sent.format, sent.size, getattr(sent, "n_frames", 1)), name
        assert sent.mode in ("RGB", "L"), name
        assert {"jfif", "jfif_version", "jfif_unit", "jfif_density"} >= sent.info.keys(), name
        assert not sent.getexif() and not getattr(sent, "applist", [])[1:], name


def test_metadata_was_there_before(tmp_path: Path) -> None:
    """The test above would notice it: place, camera, XMP and profile are in what was uploaded."""
    source = saved(with_gps(photo(300, 200)), tmp_path / "camera.jpg", profile="p3")
    with Image.open(source) as uploaded:
        assert uploaded.getexif().get_ifd(0x8825)
        assert {"exif", "xmp", "icc_profile"} <= uploaded.info.keys()


def test_no_byte_of_the_metadata_is_sent(at: Desk, tmp_path: Path) -> None:
    """Not even where no reader of pictures looks: in none of the bytes of either request."""
    source = saved(with_gps(photo(300, 200)), tmp_path / "camera.jpg", profile="p3")
    received(at, source)

    sent = at.google.asked[0].picture
    assert b"SERIAL-4711" in source.read_bytes()
    assert not [mark for mark in (b"SERIAL-4711", b"Exif", b"xmpmeta", b"ICC_PROFILE", b"GPS") if mark in sent]
    assert "SERIAL-4711" not in repr(at.model.calls[0].body)


def test_what_is_seen_through_is_sent_on_white(at: Desk, tmp_path: Path) -> None:
    """Black would show a dark logo as nothing at all."""
    for name in ("logo.png", "logo.webp"):
        sent = received(at, saved(logo(400, 300), tmp_path / name)).convert("RGB")

        assert (255, 255, 255) == sent.getpixel((2, 2))
        assert _is_near((30, 40, 210), sent.getpixel((200, 150)))


def test_an_svg_without_a_ground_is_sent_on_white(at: Desk, tmp_path: Path) -> None:
    """It is drawn, not sent as text."""
    source = tmp_path / "mark.svg"
    source.write_text(SVG.format(w=200, h=200))
    sent = received(at, source).convert("RGB")

    assert (255, 255, 255) == sent.getpixel((2, 2))
    assert _is_near((30, 40, 210), sent.getpixel((512, 512)))


def test_colours_are_sent_as_a_screen_shows_them(at: Desk, tmp_path: Path) -> None:
    """A profile that is left out must not leave other colours behind; ink is converted; upright is upright."""
    display_p3 = two_halves(200, 100).icc_transform("p3", input_profile="srgb", embedded=False)
    plain = received(at, saved(display_p3, tmp_path / "p3.png")).convert("RGB")
    ink = tmp_path / "ink.jpg"
    Image.new("CMYK", (60, 40), (0, 255, 255, 0)).save(ink, quality=95)
    red, green, blue = received(at, ink).convert("RGB").getpixel((30, 20))  # type: ignore[misc]
    upright = received(at, saved(stored_as(two_halves(400, 200), 6), tmp_path / "side.jpg", Q=95)).convert("RGB")

    assert _is_near((220, 30, 30), plain.getpixel((50, 50)))
    assert red > 180 and max(green, blue) < 90
    assert [True, False] == [_is_near((220, 30, 30), upright.getpixel((x, 100))) for x in (100, 300)]


def test_without_a_copy_nobody_is_asked(children: ChildPool, tmp_path: Path) -> None:
    """No room for one is our own trouble: told as such, and no provider is blamed or paid."""

    def no_room(_: Path) -> bytes:
        raise NoRoom("memory", "no memory for a copy")

    with desk(MemoryClock(), small_copy=no_room) as at:
        with pytest.raises(NoRoom):
            at.describe()
        assert (0, 0) == at.calls


def _is_near(expected: tuple[int, ...], found: object) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) < 12 for one, other in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("ink", "ground"), [([255] * 3, 119), ([250, 240, 200], 119), ([20, 20, 30], 255), ([119] * 3, 255)], ids=str
)
def test_a_logo_is_sent_on_a_ground_that_shows_it(at: Desk, ink: list[int], ground: int, tmp_path: Path) -> None:
    """White on nothing is not a blank page."""
    see_through = pyvips.Image.black(200, 100).draw_rect(255, 50, 25, 100, 50, fill=True)
    logo_file = saved(
        pyvips.Image.black(200, 100).new_from_image(ink).copy(interpretation="srgb").bandjoin(see_through),
        tmp_path / "logo.png",
    )

    sent = received(at, logo_file)

    corner, middle = sent.getpixel((3, 3)), sent.getpixel((100, 50))
    assert isinstance(corner, tuple) and isinstance(middle, tuple)
    assert max(abs(one - ground) for one in corner) <= 3
    assert max(abs(one - other) for one, other in zip(middle, ink, strict=True)) <= 3
