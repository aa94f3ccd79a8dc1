"""What the studio says of foreign files before and while it decodes them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import skimage

from media_vm.errors import GiveUp, NoRoom, NotThere, StepFailed
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.imaging.tasks import read_raster
from media_vm.raster import Raster
from media_vm.rules.pictures import SourceFacts
from media_vm.rules.validation import Limits
from tests import child_tasks, pictures

SHARED = Path(__file__).parents[2].parent / "shared" / "images"
FOREIGN = [
    path
    for folder in (Path(skimage.__file__).parent / "data", SHARED)
    for path in sorted(folder.rglob("*"))
    if path.suffix.lower()
    in {".png", ".jpg", ".gif", ".tif", ".tiff", ".webp", ".avif", ".heic", ".svg", ".jxl", ".bmp"}
]
REASONS = {
    "bomb_16384x16384.png": "too_many_megapixels",
    "bomb_17000x17000.avif": "too_wide_or_high",
    "bomb_44bytes.gif": "corrupt",
    "corrupt-header.jpg": "truncated",
    "corrupt-idat.png": "corrupt",
    "crash_oom.tif": "corrupt",
    "html_script_named.jpg": "not_a_picture",
    "multipage_rgb.tif": "corrupt",
    "mvg_spoof.png": "not_a_picture",
    "text_not_image.png": "not_a_picture",
    "truncated.jpg": "truncated",
    "truncated.png": "corrupt",
    "xlink_laughs.svg": "too_complex",
    "xxe_external_entity.svg": "external_reference",
    "zero-byte.gif": "empty",
    "grayscale_university.jxl": "unsupported_type",
}
SOON = timedelta(seconds=20)


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "gif", "avif", "tif"])
def test_every_readable_type_is_read_by_its_bytes(studio: Studio, tmp_path: Path, extension: str) -> None:
    """The facts come from the header, whatever the file is called."""
    drawn = pictures.saved(pictures.photo(64, 48), tmp_path / f"drawn.{extension}")
    misnamed = drawn.rename(tmp_path / "notes.txt")

    source_type = {"jpg": "jpeg", "tif": "tiff"}.get(extension, extension)
    facts = studio.inspect(misnamed)
    assert (source_type, 64, 48, 1) == (facts.type, facts.width, facts.height, facts.frames)


def test_an_alpha_band_and_frames_are_reported(studio: Studio, tmp_path: Path) -> None:
    """A logo has an alpha band; an animation counts its frames, its height that of one."""
    frames = pictures.with_number(pictures.photo(40, 90), "page-height", 30)
    logo = pictures.saved(pictures.logo(40, 30), tmp_path / "logo.png")
    animation = pictures.saved(frames, tmp_path / "moving.webp")

    assert studio.inspect(logo) == SourceFacts("png", 40, 30, 1, has_alpha=True)
    assert studio.inspect(animation) == SourceFacts("webp", 40, 30, 3, has_alpha=False)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_dimensions_and_pixels_are_upright(
    studio: Studio, children: ChildPool, tmp_path: Path, orientation: int
) -> None:
    """Under every EXIF orientation red is on the left and the picture is wider than high."""
    stored = pictures.stored_as(pictures.two_halves(80, 40), orientation)
    path = pictures.saved(stored, tmp_path / "turned.jpg", Q=95)
    raster = children.run(read_raster, path, limit=SOON)

    facts = studio.inspect(path)
    assert (facts.width, facts.height) == (80, 40)
    assert raster.pixels.shape == (40, 80, 3)
    assert raster.pixels[20, 10, 0] > 180 > 80 > raster.pixels[20, 70, 0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"", "empty"), (b"<html>404 not found</html>", "not_a_picture"), (bytes(5000), "not_a_picture")],
)
def test_what_is_no_picture_is_not_there(studio: Studio, tmp_path: Path, body: bytes, reason: str) -> None:
    """An empty file or an error page may be replaced by the picture later."""
    path = tmp_path / "upload.jpg"
    path.write_bytes(body)

    with pytest.raises(NotThere, match=reason):
        studio.inspect(path)


@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [
        (16_385, 10, "too_wide_or_high"),
        (1, 1_057_024, "too_wide_or_high"),
        (10_000, 5_001, "too_many_megapixels"),
    ],
)
def test_a_bomb_is_refused_by_its_header(
    studio: Studio, tmp_path: Path, width: int, height: int, reason: str
) -> None:
    """A few dozen bytes that claim more pixels than the limit are refused without a pixel decoded."""
    path = pictures.png_header(tmp_path / "bomb.png", width, height)

    with pytest.raises(GiveUp, match=reason):
        studio.inspect(path)


def test_a_header_at_the_limit_is_taken(studio: Studio, tmp_path: Path) -> None:
    """Fifty megapixels exactly are not too many."""
    path = pictures.png_header(tmp_path / "big.png", 10_000, 5_000)

    assert studio.inspect(path) == SourceFacts("png", 10_000, 5_000, 1, has_alpha=False)


def test_only_our_loaders_are_open(children: ChildPool, tmp_path: Path) -> None:
    """libvips in a child opens a PNG, but no SVG, table or raw dump, which it could."""
    svg = tmp_path / "drawing.svg"
    svg.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    dump = pictures.saved(pictures.photo(9, 9), tmp_path / "dump.v")
    table = pictures.saved(pictures.photo(9, 9).extract_band(0), tmp_path / "table.csv")
    png = pictures.saved(pictures.photo(9, 9), tmp_path / "photo.png")

    opened = {path.suffix: children.run(child_tasks.opens, path, limit=SOON) for path in (svg, dump, table, png)}
    assert opened == {".svg": False, ".v": False, ".csv": False, ".png": True}


def test_a_big_file_or_a_type_left_out_is_refused(children: ChildPool, tmp_path: Path) -> None:
    """The operator's own limits hold."""
    path = pictures.saved(pictures.photo(64, 64), tmp_path / "photo.png")

    with pytest.raises(GiveUp, match="too_many_bytes"):
        Studio(children, limits=Limits(bytes=100)).inspect(path)
    with pytest.raises(GiveUp, match="type_not_allowed: png"):
        Studio(children, allowed=frozenset({"jpeg"})).inspect(path)


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "gif", "avif", "tif"])
def test_half_a_picture_is_refused(children: ChildPool, tmp_path: Path, extension: str) -> None:
    """A transfer that broke off gives no half-grey picture, in any type."""
    path = pictures.cut_short(pictures.saved(pictures.photo(400, 300), tmp_path / f"photo.{extension}"))

    with pytest.raises(GiveUp) as refused:
        children.run(read_raster, path, limit=SOON)
    assert refused.value.reason in {"truncated", "corrupt"}
    assert str(tmp_path) not in str(refused.value)


