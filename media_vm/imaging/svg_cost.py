"""How many elements a drawing has once every reference to a part of it is followed.

A few kilobytes of nested `<use>` can stand for millions (librsvg gives up at 500,000, after 16 s of work): they
are counted, not drawn, to find out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from media_vm.errors import GiveUp

_MOST_ELEMENTS: Final = 100_000
_LONGEST_CHAIN: Final = 50


@dataclass(slots=True)
class _Part:
    """What an element with an id holds: its own elements, and the parts that they refer to."""

    elements: int = 0
    uses: Counter[str] = field(default_factory=Counter)


class Cost:
    """Counts while a document is read."""

    def __init__(self) -> None:
        self._whole = _Part()
        self._parts: dict[str, _Part] = {}
        self._open: list[_Part | None] = []

    def enter(self, name: str | None, uses: list[str]) -> None:
        """An element begins, perhaps with an id, and refers to these ids."""
        part = self._parts.setdefault(name, _Part()) if name else None
        self._open.append(part)
        for holder in (self._whole, *(one for one in self._open if one is not None)):
            holder.elements += 1
            holder.uses.update(uses)

    def leave(self) -> None:
        """The element that began last ends."""
        self._open.pop()

    def check(self) -> None:
        """GiveUp: too much to draw."""
        known: dict[str, int] = {}
        if self._cost(self._whole, known, 0) > _MOST_ELEMENTS:
            raise GiveUp("too_complex", f"more than {_MOST_ELEMENTS} elements, references followed")

    def _cost(self, part: _Part, known: dict[str, int], depth: int) -> int:
        if depth > _LONGEST_CHAIN:
            raise GiveUp("too_complex", f"references to references more than {_LONGEST_CHAIN} deep")
        total = part.elements
        for name, times in part.uses.items():
            if name not in known:
                known[name] = 0  # a part that refers to itself is drawn once
                known[name] = self._cost(self._parts.get(name, _Part()), known, depth + 1)
            total += times * known[name]
        return total
