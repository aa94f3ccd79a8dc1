"""A foreign SVG written anew, so that librsvg sees only what draws: nothing that runs, and nothing from outside.

What a still picture never shows (scripts, handlers, links, animation, foreign markup, editors' notes) is left
out. What it would have to fetch is a reason to refuse it: a drawing without its picture is not what was sent.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from media_vm.errors import GiveUp
from media_vm.imaging.svg_cost import Cost
from media_vm.imaging.svg_data import is_picture_in_text, picture_in
from media_vm.imaging.svg_references import outside_of_style, referenced

_MOST_BYTES: Final = 10_000_000
_DEEPEST: Final = 200
_LONGEST_ENTITY: Final = 2_000
_CUT: Final = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
        expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    }
)
_NEVER_DRAWN: Final = frozenset(
    {"script", "handler", "listener", "foreignobject", "iframe", "audio", "video", "metadata", "title", "desc"}
    | {"include"}  # XInclude: another document, which nobody wrote anew
    | {"set", "animate", "animatecolor", "animatemotion", "animatetransform"}
)
_OUTSIDE = "the drawing asks for something outside its file"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A drawing in UTF-8, and the raster pictures that are written out in it; nobody has looked at their sizes."""

    body: bytes
    pictures: tuple[bytes, ...]


def cleaned(body: bytes) -> Cleaned:
    """The same drawing. GiveUp: `corrupt`, `truncated`, `external_reference`, `too_complex`."""
    if len(body) > _MOST_BYTES:
        raise GiveUp("too_complex", f"a drawing of more than {_MOST_BYTES} bytes")
    writer = _Writer()
    try:
        writer.parser.Parse(body, True)
    except expat.ExpatError as error:
        if error.code in _CUT:
            raise GiveUp("truncated", "the drawing's markup ends early") from None
        raise GiveUp("corrupt", "the drawing's markup cannot be read") from None
    except (LookupError, ValueError):  # an encoding that nobody knows
        raise GiveUp("corrupt", "the drawing's markup cannot be read") from None
    writer.cost.check()
    return Cleaned("".join(writer.out).encode(), tuple(writer.pictures))


class _Writer:
    """Takes expat's events and writes down what may stay."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.pictures: list[bytes] = []
        self._room = _MOST_BYTES * 2  # escapes and shorthands make a text longer
        self.cost = Cost()
        self._open: list[str] = []
        self._hidden = 0
        self._style: list[str] | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self.parser.ProcessingInstructionHandler = self._instruction

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(name)
        if len(self._open) > _DEEPEST:
            raise GiveUp("too_complex", f"elements more than {_DEEPEST} deep")
        if self._hidden or self._style is not None or _local(name) in _NEVER_DRAWN:
            self._hidden += 1
            return
        kept = {key: value for key, value in attributes.items() if _may_stay(name, key)}
        for key, value in kept.items():
            if outside_of_style(value) or (_local(key) == "href" and not _is_inside(value)):
                raise GiveUp("external_reference", _OUTSIDE)
            if _local(key) == "href" and is_picture_in_text(value):
                self.pictures.append(picture_in(value))
        plain = {_local(key): value for key, value in kept.items()}
        own = referenced([(_local(key), value) for key, value in kept.items()])
        name_of = kept.get("id") or kept.get("xml:id")
        self.cost.enter(_local(name), name_of, kept.get("class", ""), own, plain)
        if _local(name) == "style":
            self._style = []
        self._write("".join([f"<{name}", *(f' {k}="{html.escape(v)}"' for k, v in kept.items()), ">"]))

    def _end(self, name: str) -> None:
        self._open.pop()
        if self._hidden:
            self._hidden -= 1
            return
        if self._style is not None:
            style, self._style = "".join(self._style), None
            if outside_of_style(style):
                raise GiveUp("external_reference", _OUTSIDE)
            self.cost.style(style)
        self.cost.leave()
        self._write(f"</{name}>")

    def _text(self, text: str) -> None:
        if self._hidden:
            return
        if self._style is not None:
            self._style.append(text)
        self._write(html.escape(text, quote=False))

    def _write(self, text: str) -> None:
        self._room -= len(text)
        if self._room < 0:
            raise GiveUp("too_complex", "a drawing much longer than its file")
        self.out.append(text)

    def _entity(self, _name: str, _parameter: bool, value: str | None, *_outside: object) -> None:
        """Some editors declare shorthands; expat puts them in. One that leads elsewhere is refused."""
        if value is None:
            raise GiveUp("external_reference", _OUTSIDE)
        if "&" in value or "%" in value or len(value) > _LONGEST_ENTITY:
            raise GiveUp("too_complex", "entities made of entities")

    def _instruction(self, target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise GiveUp("external_reference", _OUTSIDE)


def _may_stay(element: str, attribute: str) -> bool:
    local = _local(attribute)
    is_link = _local(element) == "a" and local == "href"
    return not local.startswith("on") and not is_link and attribute.lower() != "xml:base"


def _is_inside(reference: str) -> bool:
    """A part of this document, or a raster picture written out in it."""
    reference = reference.strip()
    return not reference or reference.startswith("#") or is_picture_in_text(reference)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()
