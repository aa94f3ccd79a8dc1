"""Texts in pieces, as BERT's own tokenizer has them."""

from __future__ import annotations

import pytest

from media_vm.vision.wordpiece import WordPiece

WORDS = [
    "[UNK]",
    "storm",
    "sea",
    "##side",
    "##s",
    "cafe",
    "café",
    "Café",
    ".",
    ",",
    "$",
    "!",
    "雨",
    "天",
    "un",
    "##a",
]
PIECES = WordPiece({word: number for number, word in enumerate(WORDS)})


def said(text: str, pieces: WordPiece = PIECES, most: int = 100) -> list[str]:
    return [WORDS[number] for number in pieces.numbers(text, most)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\r\n\u3000", []),
        ("storm  sea", ["storm", "sea"]),
        ("Seaside STORMS", ["sea", "##side", "storm", "##s"]),
        ("storm,sea...sea$sea!", ["storm", ",", "sea", ".", ".", ".", "sea", "$", "sea", "!"]),
        ("Café cafe\u0301", ["cafe", "cafe"]),
        ("雨天sea", ["雨", "天", "sea"]),
        ("se\u200ba\x00\ufffd\ue000", ["sea"]),
        ("seasick una", ["[UNK]", "un", "##a"]),
        ("un" + "a" * 98, ["un", *["##a"] * 98]),
        ("un" + "a" * 99, ["[UNK]"]),
        ("unknown", ["[UNK]"]),
    ],
    ids=lambda one: ascii(one)[:30],
)
def test_the_longest_known_pieces(text: str, expected: list[str]) -> None:
    """From the left; a word of which a part is unknown is unknown; what is not seen is not there."""
    assert expected == said(text)


def test_capitals_and_accents_are_kept_where_the_model_has_them() -> None:
    """As its tokenizer says."""
    cased = WordPiece(PIECES.vocabulary, is_lower=False, strips_accents=False)
    lower = WordPiece(PIECES.vocabulary, is_lower=True, strips_accents=False)

    assert (["Café"], ["café"], ["[UNK]"]) == (said("Café", cased), said("Café", lower), said("Storm", cased))
    assert ["Café"] == said("Cafe\u0301", cased)


def test_no_more_pieces_than_asked() -> None:
    """Though a word be cut."""
    assert ["storm", "sea"] == said("storm seaside", most=2)
    assert [] == said("storm", most=0)
