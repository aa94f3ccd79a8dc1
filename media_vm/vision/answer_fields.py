"""Types of the fields of a model's answer: the schema tells the model what we want, these take what came.

A number out of its range is clamped, a word that is none of ours becomes `other`, NaN is null, a list is cut. What
is of another type altogether is refused, so that the model is asked once more.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator

_Word = TypeVar("_Word", bound=StrEnum)
_MOST_ITEMS: Final = 200
_MOST_CHARACTERS: Final = 40_000


def _text(value: object) -> object:
    if isinstance(value, str):
        return value[:_MOST_CHARACTERS]
    raise ValueError("should be a text")


def _text_or_none(value: object) -> object:
    return None if value is None else _text(value)


def _texts(value: object) -> object:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError("should be a list of texts")
    return [one[:_MOST_CHARACTERS] for one in value[:_MOST_ITEMS] if isinstance(one, str)]


def _bool_or_none(value: object) -> object:
    return value if isinstance(value, bool) else None


def number(value: object, least: float, most: float) -> float | None:
    """Within its range; None: unknown, or NaN. ValueError: no number at all."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("should be a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf if str(value)[0] != "-" else -math.inf
    except ValueError:
        raise ValueError("should be a number") from None
    return None if math.isnan(found) else min(max(found, least), most)


def _score(value: object) -> object:
    found = number(value, 0, 100)
    return None if found is None else round(found)


def _share(value: object) -> object:
    return number(value, 0, 1)


def word(kind: type[_Word], fallback: _Word | None) -> Callable[[object], object]:
    """A validator: one of these words however it is spelled, else the fallback."""
    spelled = {_key(one.value): one for one in kind} | {_key(one.name): one for one in kind}

    def read(value: object) -> object:
        return spelled.get(_key(value), fallback) if isinstance(value, str) else fallback

    return read


def words(kind: type[_Word]) -> Callable[[object], object]:
    """A validator: those of a list that are of these words, each once."""
    read = word(kind, None)

    def read_all(value: object) -> object:
        if value is None:
            return []
        if not isinstance(value, list):
            raise ValueError("should be a list of words")
        return list(dict.fromkeys(one for one in map(read, value[:_MOST_ITEMS]) if one is not None))

    return read_all


def objects(value: object) -> Any:
    """Those of a list that are objects; none for null."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError("should be a list of objects")
    return [one for one in value[:_MOST_ITEMS] if isinstance(one, dict)]


def object_or_none(value: object) -> Any:
    """An object, else unknown."""
    return value if isinstance(value, dict) else None


def _key(text: str) -> str:
    return " ".join(text[:100].casefold().replace("_", " ").replace("-", " ").split())


Text = Annotated[str, BeforeValidator(_text)]
MaybeText = Annotated[str | None, BeforeValidator(_text_or_none)]
Texts = Annotated[list[str], BeforeValidator(_texts)]
Score = Annotated[int | None, BeforeValidator(_score)]
Share = Annotated[float | None, BeforeValidator(_share)]
MaybeBool = Annotated[bool | None, BeforeValidator(_bool_or_none)]
