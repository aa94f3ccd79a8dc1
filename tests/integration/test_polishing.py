"""Variants made again at high effort, on a real photograph and on drawn pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import skimage.data

from bench.ssimulacra import Reference
from media_vm.imaging import polishing
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.encode import encoded, encoded_exactly
from media_vm.imaging.polishing import Polish, alike
from media_vm.imaging.render import render_all
from media_vm.imaging.source import read_facts
from media_vm.rules.pictures import DataType, Format, Size
from media_vm.rules.quality import Aims
from media_vm.rules.sizes import Method
from media_vm.rules.validation import READABLE, Limits
from media_vm.rules.worth import Encoding
from media_vm.values import Rendered, Rendering, RenderRequest
from tests import pictures

PHOTO = Path(skimage.data.__file__).parent / "coffee.png"
Place = tuple[Size, Format]
AVIF, WEBP = (Encoding(form, is_lossless=False) for form in (Format.AVIF, Format.WEBP))
JPEG, EXACT_WEBP = Encoding(Format.JPEG, is_lossless=False), Encoding(Format.WEBP, is_lossless=True)
NOTHING = "polished: nothing was left to gain"
NOTHING_OF_ONE = "polished: 0 of 1 encodings lighter, 0% of their bytes saved"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph as it was uploaded."""
    path = tmp_path_factory.mktemp("polish") / "photo.jpg"
    pyvips.Image.thumbnail(str(PHOTO), 320).jpegsave(str(path), Q=92)
    return path


@pytest.fixture(scope="module")
def renderings(source: Path) -> tuple[Rendering, Rendering]:
    """Made in a hurry, and at leisure, however busy the machine is."""
    facts = read_facts(source, Limits(), READABLE)
    made = partial(render_all, source, facts, source.parent)
    hasty = made("hasty-", RenderRequest(DataType.PRODUCT, None))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(polishing, "_ENOUGH_SECONDS", 600.0)
        return hasty, made("polished-", RenderRequest(DataType.PRODUCT, None, polishes=digests(hasty)))


def digests(rendering: Rendering) -> frozenset[str]:
    return frozenset(one.sha256 for one in rendering.kept)


def lighter(renderings: tuple[Rendering, Rendering]) -> dict[Place, tuple[Rendered, Rendered]]:
    """Where another file took the place of the first."""
    hasty, polished = ({(one.size, one.format): one for one in rendering.kept} for rendering in renderings)
    pairs = {place: (hasty[place], polished[place]) for place in hasty.keys() & polished.keys()}
    return {place: (one, other) for place, (one, other) in pairs.items() if one.sha256 != other.sha256}


def test_polished_variants_are_a_twentieth_smaller(renderings: tuple[Rendering, Rendering]) -> None:
    """Or byte for byte what there was; JPEG is left alone."""
    changed = lighter(renderings)

    assert {Format.AVIF, Format.WEBP} == {form for _, form in changed}
    assert all(100 * after.bytes <= 95 * before.bytes for before, after in changed.values())


def test_polished_variants_look_no_worse(source: Path, renderings: tuple[Rendering, Rendering]) -> None:
    """By SSIMULACRA2 of the whole picture, which is not what they were chosen by."""
    judged = 0
    for (size, _), (before, after) in lighter(renderings).items():
        if size in (Size.SMALL, Size.DETAIL):  # the same picture, nothing cropped
            shaped = pyvips.Image.thumbnail(str(source), before.width, height=before.height, size="force")
            reference = Reference(shaped.numpy())
            assert score(reference, after) >= score(reference, before) - 1
            judged += 1
    assert judged >= 2


def score(reference: Reference, variant: Rendered) -> float:
    return reference.score(pyvips.Image.new_from_file(str(variant.temporary)).colourspace("srgb").numpy())


def test_the_history_tells_what_came_of_it(renderings: tuple[Rendering, Rendering]) -> None:
    """How many were made smaller, and what it saved."""
    assert renderings[0].note == ""
    told = r"polished: [1-9]\d* of \d+ encodings lighter, [1-9]\d?% of their bytes saved"
    assert re.fullmatch(told, renderings[1].note)


def test_a_size_comes_with_all_its_formats_or_not_at_all(renderings: tuple[Rendering, Rendering]) -> None:
    """It takes the place of the stored one whole; and what the main API was told of formats stays true."""
    hasty, polished = renderings
    sizes = {one.size for one in polished.kept}

    expected = {(one.size, one.format) for one in hasty.kept if one.size in sizes}
    assert expected == {(one.size, one.format) for one in polished.kept}
    assert sizes == {size for size, _ in lighter(renderings)}


