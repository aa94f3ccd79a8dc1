"""The figures about quality, sharp and memory: what they say of known numbers, and that they can be taken."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest
import pyvips
from PIL import Image

from bench import memory
from bench.chart import as_svg
from bench.colour import apartness, compare_colours, converted, in_lab
from bench.comparison import NotMeasured
from bench.drawn_graphics import drawn_graphics
from bench.graphics import graphic_shots, graphics_rows
from bench.memory import compare_memory
from bench.photos import Photo, folder
from bench.polish import MADE_AGAIN, kilobytes, polished, weighed
from bench.quality import SCORE, bytes_at, compare_quality, spread
from bench.sharp import compare_with_sharp, variants_of
from bench.shots import (
    LADDER,
    LARGE,
    LIMIT,
    LOSSY,
    OURS,
    SHARP,
    SHORT_LADDER,
    SMALL,
    SOME,
    Shot,
    planned,
    shots_of,
)
from examples.demo.gathering import Picture
from media_vm.imaging import crew
from media_vm.imaging.pool import ChildPool
from media_vm.rules.pictures import Format, Size, SourceFacts
from tests import pictures

IN_CI = os.environ.get("CI") == "true"  # where nothing may be left out unseen


def shots(form: Format, size: Size = Size.GRID) -> list[Shot]:
    """Ours all at 70 for 100 kB in all; a fixed Q from 60 up by 5 points a rung, each rung twice the bytes."""
    ours = [Shot(form, size, OURS, 50_000, 70.0)] * 2
    rungs = enumerate(LADDER[form])
    return ours + [Shot(form, size, f"Q {q}", 40_000 << at, 60.0 + 5 * at) for at, q in rungs for _ in range(2)]


def small_photo(into: Path) -> Path:
    """A corner of a photograph, quick to encode even with the slowest settings."""
    picture = pyvips.Image.new_from_file(str(folder() / "rocket.jpg")).crop(200, 100, 256, 256)
    return pictures.saved(picture, into / "small.jpg")


def test_equal_bytes_are_found_between_the_rungs() -> None:
    """At a rung its own bytes; halfway the geometric mean; beyond the last the same slope goes on."""
    made = shots(Format.WEBP)
    assert [80_000, 160_000, 320_000] == [round(bytes_at(made, Format.WEBP, low)) for low in (60, 65, 70)]
    assert 113_137 == round(bytes_at(made, Format.WEBP, 62.5))
    assert 1_280_000 == round(bytes_at(made, Format.WEBP, 80))


def test_a_spread_is_of_one_way() -> None:
    """Percentiles of the scores, the sum of the bytes."""
    found = spread(shots(Format.JPEG), OURS)
    assert (70.0, 70.0, 70.0, 100_000) == (found.low, found.middle, found.high, found.bytes)


def test_every_format_and_group_of_sizes_is_compared_and_then_all() -> None:
    """Scores of both groups and of both together; the last row sums the bytes: 320 kB for each 100 of ours."""
    made = [shot for form in LOSSY for size in (Size.GRID, Size.ZOOM) for shot in shots(form, size)]
    compared = list(compare_quality(made))
    jpeg = [(one.subject, one.measure) for one in compared if "jpeg" in one.subject]
    rows = [("small sizes", SCORE), ("small sizes", "at equal 5 %"), ("large sizes", SCORE)]
    rows.append(("large sizes", "at equal 5 %"))
    assert [
        *((f"quality, 2 jpeg, {group}", of) for group, of in rows),
        ("quality, 4 jpeg, all sizes", SCORE),
    ] == jpeg
    assert 5 * len(LOSSY) + 2 == len(compared)
    assert ("quality, all 12", (70.0, 70.0, 70.0)) == (compared[-2].subject, compared[-2].ours)
    assert [600, 1920] == pytest.approx([*compared[-1].ours, *compared[-1].theirs])


def test_sharps_spread_is_of_its_default_in_each_format() -> None:
    """The first rung for AVIF, the second for WebP, the third for JPEG: 60, 65 and 70 points."""
    compared = list(compare_quality([shot for form in LOSSY for shot in shots(form)]))
    assert [60, 65, 70] == [one.theirs[1] for one in compared if one.subject.endswith(", all sizes")]
    assert (60.0, 65.0, 70.0) == compared[-2].theirs


def test_large_sizes_are_judged_of_some_photographs() -> None:
    """Every small size; as many large ones as were meant, and never one that a picture does not have."""
    own = [SMALL, *[tuple(Size)] * 20, (Size.THUMBNAIL, Size.HEADER)]
    plan = planned(own)
    assert [SOME[size] for size in LARGE] == [sum(size in sizes for sizes in plan) for size in LARGE]
    assert own[0] == plan[0]
    assert all({*sizes} & {*SMALL} == {*had} & {*SMALL} for sizes, had in zip(plan, own, strict=True))
    assert planned(own) == plan


def test_without_a_photograph_there_is_no_figure() -> None:
    """Drawings have another target."""
    with pytest.raises(NotMeasured, match="no photograph"):
        list(compare_quality([]))


def test_drawings_are_judged_as_they_are_kept(tmp_path: Path) -> None:
    """Lossless is 100 and counts, beside sharp's; a format of which nothing is kept has no row."""
    drawing = pictures.saved(pictures.two_halves(200, 100), tmp_path / "drawing.png")
    found = graphic_shots(drawing)
    assert {(form, f"Q {SHARP[form]}") for form in LOSSY} == {
        (one.form, one.way) for one in found if one.way != OURS
    }
    kept = [one for one in found if (one.form, one.way) == (Format.WEBP, OURS)]
    assert [100.0] * len({one.size for one in found}) == pytest.approx([one.score for one in kept], abs=0.1)
    (row,) = graphics_rows([one for one in found if one.way != OURS] + kept)
    assert f"graphics, {len(kept)} of {len(kept)} webp kept, aim 84" == row.subject
    with pytest.raises(NotMeasured, match="nothing was kept"):
        list(graphics_rows([one for one in found if one.way != OURS]))


