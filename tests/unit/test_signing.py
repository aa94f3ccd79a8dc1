"""Rules of signed URLs."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_vm.rules.asked import parameters
from media_vm.rules.caching import Lifetime, cache_control
from media_vm.rules.signing import Admitted, signature, signed_query, signed_until

NEW, OLD, STRANGE = b"new key, sixteen+", b"old key, sixteen+", b"some other key..."
NOW, THEN = 1_800_000_000, 1_800_003_600
SIGNED = signed_query(NEW, 789, THEN)[1:]


def until(query: str, media_id: int = 789) -> int | None:
    return signed_until([NEW, OLD], media_id, query)


def test_a_signature_is_what_the_docs_say() -> None:
    """HMAC-SHA256 of id, point and time, in hex: any language has it."""
    expected = hmac.new(b"key", b"789.1800003600", hashlib.sha256).hexdigest()
    assert expected == signature(b"key", 789, 1_800_003_600)
    assert f"?exp=1800003600&sig={expected}" == signed_query(b"key", 789, 1_800_003_600)


@pytest.mark.parametrize(
    "query",
    [
        SIGNED,
        signed_query(OLD, 789, THEN)[1:],
        f"size=grid&{SIGNED}&format=avif",
        f"{SIGNED}?size=thumbnail",
        f"{SIGNED}%3Fsize%3Dthumbnail",
        f"exp=1&sig=2&{SIGNED}",
    ],
)
def test_a_signed_url_is_known(query: str) -> None:
    """By either key, with whatever a page chooses besides, appended as the seed's pages do it."""
    assert THEN == until(query)


@pytest.mark.parametrize(
    ("query", "media_id"),
    [
        ("", 789),
        (SIGNED, 790),
        (signed_query(STRANGE, 789, THEN)[1:], 789),
        (SIGNED.replace("exp=1", "exp=2"), 789),
        (SIGNED.replace("exp=", "exp=0"), 789),
        (SIGNED.replace("exp=", "exp=%2B"), 789),
        (SIGNED.replace("exp=", "exp=9999999999999"), 789),
        (SIGNED.upper(), 789),
        (SIGNED[:-1], 789),
        (SIGNED + "0", 789),
        (f"exp={THEN}", 789),
        (f"exp={THEN}&sig=", 789),
        (f"exp={THEN}&sig=ü%00%FF", 789),
        (SIGNED.replace(f"exp={THEN}&", ""), 789),
        (f"{SIGNED}&sig=0", 789),
        (f"exp=\u0661&sig={signature(NEW, 789, 1)}", 789),
    ],
)
def test_anything_else_is_not(query: str, media_id: int) -> None:
    """Another media, another time, another key, another spelling."""
    assert until(query, media_id) is None


def test_without_a_key_nobody_is_let_in() -> None:
    """Not even by an empty one."""
    assert signed_until([], 789, signed_query(b"", 789, THEN)[1:]) is None


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 127))
def test_no_changed_character_lets_in(at: int, change: int) -> None:
    """Wherever it stands."""
    forged = SIGNED[:at] + chr(ord(SIGNED[at]) ^ change) + SIGNED[at + 1 :]
    says_the_same = dict(parameters(forged)) == dict(parameters(SIGNED))  # a `?` in place of the `&`
    assert (THEN if says_the_same else None) == until(forged)


@given(st.text(max_size=100), st.text(max_size=100))
def test_no_signature_breaks_the_comparison(expires: str, given_signature: str) -> None:
    """Whatever text it is."""
    assert until(f"exp={expires}&sig={given_signature}") is None
    assert until(f"exp={THEN}&sig={given_signature}") is None


@pytest.mark.parametrize(
    ("keep", "who", "expected"),
    [
        (Lifetime(60), None, "public, max-age=60"),
        (Lifetime(60), Admitted(), "private, max-age=60"),
        (Lifetime(60), Admitted(THEN), "private, max-age=60"),
        (Lifetime(7200), Admitted(THEN), "private, max-age=3600"),
        (Lifetime(7200, is_immutable=True), Admitted(THEN), "private, max-age=3600, immutable"),
        (Lifetime(7200), Admitted(NOW - 5), "private, max-age=0"),
    ],
)
def test_what_was_signed_for_is_kept_no_longer(keep: Lifetime, who: Admitted | None, expected: str) -> None:
    """And by no shared cache."""
    assert expected == cache_control(keep, who, NOW)
