"""Which encodings are tried for a picture, and which of them are kept."""

from __future__ import annotations

import pytest

from media_vm.rules.pictures import Format
from media_vm.rules.worth import WORK, Encoding, Kind, Worth, worth_keeping

AVIF, WEBP, JPEG = (Encoding(form, is_lossless=False) for form in (Format.AVIF, Format.WEBP, Format.JPEG))
PNG, EXACT_WEBP = (Encoding(form, is_lossless=True) for form in (Format.PNG, Format.WEBP))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind(needs_png=False, is_graphic=False), {AVIF, WEBP, JPEG}),
        (Kind(needs_png=False, is_graphic=True), {AVIF, WEBP, EXACT_WEBP, JPEG}),
        (Kind(needs_png=True, is_graphic=False), {AVIF, WEBP, PNG}),
        (Kind(needs_png=True, is_graphic=True), {AVIF, WEBP, EXACT_WEBP, PNG}),
        (Kind(needs_png=False, is_graphic=True, loses_nothing=True), {EXACT_WEBP, PNG}),
    ],
)
def test_what_is_tried_depends_on_the_kind_of_picture(kind: Kind, expected: set[Encoding]) -> None:
    """A photograph is never tried without loss, a site's button never with; each has a known amount of work."""
    assert expected == set(kind.encodings)
    assert expected <= set(WORK)


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        (set(), {AVIF, WEBP, EXACT_WEBP, JPEG}),
        ({Format.AVIF}, {AVIF, EXACT_WEBP, JPEG}),
        ({Format.WEBP}, {WEBP, EXACT_WEBP, JPEG}),
        ({Format.JPEG, Format.PNG}, {EXACT_WEBP, JPEG}),
    ],
)
def test_a_format_is_judged_beside_what_it_must_beat(formats: set[Format], expected: set[Encoding]) -> None:
    """The plain one, and whatever loses nothing."""
    assert expected == set(Kind(needs_png=False, is_graphic=True).to_judge(formats))


SMALLER, EXACT = "not_smaller", "lossless_smaller"


@pytest.mark.parametrize(
    ("sizes", "kept", "not_kept"),
    [
        ({AVIF: 10, WEBP: 20, JPEG: 30}, {AVIF, WEBP, JPEG}, {}),
        ({AVIF: 10, WEBP: 30, JPEG: 30}, {AVIF, JPEG}, {Format.WEBP: SMALLER}),
        ({AVIF: 31, WEBP: 32, JPEG: 30}, {JPEG}, {Format.AVIF: SMALLER, Format.WEBP: SMALLER}),
        ({AVIF: 10, WEBP: 20, EXACT_WEBP: 15, JPEG: 30}, {AVIF, EXACT_WEBP, JPEG}, {}),
        ({AVIF: 15, WEBP: 20, EXACT_WEBP: 15, JPEG: 30}, {EXACT_WEBP, JPEG}, {Format.AVIF: EXACT}),
        ({AVIF: 31, WEBP: 20, EXACT_WEBP: 15, JPEG: 30}, {EXACT_WEBP, JPEG}, {Format.AVIF: SMALLER}),
        ({AVIF: 20, WEBP: 18, EXACT_WEBP: 19, JPEG: 30}, {AVIF, WEBP, JPEG}, {}),
        ({AVIF: 20, WEBP: 21, EXACT_WEBP: 15, JPEG: 10}, {JPEG}, {Format.AVIF: SMALLER, Format.WEBP: SMALLER}),
        ({AVIF: 10, WEBP: 20, EXACT_WEBP: 25, PNG: 30}, {AVIF, WEBP, PNG}, {}),
        ({AVIF: 26, WEBP: 50, EXACT_WEBP: 25, PNG: 30}, {EXACT_WEBP, PNG}, {Format.AVIF: EXACT}),
    ],
)
def test_a_modern_format_has_to_be_smaller(
    sizes: dict[Encoding, int], kept: set[Encoding], not_kept: dict[Format, str]
) -> None:
    """Than the plain one of the same looks, and a lossy one than a lossless one; the plain one always stays."""
    worth = worth_keeping(sizes)
    assert (kept, not_kept) == (set(worth.kept), worth.not_kept)
    assert len(worth.kept) == len({one.format for one in worth.kept})


def test_nothing_modern_is_left_when_nothing_is_smaller() -> None:
    """The plain format is always kept."""
    assert Worth((JPEG,), {Format.AVIF: "not_smaller"}) == worth_keeping({AVIF: 9, JPEG: 9})
