"""The quality that variants are given: our quick measure beside SSIMULACRA2's own, and what comes of it."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import pyvips
import skimage.data
from PIL import Image
from ssimulacra2.ssimulacra2 import compute_ssimulacra2

from bench.ssimulacra import Reference
from media_vm.imaging import choosing, looks
from media_vm.imaging import sample as sampling
from media_vm.imaging.crew import crew
from media_vm.imaging.encode import encoded
from media_vm.imaging.graphics import is_drawing, is_graphic
from media_vm.imaging.likeness import Likeness, blur_matrix
from media_vm.imaging.looks import Choice, Look, encode_all, qualities
from media_vm.imaging.render import render_all
from media_vm.imaging.sample import Sample, can_be_sampled
from media_vm.imaging.source import decode, read_facts
from media_vm.rules.pictures import DataType, Format, Size
from media_vm.rules.sizes import Method, decode_size
from media_vm.rules.validation import READABLE, Limits
from media_vm.rules.worth import Kind
from media_vm.values import RenderRequest
from tests import pictures

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
PHOTO = Kind(needs_png=False, is_graphic=False)
PHOTO_FORMATS = (Format.AVIF, Format.WEBP, Format.JPEG)
TARGET = 72.0


def photo(name: str) -> pyvips.Image:
    """A photograph of scikit-image's wheel that the fit did not see."""
    image = pyvips.Image.new_from_file(str(Path(skimage.data.__file__).parent / name))
    return image.copy(interpretation="srgb").copy_memory()


def as_jpeg(image: pyvips.Image, q: int) -> Pixels:
    """The pixels after a JPEG of this quality."""
    decoded: Pixels = pyvips.Image.new_from_buffer(image.jpegsave_buffer(Q=q), "").numpy()
    return decoded


