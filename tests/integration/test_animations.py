"""How the `detail` of an animation looks: as its busiest frames ask, whatever it begins with."""

from __future__ import annotations

from pathlib import Path

import pytest
import pyvips
import skimage.data

from bench.ssimulacra import Reference
from media_vm.imaging.render import render_all
from media_vm.imaging.source import read_facts
from media_vm.rules.pictures import DataType, Format, Size
from media_vm.rules.quality import Aims
from media_vm.rules.validation import READABLE, Limits
from media_vm.values import RenderRequest
from tests import pictures


def cup(left: int) -> pyvips.Image:
    """A part of a photograph, 320 × 200 pixels."""
    image = pyvips.Image.new_from_file(str(Path(skimage.data.__file__).parent / "coffee.png"))
    return image.crop(left, 60, 320, 200).copy(interpretation="srgb").copy_memory()


def judged(image: pyvips.Image, body: bytes, page: int = 0) -> float:
    """SSIMULACRA2 of an encoding of the whole picture, or of one frame of an animation."""
    options = {"page": page} if page else {}
    return Reference(image.numpy()).score(
        pyvips.Image.new_from_buffer(body, "", **options).extract_band(0, n=3).numpy()
    )


@pytest.mark.parametrize(("data_type", "expected"), [(DataType.PRODUCT, 50), (DataType.SITES, 100)])
def test_an_animation_looks_as_good_as_asked(tmp_path: Path, data_type: DataType, expected: int) -> None:
    """Its first frame, moving and still, though at a score that no setting was fitted to; a site loses nothing."""
    frame = pictures.screenshot(320, 200) if data_type is DataType.SITES else cup(100)
    frames = pictures.with_number(frame.join(frame.fliphor(), "vertical"), "page-height", 200)
    path = pictures.saved(frames, tmp_path / "moving.webp", lossless=True)
    request = RenderRequest(data_type, None)
    facts = read_facts(path, Limits(), READABLE)
    rendering = render_all(path, facts, tmp_path, "made-", request, aims=Aims(photos=50), animated=True)
    details = {one.format: one.temporary.read_bytes() for one in rendering.kept if one.size is Size.DETAIL}

    scores = [judged(frame.copy_memory(), body) for body in details.values()]
    assert 2 == pyvips.Image.new_from_buffer(details[Format.WEBP], "").get("n-pages")
    assert [expected] * 2 == pytest.approx(scores, abs=8 if expected < 100 else 0.1)


@pytest.mark.parametrize("data_type", [DataType.PRODUCT, DataType.SITES])
def test_an_animation_that_fades_in_looks_as_a_still_of_its_end(tmp_path: Path, data_type: DataType) -> None:
    """It begins with black, which needs no quality at all, and goes on as a photograph, for a site too.

    Within eight points: at one Q libwebp's frames of an animation score some five less than a still.
    """
    panned = [cup(100 + 4 * number) for number in range(9)]
    faded = [(frame * min(1.0, number / 3)).cast("uchar") for number, frame in enumerate(panned)]
    frames = pictures.with_number(pyvips.Image.arrayjoin(faded, across=1), "page-height", 200)
    moving = detail(pictures.saved(frames, tmp_path / "moving.webp", lossless=True), data_type)
    still = detail(pictures.saved(panned[-1], tmp_path / "still.png"), data_type)

    assert judged(panned[-1], still) == pytest.approx(judged(panned[-1], moving, page=8), abs=8)
    assert pyvips.Image.webpload_buffer(moving).extract_band(0, n=3).max() <= 1


def test_a_screen_recording_is_known_by_the_busiest_frames_own_pixels(tmp_path: Path) -> None:
    """Though it is made smaller and begins with a smooth picture: for a site it loses nothing."""
    screen = pictures.screenshot(1300, 300)
    smooth = pictures.photo(1300, 300).gaussblur(8).cast("uchar")
    frames = pyvips.Image.arrayjoin([smooth, screen, screen.fliphor()], across=1).copy(interpretation="srgb")
    path = pictures.saved(
        pictures.with_number(frames, "page-height", 300), tmp_path / "moving.webp", lossless=True
    )

    assert {b"VP8L"} == {kind for kind in (b"VP8 ", b"VP8L") if kind in detail(path, DataType.SITES)}


def detail(path: Path, data_type: DataType) -> bytes:
    """The WebP of this size."""
    facts = read_facts(path, Limits(), READABLE)
    request, prefix = RenderRequest(data_type, None), f"of-{path.stem}-"
    rendering = render_all(path, facts, path.parent, prefix, request, animated=facts.frames > 1)
    kept = {(one.size, one.format): one.temporary for one in rendering.kept}
    return kept[Size.DETAIL, Format.WEBP].read_bytes()
