"""How many elements librsvg has to draw for a document, every reference to a part of it followed.

A few kilobytes of nested `<use>` or `<pattern>` can stand for millions (librsvg gives up at 500,000, after 16 s of
work): they are followed here, where nothing is drawn, until they are too many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from media_vm.errors import GiveUp
from media_vm.imaging.svg_references import References
from media_vm.imaging.svg_style import keys_of, rules_of

_MOST_ELEMENTS: Final = 100_000
_DEEPEST: Final = 300  # elements within elements, references followed
_A_STOP: Final = 0.1  # of a gradient: a number, nothing that is drawn
_SHAPES: Final = frozenset(
    {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "use", "image"}
)

Paints = frozenset[str]
_NONE: Final[Paints] = frozenset()


@dataclass(eq=False, slots=True)
class _Element:
    """keys: what a selector may know it by. shown: the paints that are in effect where it stands."""

    tag: str
    keys: tuple[str, ...]
    own: References
    within: _Element | None
    inside: list[_Element] = field(default_factory=list)
    shown: Paints = _NONE


class Cost:
    """Counts while a document is read, and follows its references at the end."""

    def __init__(self) -> None:
        self._all: list[_Element] = []
        self._open: list[_Element] = []
        self._named: dict[str, list[_Element]] = defaultdict(list)
        self._rules: dict[str, list[References]] = defaultdict(list)
        self._spent = 0.0
        self._path: set[_Element] = set()

    def enter(self, tag: str, name: str | None, classes: str, own: References) -> None:
        """An element begins, perhaps with an id, and refers to others. GiveUp: one too many."""
        element = _Element(tag.lower(), keys_of(tag, name, classes), own, self._open[-1] if self._open else None)
        self._all.append(element)
        if len(self._all) > _MOST_ELEMENTS:
            raise _too_complex()
        if element.within:
            element.within.inside.append(element)
        if name:
            self._named[name].append(element)
        self._open.append(element)

    def leave(self) -> None:
        """The element that began last ends."""
        self._open.pop()

    def style(self, sheet: str) -> None:
        """A style sheet; it may stand anywhere, and styles all."""
        for key, found in rules_of(sheet):
            self._rules[key].append(found)

    def check(self) -> None:
        """GiveUp: too much to draw."""
        self._spent = 0
        for element in self._all:  # whoever is within another comes after it
            element.shown = self._shown(element, element.within.shown if element.within else _NONE)
        self._spent = 0
        if self._all:
            self._draw(self._all[0], _NONE, 0)

    def _draw(self, element: _Element, paints: Paints, depth: int) -> None:
        """Spend what it takes. paints: those in effect around it, whose own may add to them, for none is surely
        overridden. Whoever refers to itself is drawn once."""
        if element in self._path:
            return
        if depth > _DEEPEST:
            raise GiveUp("too_complex", f"elements within elements more than {_DEEPEST} deep, references followed")
        self._path.add(element)
        self._spend(_A_STOP if element.tag == "stop" else 1)
        shown = self._shown(element, paints)
        if element.tag in _SHAPES:
            self._spend(len(shown))
            self._draw_all(shown, depth)
        for own in self._of(element):
            self._spend(len(own.links))
            self._draw_all(own.links, depth, shown if element.tag == "use" else None)
        for child in element.inside:
            self._draw(child, shown, depth + 1)
        self._path.discard(element)

    def _draw_all(self, names: Iterable[str], depth: int, paints: Paints | None = None) -> None:
        """paints: None where a part inherits from its own place in the document (SVG 2, §14.3), not its user."""
        for name in names:
            for part in self._named.get(name, ()):
                around = part.within.shown if part.within else _NONE
                self._draw(part, around if paints is None else paints | around, depth + 1)

    def _shown(self, element: _Element, paints: Paints) -> Paints:
        own = [one.paints for one in self._of(element) if one.paints]
        if not own:
            return paints
        self._spend(len(paints) + sum(map(len, own)))
        return paints.union(*own).intersection(self._named)

    def _of(self, element: _Element) -> Iterable[References]:
        yield element.own
        for key in element.keys:
            rules = self._rules.get(key, ())
            self._spend(len(rules) * _A_STOP)
            yield from rules

    def _spend(self, elements: float) -> None:
        self._spent += elements
        if self._spent > _MOST_ELEMENTS:
            raise _too_complex()


def _too_complex() -> GiveUp:
    return GiveUp("too_complex", f"more than {_MOST_ELEMENTS} elements, references followed")
