"""Vectors as float16: how far off, and what is refused."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from media_vm.rules.vectors import MOST_DIMENSIONS, packed, unpacked


def test_a_vector_comes_back_within_float16() -> None:
    """Each number to 2⁻¹¹ of itself; the cosine to the original is 1 to the seventh digit."""
    chance = random.Random(7)
    vector = [chance.gauss(0, 1 / math.sqrt(1536)) for _ in range(1536)]
    stored = packed(vector)
    back = unpacked(stored, 1536)

    assert (3072, 1536) == (len(stored), len(back or ()))
    assert back is not None
    assert all(abs(one - was) <= max(abs(was) * 2**-11, 2**-25) for one, was in zip(back, vector, strict=True))
    cosine = sum(map(lambda one, was: one * was, back, vector)) / (math.hypot(*back) * math.hypot(*vector))
    assert 1 - cosine < 1e-6


def test_numpy_reads_the_bytes_as_they_are() -> None:
    """For the search, which will not unpack them one by one."""
    assert [1.0, -0.5, 65504.0] == np.frombuffer(packed([1, -0.5, 65504]), "<f2").tolist()


@pytest.mark.parametrize(
    "vector",
    [[], [0.0] * (MOST_DIMENSIONS + 1), [math.nan], [1, math.inf], [70_000.0], [1e300]],
    ids=["empty", "long", "NaN", "infinite", "large", "huge"],
)
def test_what_float16_does_not_hold_is_refused(vector: list[float]) -> None:
    """Before it is written."""
    with pytest.raises(ValueError, match="vector"):
        packed(vector)


@pytest.mark.parametrize(
    ("stored", "dim"),
    [(b"\0" * 6, 2), (b"\0" * 6, 4), (b"\0" * 5, 3), (b"", 0), (b"\0\x7c", 1), (b"", -1)],
    ids=["short dim", "long dim", "odd", "empty", "infinite", "negative"],
)
def test_a_damaged_row_is_none(stored: bytes, dim: int) -> None:
    """The text is embedded again."""
    assert unpacked(stored, dim) is None
