"""BERT's tokenizer: words, then the longest pieces of them that the vocabulary has.

Own code: the library `tokenizers` is 10 MB of Rust for what one kind of model in one optional setting needs. As in
BERT's own tokenization.py: control characters go, every CJK character and punctuation mark is a word of its own,
and a word of which some part is unknown is unknown as a whole.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

LONGEST_WORD: Final = 100  # characters; a longer one is unknown
_CJK: Final = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F)),
    *((0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)


@dataclass(frozen=True, slots=True)
class WordPiece:
    """vocabulary: the number of each piece; one that goes on a word begins with `##`."""

    vocabulary: Mapping[str, int]
    is_lower: bool = True
    strips_accents: bool = True
    unknown: str = "[UNK]"

    def numbers(self, text: str, most: int) -> list[int]:
        """The text's first pieces, at most so many; neither [CLS] nor [SEP] are among them."""
        found: list[int] = []
        for word in self._words(text):
            found.extend(self._pieces(word))
            if len(found) >= most:
                break
        return found[:most]

    def _words(self, text: str) -> Iterator[str]:
        for word in _spaced(text).split():
            plain = word.lower() if self.is_lower else word
            yield from _parted(_without_accents(plain) if self.strips_accents else plain)

    def _pieces(self, word: str) -> list[int]:
        """From the left the longest that is known."""
        unknown = self.vocabulary[self.unknown]
        if len(word) > LONGEST_WORD:
            return [unknown]
        pieces, start = list[int](), 0
        while start < len(word):
            prefix = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in self.vocabulary), None)
            if end is None:
                return [unknown]
            pieces.append(self.vocabulary[prefix + word[start:end]])
            start = end
        return pieces


def _spaced(text: str) -> str:
    """Without what is not seen, and with a space around each CJK character."""
    return "".join(_shown(one) for one in unicodedata.normalize("NFC", text))


def _shown(one: str) -> str:
    if one in "\t\n\r" or unicodedata.category(one) == "Zs":
        return " "
    if one == "\ufffd" or unicodedata.category(one).startswith("C"):
        return ""
    return f" {one} " if any(first <= ord(one) <= last for first, last in _CJK) else one


def _without_accents(word: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", word) if unicodedata.category(one) != "Mn")


def _parted(word: str) -> Iterator[str]:
    """Every punctuation mark by itself."""
    part = ""
    for one in word:
        if _is_punctuation(one):
            if part:
                yield part
            yield one
            part = ""
        else:
            part += one
    if part:
        yield part


def _is_punctuation(one: str) -> bool:
    """All ASCII that is neither letter, digit nor space counts, `$` and `^` too."""
    return (one.isascii() and not one.isalnum()) or unicodedata.category(one).startswith("P")
