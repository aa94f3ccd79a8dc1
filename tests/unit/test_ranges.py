"""Rules of serving: ranges of bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_vm.rules.ranges import NotSatisfiable, Part, part_asked

SHA = "deadbeef" + "0" * 56
OTHER = "0" * 64


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-0", Part(0, 1)),
        ("bytes=0-99", Part(0, 100)),
        ("bytes=0-", Part(0, 100)),
        ("bytes=10-19", Part(10, 10)),
        ("bytes=99-", Part(99, 1)),
        ("bytes=90-1000000", Part(90, 10)),
        ("bytes=-1", Part(99, 1)),
        ("bytes=-100", Part(0, 100)),
        ("bytes=-5000", Part(0, 100)),
        ("Bytes = 1-2 ", Part(1, 2)),
        ("bytes=00-01", Part(0, 2)),
    ],
)
def test_one_range_is_a_part(asked: str, expected: Part) -> None:
    """First to last, from the first on, or the last so many; what is beyond the end is left out."""
    assert expected == part_asked(asked, None, SHA, 100)


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=0-1,5-6",
        "bytes=0-1, bytes=5-6",
        "bytes=--5",
        "bytes=-5-",
        "bytes=1.5-2",
        "bytes=0x0-1",
        "bytes=٣-٤",
        "bytes=0-" + "9" * 20,
        "items=0-1",
        "bytes=0-1\n, x",
    ],
)
def test_what_is_no_single_range_is_ignored(asked: str) -> None:
    """The whole file answers it, as RFC 9110 allows."""
    assert part_asked(asked, None, SHA, 100) is None


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=9999999999999999999-", "bytes=-0"])
def test_a_range_beyond_the_end_cannot_be_satisfied(asked: str) -> None:
    """Nor can the last nothing."""
    with pytest.raises(NotSatisfiable):
        part_asked(asked, None, SHA, 100)


@pytest.mark.parametrize(
    ("if_range", "expected"),
    [
        (None, Part(0, 1)),
        (f'"{SHA}"', Part(0, 1)),
        (f' "{SHA}" ', Part(0, 1)),
        (f'W/"{SHA}"', None),
        (f'"{OTHER}"', None),
        ("Sat, 21 Nov 2026 19:00:00 GMT", None),
        ("*", None),
        ("", None),
    ],
)
def test_a_part_is_for_who_has_the_rest_of_this_file(if_range: str | None, expected: Part | None) -> None:
    """Anything but its strong tag gets the whole: two files' bytes in one picture are none."""
    assert expected == part_asked("bytes=0-0", if_range, SHA, 100)


def test_another_files_part_is_not_even_refused() -> None:
    """Whoever continues an older file from beyond this one's end gets all of this one."""
    assert part_asked("bytes=500-", f'"{OTHER}"', SHA, 100) is None


def test_a_part_says_where_it_stands() -> None:
    """By its first and its last byte, and the length of the whole."""
    assert "bytes 10-19/100" == Part(10, 10).content_range(100)


@given(st.text('bytes=-,0123456789 "', max_size=40), st.integers(1, 1000))
def test_a_part_is_always_inside_the_file(asked: str, length: int) -> None:
    """Whatever a client sends."""
    try:
        part = part_asked(asked, None, SHA, length)
    except NotSatisfiable:
        return
    assert part is None or (0 <= part.first and 1 <= part.length and part.first + part.length <= length)
