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
    ],
)
def test_what_is_tried_depends_on_the_kind_of_picture(kind: Kind, expected: set[Encoding]) -> None:
    """A photograph is never tried without loss; transparency needs PNG; every one has a known amount of work."""
    assert expected == set(kind.encodings)
    assert expected <= set(WORK)


@pytest.mark.parametrize(
    ("sizes", "kept", "not_kept"),
    [
        ({AVIF: 10, WEBP: 20, JPEG: 30}, {AVIF, WEBP, JPEG}, set()),
        ({AVIF: 10, WEBP: 30, JPEG: 30}, {AVIF, JPEG}, {Format.WEBP}),
        ({AVIF: 31, WEBP: 32, JPEG: 30}, {JPEG}, {Format.AVIF, Format.WEBP}),
        ({AVIF: 10, WEBP: 20, EXACT_WEBP: 15, JPEG: 30}, {AVIF, EXACT_WEBP, JPEG}, set()),
        ({AVIF: 10, WEBP: 20, EXACT_WEBP: 25, PNG: 30}, {AVIF, WEBP, PNG}, set()),
        ({AVIF: 40, WEBP: 50, EXACT_WEBP: 25, PNG: 30}, {EXACT_WEBP, PNG}, {Format.AVIF}),
    ],
)
def test_a_modern_format_has_to_be_smaller(
    sizes: dict[Encoding, int], kept: set[Encoding], not_kept: set[Format]
) -> None:
    """Than the plain one of the same looks; of one format in two ways the smaller is taken."""
    worth = worth_keeping(sizes)
    assert (kept, not_kept) == (set(worth.kept), set(worth.not_kept))
    assert {"not_smaller"} >= set(worth.not_kept.values())
    assert len(worth.kept) == len({one.format for one in worth.kept})


def test_nothing_modern_is_left_when_nothing_is_smaller() -> None:
    """The plain format is always kept."""
    assert Worth((JPEG,), {Format.AVIF: "not_smaller"}) == worth_keeping({AVIF: 9, JPEG: 9})