def test_words_of_a_decoder_that_quote_the_file_are_no_bug(children: ChildPool) -> None:
    """pyvips reads what libvips says as UTF-8, and the bytes of a file are none."""
    with pytest.raises(GiveUp, match="corrupt"):
        children.run(child_tasks.quote_the_file, limit=SOON)


def test_what_a_file_claims_beyond_a_decoders_limits_is_its_fault(children: ChildPool, tmp_path: Path) -> None:
    """libheif calls 32,769 pieces of one item a memory error; no more memory would help, and no later time."""
    path = pictures.saved(pictures.photo(60, 40), tmp_path / "photo.avif")
    body = bytearray(path.read_bytes())
    sizes = body.index(b"iloc") + 8  # of offsets and lengths (ISO/IEC 14496-12, §8.11.3)
    assert b"\x44\x40" == body[sizes : sizes + 2]
    body[sizes + 12 : sizes + 14] = b"\x80\x01"
    path.write_bytes(body)

    with pytest.raises(GiveUp, match="corrupt"):
        children.run(read_raster, path, limit=SOON)


def test_a_small_copy_keeps_the_shape_and_is_never_enlarged(children: ChildPool, tmp_path: Path) -> None:
    """The longest side is at most what was asked for; width and height stay the source's."""
    path = pictures.saved(pictures.photo(600, 300), tmp_path / "photo.png")
    small = children.run(read_raster, path, 100, limit=SOON)
    own = children.run(read_raster, path, 5000, limit=SOON)

    assert (small.pixels.shape, small.width, small.height) == ((50, 100, 3), 600, 300)
    assert own.pixels.shape == (300, 600, 3)


def test_the_operators_limits_hold_for_looking_too(children: ChildPool, tmp_path: Path) -> None:
    """What may be rendered may be looked at, and nothing more."""
    path = pictures.saved(pictures.photo(2000, 1000), tmp_path / "photo.png")
    read_tightly = partial(read_raster, limits=Limits(megapixels=1))

    with pytest.raises(GiveUp, match="too_many_megapixels"):
        children.run(read_tightly, path, limit=SOON)


def test_attention_finds_the_subject(children: ChildPool, tmp_path: Path) -> None:
    """On a plain ground the one bright object draws the eye."""
    ground = pictures.two_halves(2, 400).resize(1).crop(0, 0, 1, 400).embed(0, 0, 800, 400, extend="copy")
    scene = ground.draw_circle([255, 220, 0], 650, 120, 40, fill=True)
    raster = children.run(read_raster, pictures.saved(scene, tmp_path / "scene.png"), limit=SOON)

    assert abs(raster.attention.x - 650 / 800) < 0.1
    assert abs(raster.attention.y - 120 / 400) < 0.2


def test_one_pixel_is_a_picture(children: ChildPool, tmp_path: Path) -> None:
    """The smallest picture has a raster, and an attention that is inside."""
    raster = children.run(read_raster, pictures.saved(pictures.photo(1, 1), tmp_path / "dot.png"), limit=SOON)

    assert raster.pixels.shape == (1, 1, 3)
    assert (raster.attention.x, raster.attention.y) == (0.5, 0.5)


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.name)
def test_a_real_file_is_read_or_refused_by_name(children: ChildPool, path: Path) -> None:
    """Photographs, odd formats and attacks: a sound raster or the known reason; no child dies of any."""
    try:
        outcome: Raster | StepFailed = children.run(read_raster, path, 256, limit=SOON)
    except (GiveUp, NotThere, NoRoom) as refused:
        outcome = refused

    assert REASONS.get(path.name) == (None if isinstance(outcome, Raster) else outcome.reason)
    if isinstance(outcome, Raster):
        assert max(outcome.pixels.shape[:2]) == min(256, max(outcome.width, outcome.height))
