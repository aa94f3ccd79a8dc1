"""Rights as XMP tells them."""

from __future__ import annotations

from typing import Final

from media_vm.imaging.rights import DC, IPTC_EXT, PHOTOSHOP, Rights, checked
from media_vm.imaging.xmp import texts_in_xmp

_FIELDS: Final = {
    f"{DC} rights": "copyright",
    f"{PHOTOSHOP} Credit": "credit",
    f"{DC} creator": "creator",
    f"{IPTC_EXT} DigitalSourceType": "source_type",
}


def rights_in_xmp(body: bytes) -> Rights:
    """What can be read of a packet, of an SVG's metadata too; nothing of one that is broken."""
    found = texts_in_xmp(body, _FIELDS)
    return checked(**{name: _joined(name, lines) for name, lines in found.items()})


def _joined(name: str, lines: list[str]) -> str:
    """Creators are several people; a notice in several languages is said once, in the first."""
    return ", ".join(dict.fromkeys(lines)) if name == "creator" else lines[0]
