"""Price lists on disk: ours, and an operator's."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_vm.errors import WrongUse
from media_vm.price_file import read_prices
from media_vm.rules.findings import Provider
from media_vm.rules.google_features import DEFAULT_FEATURES
from media_vm.rules.pictures import DataType
from media_vm.rules.prices import most_of_model, one_picture


def test_one_picture_at_the_shipped_prices() -> None:
    """Labels, text, properties and objects; safe search and crop hints go along free; logos for a logo alone."""
    product, logo = (
        one_picture(kind, DEFAULT_FEATURES, read_prices()) for kind in (DataType.PRODUCT, DataType.LOGO)
    )

    assert (1500 * 3 + 2250, 1500 * 4 + 2250) == (product["google"], logo["google"])
    assert 3000 * 0.75 + 800 * 4.5 == product["openai gpt-5.4-mini"]
    assert "openai text-embedding-3-small" not in product


def test_an_operators_list_replaces_what_it_names(tmp_path: Path) -> None:
    """The rest is ours."""
    (tmp_path / "prices.toml").write_text('as_of = 2027-01-01\n[openai."gpt-5.4-mini"]\ninput = 9\noutput = 0\n')
    prices = read_prices(tmp_path / "prices.toml")

    assert 9 == most_of_model(Provider.OPENAI, "gpt-5.4-mini", 1, 1, prices)
    assert 18 == most_of_model(Provider.OPENAI, "gpt-5.4", 1, 1, prices)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"as_of = ", "cannot be used"),
        (b"\xff\xfe", "cannot be used"),
        (b"a = " + b"[" * 5000, "cannot be used"),
        (b"#" * 1_000_001, "larger than"),
    ],
    ids=["missing", "no TOML", "no UTF-8", "deep", "huge"],
)
def test_a_list_that_is_none_is_one_sentence(tmp_path: Path, content: bytes | None, says: str) -> None:
    """With the file's name, and no stack trace."""
    if content is not None:
        (tmp_path / "mine.toml").write_bytes(content)

    with pytest.raises(WrongUse, match=rf"price list mine.toml.*{says}"):
        read_prices(tmp_path / "mine.toml")
