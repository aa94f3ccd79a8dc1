"""Which variant answers a request, and whether that answer hangs on the `Accept` header (contract §8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from media_vm.rules.accept import MODERN, accepted_formats
from media_vm.rules.asked import Asked
from media_vm.rules.pictures import Background, DataType, Format, Size, Variant
from media_vm.rules.shown import Shown
from media_vm.rules.sizes import fallback_order

Fallback = Literal["size", "bg"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The variant to send; fallback: what it is not as asked (`bg` outweighs `size`).

    is_negotiated: `Accept` was read for it, so every answer made of it must carry `Vary: Accept`.
    """

    variant: Variant
    fallback: Fallback | None
    is_negotiated: bool


def choose(shown: Shown, asked: Asked, accept: str, logo_background: Background) -> Choice | None:
    """The best variant there is: background first, then size, then format; None when there is none.

    A format that was not kept is no fallback: the next one stands in for it under its true type.
    """
    faced = faced_as(shown, asked.background, logo_background)
    sized = _at_nearest_size(faced or shown.variants, asked.size)
    if not sized:
        return None
    # The one place that reads `Accept` is the one place that decides `Vary`: the two cannot drift.
    is_negotiated = asked.format is None
    wanted = accepted_formats(accept) if asked.format is None else _from(asked.format)
    variant = min(sized, key=lambda variant: _rank(variant.format, wanted))
    if not faced:
        return Choice(variant, "bg", is_negotiated)
    return Choice(variant, None if variant.size is asked.size else "size", is_negotiated)


def faced_as(shown: Shown, asked: Background | None, logo_background: Background) -> list[Variant]:
    """The variants of one face: the URL's, else the owner's, else the setting's for logos; others have one."""
    default = logo_background if shown.data_type is DataType.LOGO else Background.ORIGINAL
    face = asked or shown.background_choice or default
    return [variant for variant in shown.variants if variant.background is face]


def _at_nearest_size(variants: Iterable[Variant], size: Size) -> list[Variant]:
    by_size: dict[Size, list[Variant]] = {}
    for variant in variants:
        by_size.setdefault(variant.size, []).append(variant)
    return next((by_size[near] for near in (size, *fallback_order(size)) if near in by_size), [])


def _from(asked: Format) -> frozenset[Format]:
    """An asked format and the more widely readable ones after it."""
    formats = list(Format)
    return frozenset(formats[formats.index(asked) :])


def _rank(kept: Format, wanted: frozenset[Format]) -> tuple[bool, bool, int]:
    """A modern format that nobody wants comes last; of the others the wanted first, the newest of them."""
    return kept in MODERN - wanted, kept not in wanted, list(Format).index(kept)
