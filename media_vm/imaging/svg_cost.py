"""How many elements and layers librsvg has to draw for a document, every reference to a part of it followed.

A few kilobytes of nested `<use>` or `<pattern>` can stand for millions (librsvg gives up at 500,000, after 16 s of
work): they are followed here, where nothing is drawn, until they are too many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from media_vm.errors import GiveUp
from media_vm.imaging.svg_layers import layers_when_used, surfaces_held
from media_vm.imaging.svg_references import References
from media_vm.imaging.svg_style import keys_of, rules_of

_MOST_ELEMENTS: Final = 100_000
_DEEPEST: Final = 300  # elements within elements, references followed
_MOST_LAYERS: Final = 400  # 1,000 took 107 of the 120 s that a rendering may take
_MOST_HELD: Final = 12  # surfaces at once: of 23 MB each, in a child of 1.2 GB that takes 0.7 GB without them
_A_STOP: Final = 0.1  # of a gradient: a number, nothing that is drawn
_SHAPES: Final = frozenset(
    {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "use", "image"}
)

_DRAWN_WHEN_USED: Final = frozenset({"defs", "symbol", "filter", "mask", "clippath", "pattern", "marker"})

Paints = frozenset[str]
_NONE: Final[Paints] = frozenset()


@dataclass(eq=False, slots=True)
class _Element:
    """keys: what a selector may know it by. price: its layers, but those of its style. held: surfaces it keeps.
    styles: its own and those of all rules for it. shown: the paints that are in effect where it stands."""

    tag: str
    keys: tuple[str, ...]
    own: References
    within: _Element | None
    price: int
    held: int
    styles: tuple[References, ...] = ()
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
        self._layers = 0
        self._held = 0
        self._is_drawing = True
        self._path: set[_Element] = set()

    def enter(
        self, tag: str, name: str | None, classes: str, own: References, attributes: Mapping[str, str]
    ) -> None:
        """An element begins, perhaps with an id, and refers to others. GiveUp: one too many."""
        tag, within = tag.lower(), self._open[-1] if self._open else None
        price, held = layers_when_used(tag, attributes), surfaces_held(tag, attributes)
        element = _Element(tag, keys_of(tag, name, classes), own, within, price, held)
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
            element.styles = tuple(self._of(element))
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
        with self._surfaces(element):
            self._draw_within(element, self._shown(element, paints), depth)
        self._path.discard(element)

    def _draw_within(self, element: _Element, shown: Paints, depth: int) -> None:
        self._spend(_A_STOP if element.tag == "stop" else 1)
        if element.tag in _SHAPES:
            self._spend(len(shown))
            self._draw_all(shown, depth)
        for own in element.styles:
            self._spend(len(own.links) + _A_STOP)
            self._draw_all(own.links, depth, shown if element.tag == "use" else None)
        was_drawing = self._is_drawing
        for child in element.inside:
            self._is_drawing = was_drawing and child.tag not in _DRAWN_WHEN_USED
            self._draw(child, shown, depth + 1)
        self._is_drawing = was_drawing

    @contextmanager
    def _surfaces(self, element: _Element) -> Iterator[None]:
        """An element's, while it is drawn; a filter keeps those of all its primitives. GiveUp: too many."""
        layers = 0 if element.tag == "stop" else max((one.layers for one in element.styles), default=0)
        held = (layers > 0) + element.held + sum(one.held for one in element.inside if element.tag == "filter")
        if self._is_drawing:
            self._layers += layers + element.price
            self._held += held
        if self._layers > _MOST_LAYERS:
            raise GiveUp("too_complex", f"effects (opacity, filter, mask …) worth more than {_MOST_LAYERS} layers")
        if self._held > _MOST_HELD:
            raise GiveUp("too_complex", f"effects (opacity, filters, masks …) more than {_MOST_HELD} deep")
        yield
        self._held -= held if self._is_drawing else 0

    def _draw_all(self, names: Iterable[str], depth: int, paints: Paints | None = None) -> None:
        """paints: None where a part inherits from its own place in the document (SVG 2, §14.3), not its user."""
        for name in names:
            for part in self._named.get(name, ()):
                around = part.within.shown if part.within else _NONE
                self._draw(part, around if paints is None else paints | around, depth + 1)

    def _shown(self, element: _Element, paints: Paints) -> Paints:
        own = [one.paints for one in element.styles if one.paints]
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