def as_file(pixels: Pixels) -> io.BytesIO:
    """What the package wants to read."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "bmp")
    file.seek(0)
    return file


def judged(image: pyvips.Image, body: bytes) -> float:
    """SSIMULACRA2 of an encoding of the whole picture."""
    return Reference(image.numpy()).score(pyvips.Image.new_from_buffer(body, "").extract_band(0, n=3).numpy())


@pytest.mark.parametrize(("width", "height"), [(301, 260), (320, 144)])
def test_the_bench_judges_as_the_package_does(width: int, height: int) -> None:
    """To a tenth of a point, odd sides and pictures of fewer than six scales included."""
    image = photo("coffee.png").crop(100, 60, width, height)
    other = as_jpeg(image, 60)
    expected = compute_ssimulacra2(as_file(image.numpy()), as_file(other))
    assert expected == pytest.approx(Reference(image.numpy()).score(other), abs=0.1)


@pytest.mark.parametrize(("width", "height"), [(384, 256), (320, 144)])
@pytest.mark.parametrize("q", [30, 60, 85])
def test_our_measure_is_that_of_the_package(width: int, height: int, q: int) -> None:
    """Of one tile that is the whole picture, but for how its edges are continued: within four points."""
    image = photo("coffee.png").crop(100, 60, width, height)
    other = as_jpeg(image, q)
    expected = compute_ssimulacra2(as_file(image.numpy()), as_file(other))
    ours = Likeness(image.numpy()[None], min(width, height)).score(other[None])
    assert expected == pytest.approx(ours, abs=4)


def test_the_same_picture_scores_a_hundred_and_a_worse_one_less() -> None:
    """The better the encoding the higher the score."""
    image = photo("rocket.jpg").crop(0, 0, 256, 256)
    measure = Likeness(image.numpy()[None], 256)
    scores = [
        measure.score(pixels[None]) for pixels in (image.numpy(), *(as_jpeg(image, q) for q in (90, 60, 20)))
    ]
    assert sorted(scores, reverse=True) == scores
    assert scores[0] == pytest.approx(100, abs=0.1)


def test_a_sample_of_a_large_picture_scores_about_as_the_whole() -> None:
    """A third of the pixels, within three points; a small picture is its own sample."""
    image = photo("retina.jpg").crop(300, 300, 800, 600)
    sample, whole = Sample(image), Reference(image.numpy())
    body = sample.picture.jpegsave_buffer(Q=70)
    assert sample.picture.width * sample.picture.height < image.width * image.height / 3
    assert whole.score(as_jpeg(image, 70)) == pytest.approx(sample.score(body), abs=3)
    small = image.thumbnail_image(300).copy_memory()
    assert Sample(small).picture is small


@pytest.mark.parametrize(("width", "height"), [(32, 32), (33, 700), (2000, 40)])
def test_any_shape_can_be_sampled_down_to_a_tile(width: int, height: int) -> None:
    """With transparency too; what is smaller is not."""
    see_through = pictures.photo(width, height).bandjoin(200).copy(interpretation="srgb").copy_memory()
    sample = Sample(see_through)
    assert 50 < sample.score(sample.picture.webpsave_buffer(Q=90)) <= 100
    assert not can_be_sampled(see_through.crop(0, 0, width, 31))


@pytest.mark.parametrize("name", ["coffee.png", "rocket.jpg"])
def test_every_lossy_variant_looks_as_good_as_asked(name: str) -> None:
    """Two sizes in three formats, judged as a whole: at most five points from the target."""
    image = photo(name)
    images: dict[Look, pyvips.Image] = {
        (Method.FIT, image.width, image.height): image,
        (Method.CROP, 300, 300): image.thumbnail_image(300, height=300, crop="centre").copy_memory(),
    }
    with crew() as threads:
        made = encode_all(images, PHOTO, TARGET, threads)
    scores = [judged(images[look], body) for look in images for body in made[look].kept.values()]
    assert 4 <= len(scores)
    assert [TARGET] * len(scores) == pytest.approx(scores, abs=5)


def test_the_same_picture_always_gets_the_same_settings() -> None:
    """Threads finish in any order; a variant's name is its hash, so that its bytes must not hang on that."""
    image = photo("rocket.jpg")
    images: dict[Look, pyvips.Image] = {
        (Method.FIT, image.width // by, image.height // by): image.resize(1 / by).copy_memory() for by in (1, 2, 3)
    }
    with crew() as threads:
        first, second = (qualities(images, (Format.WEBP, Format.JPEG), TARGET, threads) for _ in range(2))
    assert first == second
    assert len({q for (_, form), q in first.items() if form is Format.WEBP}) > 1


def small_photos(*sides: int) -> dict[Look, pyvips.Image]:
    """One photograph, each time as a square."""
    image = photo("rocket.jpg").crop(0, 0, 400, 400)
    return {(Method.FIT, side, side): image.thumbnail_image(side).copy_memory() for side in sides}


def test_a_trial_of_a_whole_picture_that_comes_close_is_the_variant(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second encoding of the same, and the very bytes; one that misses by more is made again, by a setting that
    was not tried. No lossy format is encoded twice with one setting."""
    images, asked = small_photos(400, 320, 240, 160), Counter[tuple[int, Format, int]]()

    def counted(image: pyvips.Image, form: Format, q: int) -> bytes:
        asked[image.width, form, q] += 1
        return encoded(image, form, q)

    for module in (choosing, looks):
        monkeypatch.setattr(module, "encoded", counted)
    with crew() as threads:
        choose = Choice(images, PHOTO_FORMATS, TARGET, threads)
        chosen = {(look, form): choose(look, form) for look in images for form in PHOTO_FORMATS}
        asked.clear()
        made = encode_all(images, PHOTO, TARGET, threads)
    kept = {one: found.body for one, found in chosen.items() if found.body}
    again = {(look, form): encoded(images[look], form, chosen[look, form].q) for look, form in kept}
    assert again == kept
    assert 3 < len(kept) < len(chosen)
    assert {1} == set(asked.values())
    assert all(made[look].kept.get(form, body) == body for (look, form), body in kept.items())


def test_a_trial_of_a_part_is_no_variant() -> None:
    """A large raster is tried by tiles: whatever they score, the whole is encoded."""
    image = photo("retina.jpg").crop(300, 300, 800, 600)
    with crew() as threads:
        choose = Choice({(Method.FIT, 800, 600): image}, PHOTO_FORMATS, TARGET, threads)
        assert [None] * 3 == [choose((Method.FIT, 800, 600), form).body for form in PHOTO_FORMATS]


def test_where_no_trial_is_of_use_the_last_step_is_taken() -> None:
    """As for animations: nearer to the target, by a setting that need not have been tried."""
    images = small_photos(400, 320, 240, 160)
    with crew() as threads:
        kept = qualities(images, PHOTO_FORMATS, TARGET, threads)
        stepped = qualities(images, PHOTO_FORMATS, TARGET, threads, keeps_trials=False)
    assert kept != stepped
    assert all(abs(kept[one] - stepped[one]) <= 4 for one in kept)


def test_pictures_too_small_to_sample_get_what_most_pictures_need() -> None:
    """And pictures beside them what they need."""
    images: dict[Look, pyvips.Image] = {(Method.FIT, 20, 20): pictures.photo(20, 20).copy_memory()}
    with crew() as threads:
        assert {((Method.FIT, 20, 20), Format.JPEG): 64} == qualities(images, (Format.JPEG,), TARGET, threads)


def test_drawings_are_told_from_photographs() -> None:
    """Flat areas with sharp edges; a photograph on plain white is none."""
    cut_out = photo("coffee.png").gravity("centre", 900, 900, extend="white").copy_memory()
    assert is_graphic(pictures.two_halves(300, 200).copy_memory())
    assert is_graphic(pictures.logo(300, 200).copy_memory())
    assert is_graphic(pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb"))
    assert not is_graphic(photo("rocket.jpg"))
    assert not is_graphic(cut_out)


@pytest.mark.parametrize(
    ("width", "height", "suffix", "expected"),
    [
        (1000, 640, "png", True),
        (2700, 900, "png", True),
        (1000, 640, "jpg", False),
    ],
)
def test_a_screenshot_is_a_drawing_by_its_own_pixels(
    tmp_path: Path, width: int, height: int, suffix: str, expected: bool
) -> None:
    """However small it is made, and though it was decoded smaller; those of a JPEG are the encoder's."""
    path = pictures.saved(pictures.screenshot(width, height), tmp_path / f"screen.{suffix}")
    facts = read_facts(path, Limits(), READABLE)
    raster = decode(path, facts, *decode_size(facts.width, facts.height, DataType.PRODUCT))
    anchor = raster.thumbnail_image(500).copy_memory()

    assert (False, expected) == (is_graphic(anchor), is_drawing(path, facts, raster, anchor))


def test_crops_made_again_keep_the_kind_and_settings(tmp_path: Path) -> None:
    """Around the same point they are the same bytes: what the picture is hangs on all of it, not on its crops."""
    path = pictures.saved(photo("coffee.png"), tmp_path / "photo.png")
    facts = read_facts(path, Limits(), READABLE)
    whole, again = (
        render_all(path, facts, tmp_path, f"{only}-", RenderRequest(DataType.PRODUCT, None, only_crops=only))
        for only in (False, True)
    )
    crops = (Size.THUMBNAIL, Size.HEADER)

    assert {one.size for one in again.kept} == {*crops}
    assert {one.sha256 for one in again.kept} == {one.sha256 for one in whole.kept if one.size in crops}


def test_a_drawing_is_written_without_loss_where_that_is_smaller() -> None:
    """Its WebP gives back the very same pixels, in fewer bytes than a lossy one would take."""
    drawing = pictures.two_halves(300, 200).copy_memory()
    look: Look = (Method.FIT, 300, 200)
    with crew() as threads:
        made = encode_all({look: drawing}, Kind(needs_png=False, is_graphic=True), 84.0, threads)[look]
    assert (drawing.numpy() == pyvips.Image.new_from_buffer(made.kept[Format.WEBP], "").numpy()).all()


def test_tiles_that_never_met_do_not_shine_into_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tile is plain red or plain blue; the seam between, where a JPEG's colours run, is not looked at.

    Though it is a drawing, of which that edge alone would be: it is sampled evenly as a photograph is.
    """
    monkeypatch.setattr(sampling, "_EMPTY", 1.1)
    sample = Sample(pictures.two_halves(1200, 900).copy(interpretation="srgb").copy_memory())
    assert 98 < sample.score(sample.picture.jpegsave_buffer(Q=40))


def test_a_blur_mirrors_what_lies_beyond_an_edge() -> None:
    """The first pixel counts what is next to it once more, and nothing of the far end."""
    matrix = blur_matrix(64)
    assert matrix.sum(axis=1) == pytest.approx(np.ones(64), abs=1e-6)
    assert 0 == matrix[0, -1] == matrix[-1, 0]
    assert matrix[0, 0] > matrix[10, 10]
