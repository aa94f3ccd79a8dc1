"""Rights as XMP tells them, whatever of RDF/XML's spellings it uses."""

from __future__ import annotations

from typing import Final
from xml.parsers import expat

from media_vm.imaging.rights import DC, IPTC_EXT, PHOTOSHOP, RDF, Rights, checked

_LONGEST: Final = 1_000_000
_FIELDS: Final = {
    f"{DC} rights": "copyright",
    f"{PHOTOSHOP} Credit": "credit",
    f"{DC} creator": "creator",
    f"{IPTC_EXT} DigitalSourceType": "source_type",
}


class _Refused(Exception):
    """It declares entities: no honest packet does."""


def rights_in_xmp(body: bytes) -> Rights:
    """What can be read of a packet, of an SVG's metadata too; nothing of one that is broken."""
    if len(body) > _LONGEST:
        return Rights()
    reader = _Reader()
    try:
        reader.parser.Parse(body.rstrip(b"\0"), True)
    except (expat.ExpatError, LookupError, ValueError, _Refused):
        return Rights()
    return checked(**{name: _joined(name, lines) for name, lines in reader.found.items()})


class _Reader:
    """Collects the text and the attributes of the four fields."""

    def __init__(self) -> None:
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
            if key in _FIELDS:
                self._found(_FIELDS[key], value)
        if self._field is not None:
            self._depth += 1
        elif name in _FIELDS:
            self._field, self._depth = _FIELDS[name], 0
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


def _joined(name: str, lines: list[str]) -> str:
    """Creators are several people; a notice in several languages is said once, in the first."""
    return ", ".join(dict.fromkeys(lines)) if name == "creator" else lines[0]
