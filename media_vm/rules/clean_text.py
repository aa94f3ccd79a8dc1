"""Texts from outside made harmless: of a provider's answer, of a picture's metadata, of a main API's context.

A reader may put them into a page, a log or a prompt. So nothing in them may act: no markup, no address, and no
character that is not seen or turns the writing round. What reads like an order to a model is kept, and told.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_READ_AT_MOST: Final = 20_000  # characters of a text that is to be cut to some hundred
_MARKUP: Final = re.compile(r"<[^<>]{0,2000}>")
_ADDRESS: Final = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.)\S+|\b(?:javascript|data|vbscript):\S+", re.IGNORECASE
)
# Python reads no number of thousands of digits, and none of these names a character.
_ENDLESS_REFERENCE: Final = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")
_MODEL: Final = r"(?:an? |the )?(?:ai|assistant|chatbot|model|system|admin\w*|developer)\b"
_ORDER: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,60}"
    r"\b(?:instructions?|prompts?|guidelines?|system messages?"
    r"|(?:your|previous|prior|above) rules|(?:rules|everything) above)\b"
    rf"|\byou are now (?:an?|in|free|admin\w*)\b|\b(?:act as|pretend to be|pretend you are) {_MODEL}"
    r"|\b(?:new instructions?|system prompt|developer mode|jailbreak)\b"
    r"|\b(?:set|rate|give|assign|return|output)\b[^.\n]{0,30}\b(?:quality|confidence|rating|score|safety|verdict)\b"
    r"[^.\n]{0,20}\b(?:100|highest|maximum|max|allow|approved?)\b"
    r"|\b(?:rate|give|score|assign) (?:it|this|the (?:picture|image|photo|work))\b[^.\n]{0,20}"
    r"\b(?:100|highest|maximum|max|top)\b"
    r"|\b(?:respond|answer|reply) (?:only )?with (?:only|exactly|json|allow|100|the words?|the following)\b",
    re.IGNORECASE,
)


def clean(text: object, most: int) -> str | None:
    """At most so many characters of it, on one line, none of which acts; None: nothing is left, or no text."""
    if not isinstance(text, str):
        return None
    seen = html.unescape(_ENDLESS_REFERENCE.sub(" ", text[:_READ_AT_MOST]))
    seen = _ADDRESS.sub(" ", _MARKUP.sub(" ", seen)).replace("<", " ").replace(">", " ")
    seen = unicodedata.normalize("NFC", "".join(one if is_seen(one) else " " for one in seen))
    return cut(" ".join(seen.split()), most) or None


def clean_each(texts: object, most: int, how_many: int) -> tuple[str, ...]:
    """The same of a list, each once, whatever else is in it left out."""
    if not isinstance(texts, Iterable) or isinstance(texts, str | bytes | dict):
        return ()
    cleaned: dict[str, str] = {}
    for text in texts:
        if (one := clean(text, most)) is not None:
            cleaned.setdefault(one.casefold(), one)
        if len(cleaned) == how_many:
            break
    return tuple(cleaned.values())


def cut(text: str, most: int) -> str:
    """At most so many characters, at the end of a word where one is near."""
    if len(text) <= most:
        return text
    head = text[:most]
    at = head.rfind(" ")
    return (head[:at] if at > most * 0.8 else head).rstrip()


def is_an_order(text: str | None) -> bool:
    """Does it read as if it were to make a model do something? Never proof, always worth a look."""
    return bool(text and _ORDER.search(" ".join(text[:_READ_AT_MOST].split())))


def is_seen(character: str) -> bool:
    """No control, format (bidi, zero width), surrogate, private or unassigned character; joiners have their
    use."""
    return character in "\u200c\u200d" or not unicodedata.category(character).startswith("C")
