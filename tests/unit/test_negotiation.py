"""Rules of serving: Accept, the choice of a variant, caching."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from media_vm.rules.accept import accepted_formats
from media_vm.rules.asked import Asked
from media_vm.rules.caching import cache_control, is_unchanged, lifetime
from media_vm.rules.negotiation import Choice, choose
from media_vm.rules.pictures import Background, DataType, Format, MediaStatus, Size, Variant
from media_vm.rules.shown import Shown

AVIF, WEBP, JPEG, PNG = Format
ORIGINAL, REMOVED = Background
CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
SHA = "deadbeef" + "0" * 56


def variant(size: Size, form: Format, background: Background = ORIGINAL) -> Variant:
    return Variant(size, form, background, 10, 10, 100, SHA, "library/x")


def shown(*variants: Variant, data_type: DataType = DataType.PRODUCT, owner: Background | None = None) -> Shown:
    return Shown(789, MediaStatus.COMPLETED, False, data_type, "sunset", owner, variants)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", set()),
        ("*/*", set()),
        ("image/*", set()),
        ("image/*;q=1, */*;q=1", set()),
        (CHROME, {AVIF, WEBP}),
        ("IMAGE/AVIF , Image/WebP", {AVIF, WEBP}),
        ("text/html,image/webp;q=0.001", {WEBP}),
        ("image/avif;q=1.000;level=2", {AVIF}),
        ("image/avif;level=2;q=0.5", {AVIF}),
        ("image/avif;q=1.", {AVIF}),
        ("image/avif;q=0", set()),
        ("image/avif; Q = 0.000", set()),
        ("image/avif;q=0.", set()),
        ("image/avif;q=", set()),
        ("image/avif;q=NaN", set()),
        ("image/avif;q=1e9", set()),
        ("image/avif;q=-1", set()),
        ("image/avif;q=1.001", set()),
        ("image/avif;q=0.1234", set()),
        ("image/avif;q=1;q=0", set()),
        ("image/avif;q=0, image/avif", set()),
        ("image/avif, image/webp, image/avif;q=0", {WEBP}),
        ("image/avif-sequence, ximage/avif, image/avif+x, image/avifx", set()),
        ('a/b;c="image/avif,image/webp", image/webp', {WEBP}),
        ('a/b;c=",image/avif,', set()),
        (r'a/b;c="\",image/avif,"', set()),
        ("," * 8000 + ",image/webp", {WEBP}),
        ("," * 8192 + "image/webp", set()),
    ],
)
def test_only_a_format_named_outright_with_a_positive_weight_counts(accept: str, expected: set[Format]) -> None:
    """Wildcards, refusals and malformed weights promise nothing, in any spelling RFC 9110 allows."""
    assert accepted_formats(accept) == expected


@given(st.text(alphabet='image/avifwebp*,;q=01."\\ \t', max_size=200))
@example('"' * 200)
def test_no_header_breaks_the_accept_parser(accept: str) -> None:
    """Whatever a client sends, only modern formats that it spells out come back."""
    assert all(found.media_type in accept for found in accepted_formats(accept))


PHOTO = shown(*(variant(size, form) for size in Size for form in (AVIF, WEBP, JPEG)))
WEBP_WAS_NOT_KEPT = shown(variant(Size.GRID, AVIF), variant(Size.GRID, JPEG))
AVIF_WAS_NOT_KEPT = shown(variant(Size.GRID, WEBP), variant(Size.GRID, PNG))


@pytest.mark.parametrize(
    ("media", "asked", "accept", "expected"),
    [
        (PHOTO, Asked(), CHROME, (AVIF, True)),
        (PHOTO, Asked(), "image/webp", (WEBP, True)),
        (PHOTO, Asked(), "*/*", (JPEG, True)),
        (AVIF_WAS_NOT_KEPT, Asked(Size.GRID), CHROME, (WEBP, True)),
        (AVIF_WAS_NOT_KEPT, Asked(Size.GRID), "image/*", (PNG, True)),
        (WEBP_WAS_NOT_KEPT, Asked(Size.GRID), "image/webp", (JPEG, True)),
        (PHOTO, Asked(format=WEBP), "", (WEBP, False)),
        (PHOTO, Asked(format=JPEG), CHROME, (JPEG, False)),
        (PHOTO, Asked(format=PNG), CHROME, (JPEG, False)),
        (AVIF_WAS_NOT_KEPT, Asked(Size.GRID, AVIF), "", (WEBP, False)),
        (WEBP_WAS_NOT_KEPT, Asked(Size.GRID, WEBP), "", (JPEG, False)),
        (AVIF_WAS_NOT_KEPT, Asked(Size.GRID, JPEG), "", (PNG, False)),
        (shown(variant(Size.GRID, AVIF), variant(Size.GRID, WEBP)), Asked(Size.GRID), "", (AVIF, True)),
    ],
)
def test_a_format_that_was_not_kept_gives_the_next_one(
    media: Shown, asked: Asked, accept: str, expected: tuple[Format, bool]
) -> None:
    """The most modern wanted format, else one that everyone reads; never marked as a fallback."""
    choice = choose(media, asked, accept, ORIGINAL)
    assert choice
    assert (choice.variant.format, choice.is_negotiated, choice.fallback) == (*expected, None)


@pytest.mark.parametrize(
    ("there", "asked", "expected"),
    [
        (tuple(Size), Size.GRID, (Size.GRID, None)),
        ((Size.SMALL, Size.DETAIL), Size.GRID, (Size.DETAIL, "size")),
        ((Size.SMALL, Size.THUMBNAIL), Size.ZOOM, (Size.SMALL, "size")),
        ((Size.THUMBNAIL, Size.DETAIL), Size.HEADER, (Size.DETAIL, "size")),
        ((Size.HEADER,), Size.GRID, None),
        ((), Size.GRID, None),
    ],
)
def test_a_missing_size_falls_back_in_order(
    there: tuple[Size, ...], asked: Size, expected: tuple[Size, str | None] | None
) -> None:
    """Next larger, then smaller, marked as a fallback; nothing when no size of the order is there."""
    choice = choose(shown(*(variant(size, JPEG) for size in there)), Asked(asked), "", ORIGINAL)
    assert (choice and (choice.variant.size, choice.fallback)) == expected


TWO_FACED = (variant(Size.DETAIL, PNG), variant(Size.DETAIL, PNG, REMOVED), variant(Size.ZOOM, PNG))
ONE_FACED = (variant(Size.DETAIL, PNG),)
LOGO = DataType.LOGO


@pytest.mark.parametrize(
    ("media", "named", "setting", "expected"),
    [
        (shown(*TWO_FACED, data_type=LOGO), None, ORIGINAL, (ORIGINAL, None)),
        (shown(*TWO_FACED, data_type=LOGO), None, REMOVED, (REMOVED, None)),
        (shown(*TWO_FACED, data_type=LOGO, owner=REMOVED), None, ORIGINAL, (REMOVED, None)),
        (shown(*TWO_FACED, data_type=LOGO, owner=REMOVED), ORIGINAL, REMOVED, (ORIGINAL, None)),
        (shown(*ONE_FACED, data_type=LOGO), REMOVED, ORIGINAL, (ORIGINAL, "bg")),
        (shown(*ONE_FACED, data_type=LOGO), None, REMOVED, (ORIGINAL, "bg")),
        (shown(*ONE_FACED), None, REMOVED, (ORIGINAL, None)),
        (shown(*ONE_FACED), REMOVED, ORIGINAL, (ORIGINAL, "bg")),
    ],
)
def test_the_url_then_the_owner_then_the_setting_choose_the_background(
    media: Shown, named: Background | None, setting: Background, expected: tuple[Background, str | None]
) -> None:
    """The setting speaks for logos only; a removed background that is not there is a marked fallback."""
    choice = choose(media, Asked(background=named), "", setting)
    assert choice
    assert (choice.variant.background, choice.fallback) == expected


def test_the_background_asked_for_outweighs_the_size() -> None:
    """A logo on the right ground at another size is nearer to what was asked than the other way round."""
    choice = choose(shown(*TWO_FACED, data_type=LOGO), Asked(Size.ZOOM, background=REMOVED), "", ORIGINAL)
    assert choice == Choice(variant(Size.DETAIL, PNG, REMOVED), "size", is_negotiated=True)


EXACT = Choice(variant(Size.GRID, AVIF), None, is_negotiated=False)
BY_SIZE = Choice(variant(Size.GRID, AVIF), "size", is_negotiated=True)


@pytest.mark.parametrize(
    ("choice", "asked", "expected"),
    [
        (EXACT, Asked(format=AVIF, version="deadbeef"), "public, max-age=31536000, immutable"),
        (EXACT, Asked(format=WEBP, version="deadbeef"), "public, max-age=31536000"),
        (EXACT, Asked(version="deadbeef"), "public, max-age=31536000"),
        (EXACT, Asked(format=AVIF), "public, max-age=3600"),
        (EXACT, Asked(), "public, max-age=3600"),
        (EXACT, Asked(format=AVIF, version="0123abcd"), "public, max-age=60"),
        (BY_SIZE, Asked(), "public, max-age=60"),
        (BY_SIZE, Asked(format=AVIF, version="deadbeef"), "public, max-age=60"),
    ],
)
def test_only_what_can_never_change_is_kept_for_ever(choice: Choice, asked: Asked, expected: str) -> None:
    """The table of contract §8; the setting lowers what carries no version."""
    assert cache_control(lifetime(choice, asked, unversioned_max_age_seconds=3600)) == expected


@pytest.mark.parametrize(
    ("if_none_match", "expected"),
    [
        (f'"{SHA}"', True),
        (f'W/"{SHA}"', True),
        (f'"other", W/"x",  "{SHA}"', True),
        (" * ", True),
        ("", False),
        ('"*"', False),
        (SHA, False),
        (f'"{SHA}', False),
        (f'"{SHA}-gzip"', False),
        ('"' * 9999, False),
    ],
)
def test_a_copy_is_good_if_any_of_its_tags_matches(if_none_match: str, expected: bool) -> None:
    """Lists, weak tags and `*` count; a tag without its quotes is none."""
    assert is_unchanged(if_none_match, SHA) is expected
