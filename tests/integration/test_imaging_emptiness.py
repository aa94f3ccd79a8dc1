"""Pages and drawings, of which most is empty ground: what is seen of them looks as good as was asked for."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
import pyvips

from bench.ssimulacra import Reference
from media_vm.imaging.choosing import Chosen, assured
from media_vm.imaging.crew import crew
from media_vm.imaging.encode import encoded
from media_vm.imaging.graphics import is_graphic
from media_vm.imaging.looks import Look, qualities
from media_vm.imaging.sample import Ground, Sample
from media_vm.rules.pictures import Format
from media_vm.rules.quality import MOST_TINT
from media_vm.rules.sizes import Method
from tests import pictures

LOSSY = (Format.AVIF, Format.WEBP, Format.JPEG)


def chosen(image: pyvips.Image, forms: Iterable[Format], target: float) -> list[bytes]:
    """The picture in these formats, each with the setting that was found for it."""
    look: Look = (Method.FIT, image.width, image.height)
    with crew() as threads:
        found = qualities({look: image}, forms, target, threads)
    return [encoded(image, form, found[look, form]) for form in forms]


def scores(image: pyvips.Image, bodies: Iterable[bytes], left: int, top: int, wide: int, high: int) -> list[float]:
    """SSIMULACRA2 of one part of a picture in every rendering."""
    part = image.crop(left, top, wide, high)
    reference = Reference(part.numpy())
    decoded = (pyvips.Image.new_from_buffer(body, "") for body in bodies)
    return [reference.score(one.crop(left, top, wide, high).numpy()) for one in decoded]


@pytest.mark.parametrize("shadow", [False, True])
def test_the_writing_on_an_empty_page_looks_as_good_as_asked(*, shadow: bool) -> None:
    """In every lossy format, judged where the writing is: at most six points too low."""
    page = pictures.page(1280, 900, shadow=shadow)
    found = scores(page, chosen(page, LOSSY, 84), 220, 50, 520, 230)
    assert [True] * 3 == [score >= 84 - 6 for score in found], found


@pytest.mark.parametrize("size", [(900, 600), (400, 300)])
def test_blank_ground_is_not_looked_at(size: tuple[int, int]) -> None:
    """A large page or a small one scores less by its sample than all of it would: its writing alone counts."""
    page = pictures.page(*size)
    body = encoded(page, Format.JPEG, 50)
    assert Sample(page).score_and_tint(body)[0] < scores(page, [body], 0, 0, *size)[0] - 3


def test_a_page_with_nothing_on_it_is_sampled_too() -> None:
    """Its even ground then is what there is."""
    blank = pictures.page(1280, 900).crop(0, 0, 1280, 50).copy_memory()
    assert 99 < Sample(blank).score_and_tint(encoded(blank, Format.JPEG, 90))[0]


def test_a_page_with_soft_shadows_is_a_drawing() -> None:
    """Though more of it is shaded than of most photographs; without its writing the same ramps are none."""
    page = pictures.page(1280, 900, shadow=True)
    blurred = page.gaussblur(2).cast("uchar").copy_memory()
    assert is_graphic(page)
    assert not is_graphic(blurred)


def test_a_lower_aim_never_makes_a_drawings_jpeg_larger() -> None:
    """Its colours need their chroma in full for some aims: the search finds the edge of that jump."""
    lines = pyvips.Image.xyz(1000, 600)
    stripes = ((lines[0] * 2 + lines[1]) % 50 < 3).ifthenelse([200, 30, 30], [255, 255, 255]).cast("uchar")
    drawing = stripes.copy(interpretation="srgb").copy_memory()
    sizes = [len(chosen(drawing, [Format.JPEG], aim)[0]) for aim in (50, 60, 70, 84)]
    assert sorted(sizes) == sizes


def test_a_ground_that_webp_would_tint_gets_more_quality() -> None:
    """Two levels off in one channel are seen side by side; no score tells."""
    page = pictures.page(1280, 900)
    low = encoded(page, Format.WEBP, 25)
    higher = encoded(page, Format.WEBP, assured(Sample(page), Format.WEBP, Chosen(25), 30).q)
    tints = [Ground(page.numpy()).tint(pyvips.Image.new_from_buffer(body, "").numpy()) for body in (low, higher)]
    assert [True, False] == [tint > MOST_TINT for tint in tints], tints


def test_a_picture_without_one_ground_has_no_tint() -> None:
    """Of noise no colour is that of a quarter."""
    pixels = pictures.grain(64, 64).numpy()
    assert 0 == Ground(pixels).tint(np.zeros_like(pixels))