def test_drawn_graphics_are_the_same_every_time() -> None:
    """Six, of one size, each its own picture; what is random in them is seeded."""
    first, second = ([(name, picture.tobytes()) for name, picture in drawn_graphics()] for _ in range(2))
    assert first == second
    assert 6 == len({pixels for _, pixels in first})


def test_the_chart_has_a_bar_for_every_bin() -> None:
    """Ours and the fixed Q's of each format, and the words for it."""
    chart = as_svg([shot for form in LOSSY for shot in shots(form)])
    assert 1 + 2 * len(LOSSY) == chart.count("<rect")
    assert all(form.value.upper() in chart for form in LOSSY)


def test_one_picture_is_judged_in_every_way(tmp_path: Path) -> None:
    """Ours once and every rung of the size's ladder, in each format; drawings, of another target, not at all."""
    found = shots_of(small_photo(tmp_path), (Size.THUMBNAIL, Size.HEADER), False)
    for size, ladder in ((Size.THUMBNAIL, LADDER), (Size.HEADER, SHORT_LADDER)):
        expected = {(form, way) for form in LOSSY for way in (OURS, *(f"Q {q}" for q in ladder[form]))}
        mine = [(shot.form, shot.way) for shot in found if shot.size is size]
        assert (expected, len(expected)) == ({*mine}, len(mine))
    ours = [shot.score for shot in found if shot.way == OURS and shot.size is Size.THUMBNAIL]
    assert [72] * 3 == pytest.approx(ours, abs=3)
    drawing = pictures.saved(pictures.two_halves(200, 100), tmp_path / "drawing.png")
    assert [] == shots_of(drawing, (Size.THUMBNAIL,), False)


def test_polish_is_weighed_beside_what_was_made_in_a_hurry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row for each format that is made again, and never more bytes; both formats gain here."""
    monkeypatch.setattr(crew, "_LEISURELY", 0)
    before, after = polished(small_photo(tmp_path), tmp_path)
    weights = {form: (kilobytes(before, form), kilobytes(after, form)) for form in LOSSY}
    assert [True, True, False] == [lighter < hasty for hasty, lighter in (weights[form] for form in LOSSY)]
    assert before.keys() == after.keys()


def test_polish_is_weighed_in_a_child(tmp_path: Path) -> None:
    """What comes back is figures: an answer of a child is text, which no body is."""
    with closing(ChildPool(1)) as child:
        before, after = child.run(weighed, small_photo(tmp_path), tmp_path, limit=LIMIT)
    assert {*MADE_AGAIN} == before.keys() == after.keys()
    assert all(0 < after[form] <= before[form] for form in MADE_AGAIN)


def test_sharp_is_asked_for_the_same_pictures() -> None:
    """Widths, heights and formats of the contract; PNG where there is transparency."""
    wanted = json.loads(variants_of(SourceFacts("png", 3000, 2000, 1, has_alpha=True)))
    assert 18 == len(wanted)
    assert {"avif", "webp", "png"} == {one["format"] for one in wanted}
    assert {"width": 2400, "height": 1600, "fit": "fill", "decode": [2400, 1600]}.items() <= wanted[-1].items()


def test_without_node_sharp_is_left_out_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rest of the bench goes on."""
    monkeypatch.setenv("PATH", str(tmp_path))
    photo = Photo(Picture(folder() / "rocket.jpg", "product_image", "image/jpeg"), "rocket")
    assert [] == list(compare_with_sharp([photo], tmp_path))
    assert "no node" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("npm") is None and not IN_CI, reason="there is no node on this machine")
