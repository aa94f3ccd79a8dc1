"""The parts of an analysis that a column holds as JSON, and back; members unknown to this version stay out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

from media_vm.rules.analysis import Focal, FocalSource, Safety, Verdict
from media_vm.rules.findings import Box, Likelihood, Thing
from media_vm.rules.pictures import FocalPoint
from media_vm.rules.raw_answers import as_text

_Value = TypeVar("_Value")

_LIKELIHOODS = ("adult", "violence", "racy", "medical", "spoof")


def listed(values: Sequence[Any]) -> list[Any] | None:
    """A list of words or of values; nothing is NULL."""
    return [one if isinstance(one, str) else asdict(one) for one in values] or None


def value_of(kind: type[_Value], stored: Mapping[str, Any]) -> _Value:
    """One of our values, its lists as tuples."""
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]  # a dataclass, which TypeVar cannot say
    return kind(
        **{name: tuple(one) if isinstance(one, list) else one for name, one in stored.items() if name in known}
    )


def things_of(stored: Sequence[Mapping[str, Any]] | None) -> tuple[Thing, ...]:
    """Objects with their boxes."""
    pairs = [(one, one.get("box")) for one in stored or ()]
    return tuple(Thing(one["name"], one["confidence"], value_of(Box, box) if box else None) for one, box in pairs)


def safety_of(stored: Mapping[str, Any]) -> Safety:
    """As `shown_analysis.safety_body` wrote it."""
    likely = {name: Likelihood[str(stored[name]).upper()] for name in _LIKELIHOODS}
    flags, source = tuple(stored["flags"]), stored["source"]
    return Safety(Verdict(stored["verdict"]), source, **likely, flags=flags)


def focal_of(x: float | None, y: float | None, source: str | None) -> Focal | None:
    """Somebody's focal point; None: saliency's."""
    if x is None or y is None or source in (None, FocalSource.SALIENCY):
        return None
    return Focal(FocalPoint(x, y), FocalSource(source))


def raw(text: str | None) -> Any:
    """A raw answer for its column."""
    return None if text is None else json.loads(text)


def raw_of(stored: Any) -> str | None:
    """And back."""
    return None if stored is None else as_text(stored)
