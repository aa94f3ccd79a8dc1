"""Backgrounds taken away: drawn logos beside their truth, photographs refused, and the port's contract."""

from __future__ import annotations

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bench import cutouts, logos
from bench.comparison import NotMeasured
from bench.cutouts import Score
from bench.drawn_logos import drawn_logos
from media_vm.imaging.confinement import MODEL_VARIABLE
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.removers import Refusal
from tests import cutting
from tests.pictures import BLUE

LIMIT = timedelta(seconds=120)
PHOTOS = Path(__file__).parents[2].parent / "shared" / "images" / "photos"
NOT_HERE = {"remover_not_installed", "model_missing"}
HAS_MODEL = find_spec("rembg") is not None and MODEL_VARIABLE in os.environ
REMOVERS = ["plain", cutting.STAND_IN, *(["rembg"] if HAS_MODEL else [])]


@pytest.fixture(scope="module")
def scores(children: ChildPool) -> dict[str, Score]:
    """All drawn logos, cut out once."""
    found = children.run(cutouts.scores, limit=LIMIT)
    return {name: one for name, one in found.items() if isinstance(one, Score)}


def test_drawn_logos_are_cut_out_along_their_edges(scores: dict[str, Score]) -> None:
    """All twenty, each overlapping its truth by 98 % at least."""
    names = [drawn.name for drawn in drawn_logos()]

    assert 20 == len(names) == len(set(names))
    assert names == list(scores)
    assert {} == {name: one.overlap for name, one in scores.items() if one.overlap < 0.98}


def test_the_alpha_of_drawn_logos_is_right(scores: dict[str, Score]) -> None:
    """Half a percent of alpha at most over the whole picture, and a tenth at edges that JPEG blurred."""
    assert {} == {name: one for name, one in scores.items() if one.alpha_error > 0.005 or one.edge_error > 0.1}


def test_no_halo_is_left_on_dark_or_light_pages(scores: dict[str, Score]) -> None:
    """Edge pixels are as drawn within 16 of 255 levels; JPEG's and those of a fringed truth within 64."""
    fringed = {name for name in scores if "JPEG" in name} | {"two inks that touch"}
    allowed = {name: 64 if name in fringed else 16 for name in scores}

    assert {} == {name: one.halo for name, one in scores.items() if one.halo > allowed[name]}


def test_photographs_are_refused(children: ChildPool) -> None:
    """No plain ground: no bad cut, but the reason."""
    refused = children.run(cutouts.refusals, cutouts.PHOTOS, limit=LIMIT)

    assert dict.fromkeys((path.name for path in cutouts.PHOTOS), "busy_ground") == refused


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="these photographs are not part of the project")
def test_given_photographs_are_refused(children: ChildPool) -> None:
    """Five that were given: a painting, a portrait, a still life, a landscape, a waterfall."""
    names = ("art-starry-night.jpg", "profile-portrait.jpg", "craft-beer_24mp_progressive.jpg")
    paths = [PHOTOS / name for name in (*names, "canyon-wren_adobergb.jpg", "waterfall_orient2.jpg")]

    assert {"busy_ground"} == set(children.run(cutouts.refusals, paths, limit=LIMIT).values())


def test_the_bench_prints_its_figures_and_draws_a_sheet(
    scores: dict[str, Score], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line a drawn logo, one a photograph, and a picture of both faces on three grounds."""
    disc = tmp_path / "disc.png"
    Image.fromarray(cutting.disc_on_white()).save(disc)
    (words := tmp_path / "words.png").write_text("no picture")

    assert 0 == logos.main(["--into", str(tmp_path / "out"), str(disc), str(words)])

    printed, told = capsys.readouterr()
    assert all(f"| {name} | " in printed for name in scores)
    assert 5 == printed.count("refused: busy_ground")
    assert "words.png: not_a_picture" in told
    with Image.open(tmp_path / "out" / "sheet-1.png") as sheet:
        assert (6 * 320, 338) == sheet.size


def test_cut_outs_stand_beside_what_was_asked_for(scores: dict[str, Score]) -> None:
    """A refused logo is missing from what was cut out, and a photograph that is cut out from the refusals."""
    found: dict[str, Score | Refusal] = {**scores, "words": Refusal("busy_ground", 0.1)}
    rows = {one.measure: one for one in logos.logo_rows(found, {"a": "busy_ground", "b": None})}
    assert ((20.0,), (21.0,)) == (rows["cut out"].ours, rows["cut out"].theirs)
    assert {20} == {len(rows[name].ours) for name in ("overlap", "α error, all pixels", "α error, edges", "halo")}
    assert ((1.0,), (2.0,)) == (rows["refused"].ours, rows["refused"].theirs)
    with pytest.raises(NotMeasured):
        list(logos.logo_rows({"words": Refusal("busy_ground", 0.1)}, {}))


@pytest.fixture(params=REMOVERS)
def remover(request: pytest.FixtureRequest) -> str:
    """Every adapter of the port; rembg's own model only where somebody installed it and says where it is."""
    return str(request.param)


def test_a_cut_out_keeps_its_ink_and_loses_its_ground(children: ChildPool, remover: str) -> None:
    """The same size; ink opaque and of its colour, ground gone, between them what the drawing covers."""
    rows, _, confidence = children.run(cutting.cut_out, remover, "disc", limit=LIMIT)

    pixels = np.array(rows)
    middle = cutting.SIDE // 2
    assert (cutting.SIDE, cutting.SIDE, 4) == pixels.shape
    assert [*BLUE, 255] == pixels[middle, middle].tolist()
    assert [0, 0, 0, 0] == pixels[0, 0].tolist()
    assert np.abs(pixels[..., 3] / 255 - cutting.cover()).max() < 0.1
    assert 0.5 <= confidence <= 1


def test_mixed_pixels_have_the_inks_colour(children: ChildPool, remover: str) -> None:
    """Not the old ground's: on black there is no pale rim."""
    rows, _, _ = children.run(cutting.cut_out, remover, "disc", limit=LIMIT)

    assert np.abs(_ink_at_edges(np.array(rows)) - BLUE).max() <= 24


@pytest.mark.parametrize("picture", ["blank", "texture"])
def test_what_has_no_ink_or_no_ground_is_refused(children: ChildPool, remover: str, picture: str) -> None:
    """With a word that an operator can look up, never with an empty picture."""
    rows, reason, confidence = children.run(cutting.cut_out, remover, picture, limit=LIMIT)

    assert rows is None
    assert reason in {"nothing_left", "no_ground", "busy_ground", "unsure"}
    assert 0 <= confidence < 1


@pytest.mark.parametrize(("name", "reasons"), [("off", {"switched_off"}), ("rembg", NOT_HERE | {None})])
def test_a_remover_that_is_not_there_refuses(children: ChildPool, name: str, reasons: set[str | None]) -> None:
    """Switched off, or without its packages or its model: a refusal that says so, never a failed picture."""
    _, reason, _ = children.run(cutting.cut_out, name, "disc", limit=LIMIT)

    assert reason in reasons


def _ink_at_edges(pixels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The colours of mixed pixels that are not all but nothing."""
    alpha = pixels[..., 3]
    return pixels[(alpha > 64) & (alpha < 255)][:, :3]
