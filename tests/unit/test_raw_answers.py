"""A provider's whole answer as JSON that every database takes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_vm.rules.raw_answers import as_text, compact


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('{ "a": [1, 2.50, null], "ü": "\\ud83d\\ude00" }', '{"a":[1,2.5,null],"ü":"😀"}'),
        ('["\\ud83d", "\\ude00\\ud83d"]', '["?","??"]'),
        ("[]", "[]"),
        ("null", '"null"'),
        ("NaN", '"NaN"'),
        ('{"a": 1e999}', '"{\\"a\\": 1e999}"'),
        ("not json", '"not json"'),
        ("", '""'),
        ("[" * 31 + "]" * 31, json.dumps("[" * 31 + "]" * 31)),
        ("[" * 30 + "]" * 30, "[" * 30 + "]" * 30),
    ],
)
def test_json_stays_and_the_rest_is_a_string(raw: str, expected: str) -> None:
    """What a database would refuse is kept as text (NaN, 31 levels) or marked; a null would be nothing."""
    assert expected == compact(raw)


@pytest.mark.parametrize("raw", ["[" * 500_000, "9" * 900_000, '"' + "x" * 2_000_000 + '"'])
def test_a_bomb_is_cut(raw: str) -> None:
    """A million characters of it."""
    assert len(compact(raw)) <= 1_000_010


@given(st.text())
def test_what_was_kept_comes_back(raw: str) -> None:
    """Through a JSON column: the same text, all of which a database can hold."""
    kept = compact(raw)

    assert kept == as_text(json.loads(kept))
    assert kept.encode()
