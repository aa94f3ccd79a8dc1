"""Whose picture it is and how it came to be: all that we keep of a source's metadata, and write into variants.

Copyright, credit and creator, and IPTC's DigitalSourceType, which tells a photograph from a generated picture
(IPTC Photo Metadata Standard 2023.1, §Rights and §Digital Source Type).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, fields
from typing import Final

from media_vm.rules.clean_text import is_seen

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC: Final = "http://purl.org/dc/elements/1.1/"
PHOTOSHOP: Final = "http://ns.adobe.com/photoshop/1.0/"
IPTC_EXT: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"

_LONGEST: Final = 500  # characters; a notice is a line, not a licence text in every thumbnail
_SOURCE_TYPE: Final = re.compile(r"https?://cv\.iptc\.org/newscodes/digitalsourcetype/[A-Za-z]{1,60}/?")
_LOOKED_AT: Final = 5_000  # characters of a text that is to be cut to some hundred


@dataclass(frozen=True, slots=True)
class Rights:
    """None where the source says nothing. source_type: a term of IPTC's vocabulary, as its address."""

    copyright: str | None = None
    credit: str | None = None
    creator: str | None = None
    source_type: str | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    def or_else(self, other: Rights) -> Rights:
        """The same, what is unknown taken from another place."""
        return Rights(*(getattr(self, one.name) or getattr(other, one.name) for one in fields(self)))


def checked(
    copyright: str | None = None,  # noqa: A002 - the standard's own name
    credit: str | None = None,
    creator: str | None = None,
    source_type: str | None = None,
) -> Rights:
    """Foreign words made harmless: one line, of bounded length; a source type only if it is one.

    Words stay whatever they say, addresses too, for a right may be anybody's and told in any words: no model is
    shown them. What would act where they are shown goes: angle brackets, controls, what turns writing round.
    """
    source_type = (source_type or "").strip()
    known = source_type if _SOURCE_TYPE.fullmatch(source_type) else None
    return Rights(_line(copyright), _line(credit), _line(creator), known)


def packet(rights: Rights) -> bytes:
    """A small XMP packet (XMP Part 1: RDF/XML) with nothing else in it, and no processing instruction."""
    attributes = _attribute("photoshop:Credit", rights.credit)
    attributes += _attribute("Iptc4xmpExt:DigitalSourceType", rights.source_type)
    inside = _listed("dc:rights", "Alt", ' xml:lang="x-default"', rights.copyright)
    inside += _listed("dc:creator", "Seq", "", rights.creator)
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about="" '
        f'xmlns:dc="{DC}" xmlns:photoshop="{PHOTOSHOP}" xmlns:Iptc4xmpExt="{IPTC_EXT}"{attributes}>{inside}'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode("ascii", "xmlcharrefreplace")  # libvips writes it into a PNG as Latin-1 text


def _line(text: str | None) -> str | None:
    seen = "".join(one if is_seen(one) and one not in "<>" else " " for one in (text or "")[:_LOOKED_AT])
    return " ".join(seen.split())[:_LONGEST].strip() or None


def _attribute(name: str, text: str | None) -> str:
    return f' {name}="{html.escape(text)}"' if text else ""


def _listed(name: str, kind: str, of: str, text: str | None) -> str:
    if not text:
        return ""
    return f"<{name}><rdf:{kind}><rdf:li{of}>{html.escape(text)}</rdf:li></rdf:{kind}></{name}>"
