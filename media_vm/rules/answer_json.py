"""`Seen` and `Told` as JSON text and back, without loss. What comes back is foreign until checked, field by field:
a row may have been written by another version, or by another hand.

    {"kind": "told", "of": {"provider": "openai", "model": "…", "tags": ["sea"], "logo": null, …}}
"""

from __future__ import annotations

import json
import math
import re
import types
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from media_vm.rules.findings import Seen, Told

LONGEST: Final = 4_000_000  # characters of the whole: two raw answers of a size that nobody sends
_LONGEST_TEXT: Final = 50_000
_LONGEST_RAW: Final = 2_000_000
_MOST_THINGS: Final = 2_000
_KINDS: Final[Mapping[str, type[Seen] | type[Told]]] = {"seen": Seen, "told": Told}
_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "left": (0, 1),
    "top": (0, 1),
    "width": (0, 1),
    "height": (0, 1),
    "x": (0, 1),
    "y": (0, 1),
    "confidence": (0, 1),
    "ratio": (0, 1_000),
    "aesthetic": (0, 100),
    "brand_score": (0, 100),
}
_HEX: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_WRITING: Final = frozenset("\n\t\u200d")  # what is allowed of the characters that are not seen


def to_json(answer: Seen | Told) -> str:
    """ASCII. ValueError: it could not be read back."""
    kind = next(name for name, one in _KINDS.items() if isinstance(answer, one))
    text = json.dumps({"kind": kind, "of": _plain(answer)}, allow_nan=False, separators=(",", ":"))
    if from_json(text) != answer:
        raise ValueError("an answer that does not come back as it was")
    return text


def from_json(text: str) -> Seen | Told:
    """ValueError: it is no answer, or not one of this version's."""
    if len(text) > LONGEST:
        raise ValueError("an answer of that length is none")
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise ValueError("an answer of that depth is none") from error
    if not isinstance(document, dict) or document.keys() != {"kind", "of"}:
        raise ValueError("no answer")
    kind = document["kind"]
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError("an answer of no known kind")
    answer = _made(_KINDS[kind], document["of"], kind)
    assert isinstance(answer, Seen | Told)
    return answer


def _plain(value: Any) -> Any:
    """Dictionaries, lists and scalars."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _made(kind: Any, value: object, name: str) -> Any:
    """A value of that type, or ValueError with the field's name."""
    if get_origin(kind) in (Union, types.UnionType):
        (inner,) = (one for one in get_args(kind) if one is not type(None))
        return None if value is None else _made(inner, value, name)
    if get_origin(kind) is tuple:
        return tuple(_made(get_args(kind)[0], one, name) for one in _list(value, name))
    if is_dataclass(kind):
        return _record(kind, value, name)
    return _scalar(kind, value, name)


def _record(kind: Any, value: object, name: str) -> Any:
    if not isinstance(value, dict):
        raise _wrong(name)
    known = {one.name for one in fields(kind)}
    if value.keys() != known:
        raise _wrong(name)
    hints = get_type_hints(kind)
    return kind(**{one: _made(hints[one], value[one], one) for one in known})


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list) or len(value) > _MOST_THINGS:
        raise _wrong(name)
    return value


def _scalar(kind: Any, value: object, name: str) -> Any:
    if issubclass(kind, Enum):
        if type(value) not in (str, int) or value not in {one.value for one in kind}:
            raise _wrong(name)
        return kind(value)
    if kind is float and type(value) is int:
        value = float(value) if abs(value) < _LONGEST_RAW else math.nan
    if type(value) is not kind:
        raise _wrong(name)
    if isinstance(value, str) and not _is_text(value, name):
        raise _wrong(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and not _is_in_range(value, name):
        raise _wrong(name)
    return value


def _is_text(text: str, name: str) -> bool:
    """Of a sane length, and nothing in it that is not seen; what is raw is never shown, and only measured."""
    if name == "raw":
        return len(text) <= _LONGEST_RAW
    if name == "hex":
        return _HEX.fullmatch(text) is not None
    return len(text) <= _LONGEST_TEXT and all(map(_is_seen, text))


def _is_seen(character: str) -> bool:
    return character in _WRITING or not unicodedata.category(character).startswith("C")


def _is_in_range(number: float, name: str) -> bool:
    least, most = _RANGES.get(name, (-math.inf, math.inf))
    return math.isfinite(number) and least <= number <= most


def _wrong(name: str) -> ValueError:
    return ValueError(f"`{name}` of a kept answer is not what it should be")