def test_what_is_stored_otherwise_is_left_alone(source: Path, renderings: tuple[Rendering, Rendering]) -> None:
    """Made by other settings, or polished before: nothing takes its place."""
    facts, stored = read_facts(source, Limits(), READABLE), digests(renderings[0])
    request = RenderRequest(DataType.PRODUCT, None, polishes=stored)

    rendering = render_all(source, facts, source.parent, "other-", request, aims=Aims(photos=50))

    assert () == rendering.kept
    assert NOTHING == rendering.note


@pytest.mark.parametrize(
    ("page", "quality"),
    [(pictures.page(1000, 600), 83), (pictures.page(800, 500, ground=(151, 251, 216)), 45)],
    ids=["its letters blur", "its ground is tinted"],
)
def test_an_empty_page_is_judged_as_a_whole(page: pyvips.Image, quality: int) -> None:
    """Whatever the tiles score that it was chosen by: there it would be as good, and a tenth smaller."""
    body = encoded(page, Format.WEBP, quality)

    assert None is alike(page, Format.WEBP, quality, body)


def test_a_page_that_stays_as_it_looks_becomes_lighter() -> None:
    """Flat pictures gain as photographs do."""
    page = pictures.page(800, 500)
    body = encoded(page, Format.AVIF, 66)

    again = alike(page, Format.AVIF, 66, body)

    assert again is not None
    assert len(again) < 0.9 * len(body)


@pytest.mark.parametrize(("side", "hasty"), [(320, 0), (640, 1)], ids=["tried whole", "tried by tiles"])
def test_a_trial_of_a_whole_picture_is_its_variant(monkeypatch: pytest.MonkeyPatch, side: int, hasty: int) -> None:
    """Nothing is encoded twice, and what there is not again; of a large one, tried by tiles, the whole is made."""
    image, asked = pyvips.Image.thumbnail(str(PHOTO), side).copy_memory(), list[tuple[int, int, bool]]()
    body = encoded(image, Format.WEBP, 70)

    def counted(picture: pyvips.Image, form: Format, q: int, *, is_patient: bool = False) -> bytes:
        asked.append((picture.width, q, is_patient))
        return encoded(picture, form, q, is_patient=is_patient)

    monkeypatch.setattr(polishing, "encoded", counted)
    found = alike(image, Format.WEBP, 70, body)

    assert len(set(asked)) == len(asked)
    assert (hasty, side) == (sum(not is_patient for *_, is_patient in asked), asked[-1][0])
    assert encoded(image, Format.WEBP, asked[-1][1], is_patient=True) == found


def polished(
    image: pyvips.Image, made: Mapping[Encoding, bytes], quality: int
) -> tuple[Polish, dict[Encoding, bytes]]:
    """One look, all of its encodings stored, after its polish: what that tells, and what there is then."""
    look = (Method.CROP, image.width, image.height)
    polish = Polish(frozenset(hashlib.sha256(body).hexdigest() for body in made.values()))
    bodies = {(look, encoding): body for encoding, body in made.items()}
    chosen = dict.fromkeys([(look, form) for form in (Format.AVIF, Format.WEBP, Format.JPEG)], quality)
    with ThreadPoolExecutor(1) as threads:
        left = polish({look: image}, bodies, chosen, threads)
    return polish, {encoding: body for (_, encoding), body in left.items()}


def test_a_format_that_is_stored_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawing's AVIF, too large to be tried, that would lose to its lighter lossless WebP: both stay."""
    monkeypatch.setattr(polishing, "_MOST_PIXELS", {Format.WEBP: 1_000_000})
    page = pictures.page(600, 360)
    exact = encoded_exactly(page, Format.WEBP, is_patient=True)
    made = {
        AVIF: encoded(page, Format.AVIF, 50),
        EXACT_WEBP: exact.ljust(len(exact) * 9 // 8, b"\0"),  # as if it had been made by a worse encoder
        JPEG: encoded(page, Format.JPEG, 80),
    }
    assert len(exact) < len(made[AVIF]) < len(made[EXACT_WEBP]) < len(made[JPEG])

    polish, left = polished(page, made, 50)

    assert made == left
    assert (frozenset(), NOTHING_OF_ONE) == (polish.looks, polish.note)


def test_what_is_not_kept_is_not_polished() -> None:
    """A lossy WebP beside a smaller lossless one is served to nobody: nothing is written, nothing saved."""
    page = pictures.page(400, 240)
    made = {
        WEBP: encoded(page, Format.WEBP, 90),
        EXACT_WEBP: encoded_exactly(page, Format.WEBP, is_patient=True),
        JPEG: encoded(page, Format.JPEG, 80),
    }
    assert len(made[EXACT_WEBP]) < len(made[WEBP])

    polish, left = polished(page, made, 90)

    assert made == left
    assert (frozenset(), NOTHING_OF_ONE) == (polish.looks, polish.note)
