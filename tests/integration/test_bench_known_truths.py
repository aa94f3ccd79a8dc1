"""The figures of what `local` measures: each against numbers that can be told by hand, and all of them once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from bench import photos
from bench.known_truths import (
    APART,
    auc,
    bits,
    card,
    compare_with_truths,
    copies_rows,
    found_in,
    immerkaer_sigma,
    levels,
    noise_rows,
    palette_errors,
    quantized,
    sharpness_rows,
)
from bench.photos import Photo, folder, scenes
from examples.demo.gathering import Picture
from media_vm.imaging.pool import ChildPool
from media_vm.vision.oklab import from_srgb
from tests import pictures
from tests.vision_cards import scene, stripes

SCENES = [scene(number) for number in range(3)]


@pytest.mark.parametrize(
    ("better", "worse", "expected"),
    [
        ((3, 4), (1, 2), 1.0),
        ((1, 2), (3, 4), 0.0),
        ((5, 5), (5, 5), 0.5),
        ((1, 3), (2, 2), 0.5),
        ((2,), (1, 2), 0.75),
    ],
)
def test_the_area_under_the_curve(better: tuple[int, ...], worse: tuple[int, ...], expected: float) -> None:
    """The share of pairs in the right order, a tie counting half."""
    assert expected == auc(better, worse)


def test_a_palettes_errors_are_those_of_its_worst_colour() -> None:
    """What was found exactly has none; a lighter red and a share that is wrong are told apart."""
    truth = {"#FF0000": 0.75, "#0000FF": 0.25}

    assert (0, 0) == palette_errors(truth, truth)
    color, share = palette_errors(truth, {"#FF0000": 0.6, "#0000FF": 0.25, "#FFFFFF": 0.15})
    assert 0 == color
    assert pytest.approx(15) == share
    color, share = palette_errors(truth, {"#FF3030": 0.75, "#0000FF": 0.25})
    assert (True, 0) == (2 < color < 10, share)


def test_a_colour_that_was_not_found_is_as_far_as_the_nearest() -> None:
    """A palette that leaves something out is no better for it."""
    color, share = palette_errors({"#FF0000": 0.5, "#0000FF": 0.5}, {"#FF0000": 1.0})

    assert (True, 50) == (color > 20, share)


@pytest.mark.parametrize("seed", range(5))
def test_a_card_shows_what_it_says(seed: int) -> None:
    """Two to six colours far apart, their shares all of it, the same every time; both palettes find them."""
    pixels, truth = card(seed)
    colors = from_srgb([levels(one) for one in truth])
    apart = np.linalg.norm(colors[:, None] - colors[None], axis=2)[~np.eye(len(colors), dtype=bool)]

    assert 2 + seed == len(truth)
    assert pytest.approx(1) == sum(truth.values())
    assert (pixels == card(seed)[0]).all()
    assert APART <= apart.min()
    for found in (found_in(pixels), quantized(pixels, len(truth))):
        assert palette_errors(truth, found)[0] < 40


def test_pillow_is_asked_for_so_many_colours() -> None:
    """And tells how much there is of each."""
    assert {"#FF0000": 0.75, "#0000FF": 0.25} == quantized(stripes(("#FF0000", 60), ("#0000FF", 20)), 2)


def test_blur_is_told_from_sharp_edges() -> None:
    """Drawn scenes out of focus by two pixels: every one is told apart."""
    one, two = sharpness_rows(SCENES)

    assert ("AUC at blur σ 1", "AUC at blur σ 2") == (one.measure, two.measure)
    assert (1.0,) == two.ours
    assert all(0 <= value <= 1 for value in (*one.ours, *one.theirs, *two.theirs))


def test_noise_is_estimated_of_flat_ground() -> None:
    """Of a plane that has nothing but noise both estimates are near; drawn scenes give a row for each amount."""
    grain = np.random.default_rng(1).normal(128, 10, (200, 200)).astype(np.float32)
    rows = list(noise_rows(SCENES))

    assert pytest.approx(10, rel=0.05) == immerkaer_sigma(grain)
    assert [f"noise, 3 photographs, σ {sigma} added" for sigma in (2, 5, 10, 20)] == [one.subject for one in rows]
    assert all(max(one.ours) < 5 for one in rows)


def test_copies_are_found_and_others_are_not() -> None:
    """A share for each change; the nearest of all pairs beside what is called near."""
    same, near, others = copies_rows(SCENES)
    pairs = [bits(SCENES[one], SCENES[other]) for one, other in ((0, 1), (0, 2), (1, 2))]

    assert ("the same, within 6 bits", "near, within 12 bits") == (same.measure, near.measure)
    assert (4, (100.0,)) == (len(same.ours), same.theirs)
    assert (100.0,) * 4 == near.ours
    assert ((float(min(pairs)),), (12.0,)) == (others.ours, others.theirs)


def test_one_photograph_has_no_pairs() -> None:
    """Whoever measures one of their own is told the rest."""
    assert ["the same, within 6 bits", "near, within 12 bits"] == [one.measure for one in copies_rows(SCENES[:1])]


def test_what_is_too_small_is_left_out(tmp_path: Path) -> None:
    """The cards need no photograph."""
    dot = pictures.saved(pictures.photo(8, 8), tmp_path / "dot.png")
    photo = pictures.saved(pictures.photo(160, 120), tmp_path / "photo.png")
    with closing(ChildPool(1)) as children:
        assert 2 == len(list(compare_with_truths([dot], children)))
        assert 2 + 2 + 4 + 2 == len(list(compare_with_truths([dot, photo], children)))


def test_one_of_each_scene_is_measured() -> None:
    """The same in several orientations is one; where only a few are built in, all of scikit-image's are."""
    names = ("a.jpg", "sea_orient2.jpg", "sea_orient4.jpg")
    given = [Photo(Picture(Path("/given", name), "product_image", "image/jpeg"), name) for name in names]
    built_in = Photo(Picture(folder() / photos.BUILT_IN[0], "product_image", "image/png"), "")

    assert ["a.jpg", "sea_orient4.jpg"] == [path.name for path in scenes(given)]
    assert all(path.is_file() for path in scenes([built_in]))
    assert len(photos.WHEEL) == len(set(scenes([built_in]))) > 10