def test_sharp_makes_the_set_in_all_three_ways(tmp_path: Path) -> None:
    """Wall and CPU beside each, and our wall beside our CPU; nothing is left behind."""
    photo = Photo(Picture(small_photo(tmp_path), "product_image", "image/jpeg"), "small")
    try:
        compared = list(compare_with_sharp([photo], tmp_path, rounds=2))
    except NotMeasured as why:
        if IN_CI:
            raise
        pytest.skip(str(why))
    peers = ["sharp, a pipeline a variant", "sharp, decoding once", "its CPU ÷ cores", "sharp's defaults"]
    assert peers == list(dict.fromkeys(one.peer for one in compared))
    assert all(min(*one.ours, *one.theirs) > 0 for one in compared)
    assert ["small.jpg"] == [path.name for path in tmp_path.iterdir()]


def test_memory_is_told_of_children_and_of_the_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Megabytes that a process with libvips cannot do without, and not more than it may have."""
    monkeypatch.setattr(memory, "HEIC", small_photo(tmp_path))
    *children, parent = compare_memory(tmp_path, pictures=4, pixels=100_000, side=120)
    kinds = ["0 MP JPEG", "0 MP progressive JPEG", "small.jpg", "logo of 120 px"]
    assert [f"child, {kind}" for kind in kinds] == [one.subject for one in children]
    assert all(30 < peak < 400 for one in children for peak in one.ours)
    assert parent.ours[0] > 10
    assert parent.theirs[0] > 10
    with Image.open(tmp_path / "progressive.jpg") as progressive, Image.open(tmp_path / "large.jpg") as baseline:
        assert ("progressive" in progressive.info, "progressive" in baseline.info) == (True, False)


def test_colours_are_compared_with_another_engines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A number a format for what has another profile than sRGB; where none has, that is said."""
    seen = pictures.photo(120, 90)
    tagged = pictures.saved(seen.icc_transform("p3", input_profile="srgb"), tmp_path / "p3.jpg", Q=98)
    plain = pictures.saved(seen, tmp_path / "plain.jpg")
    photos = [Photo(Picture(path, "product_image", "image/jpeg"), path.stem) for path in (plain, tagged)]
    with closing(ChildPool(1)) as children:
        mean, high, before = compare_colours(photos, tmp_path, children)
        assert [] == list(compare_colours(photos[:1], tmp_path, children))
    assert "colour is left out" in capsys.readouterr().err
    assert "colour, p3, " in mean.subject
    assert len(mean.subject.split(", ")[-1].split()) == len(mean.ours) == len(high.ours) > 0
    assert all(0 < one < other for one, other in zip(mean.ours, high.ours, strict=True))
    assert before.ours[0] < min(mean.ours)


def test_colours_that_nobody_can_compare_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A see-through picture, and one whose profile is for other pixels: each is named, the others are measured."""
    tagged = pictures.photo(120, 90).icc_transform("p3", input_profile="srgb")
    profile = tagged.get("icc-profile-data")
    made = {
        name: pictures.saved(image, tmp_path / name)
        for name, image in (("clear.png", tagged.bandjoin(100)), ("sound.png", tagged))
    }
    Image.new("L", (120, 90), 99).save(made.setdefault("grey.png", tmp_path / "grey.png"), icc_profile=profile)
    photos = [Photo(Picture(made[name], "product_image", "image/png"), name) for name in sorted(made)]
    with closing(ChildPool(1)) as children:
        rows = list(compare_colours(photos, tmp_path, children))

    assert {"sound.png"} == {row.subject.split(", ")[1] for row in rows}
    told = capsys.readouterr().err
    assert "bench: colour of clear.png is left out (see-through)" in told
    assert "bench: colour of grey.png is left out (its profile is not for its pixels)" in told


def test_the_reference_converts_and_turns_upright(tmp_path: Path) -> None:
    """What was put into P3 and stored on its side comes back as it was; read as it is, it is far from that."""
    seen = pictures.photo(120, 90).linear(3, -256).cast("uchar").copy(interpretation="srgb")  # vivid
    stored = pictures.stored_as(seen.icc_transform("p3", input_profile="srgb"), 6)
    tagged = pictures.saved(stored, tmp_path / "p3.jpg", Q=98, subsample_mode="off")
    unconverted = pyvips.Image.new_from_file(str(tagged)).autorot()
    reference = in_lab(converted(tagged), (120, 90))
    apart = [float(apartness(reference, image.numpy()).mean()) for image in (seen, unconverted)]
    assert apart[0] < 1 < apart[1]
