"""Texts in an XMP packet, whatever of RDF/XML's spellings it uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.parsers import expat

from media_vm.imaging.rights import RDF

_LONGEST: Final = 1_000_000  # bytes of a packet that is read


class _Refused(Exception):
    """It declares entities: no honest packet does."""


def texts_in_xmp(body: bytes, fields: Mapping[str, str]) -> dict[str, list[str]]:
    """What is found of these elements, of an SVG's metadata too; nothing of a packet that is broken.

    fields: what to call each, by its namespace and name.
    """
    if len(body) > _LONGEST:
        return {}
    reader = _Reader(fields)
    try:
        reader.parser.Parse(body.rstrip(b"\0"), True)
    except (expat.ExpatError, LookupError, ValueError, _Refused):
        return {}
    return reader.found


class _Reader:
    """Collects the text and the attributes of some elements."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields
        self.found: dict[str, list[str]] = {}
        self._field: str | None = None
        self._depth = 0
        self._text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._take
        self.parser.EntityDeclHandler = self._entity

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key in self._fields:
                self._found(self._fields[key], value)
        if self._field is not None:
            self._depth += 1
        elif name in self._fields:
            self._field, self._depth = self._fields[name], 0
            self._found(self._field, attributes.get(f"{RDF} resource", ""))

    def _end(self, _name: str) -> None:
        if self._field is None:
            return
        text, self._text = "".join(self._text), []
        self._found(self._field, text)
        if self._depth == 0:
            self._field = None
        self._depth -= 1

    def _take(self, text: str) -> None:
        if self._field is not None:
            self._text.append(text)

    def _found(self, field: str, text: str) -> None:
        if text.strip():
            self.found.setdefault(field, []).append(text.strip())

    def _entity(self, *_declared: object) -> None:
        raise _Refused
