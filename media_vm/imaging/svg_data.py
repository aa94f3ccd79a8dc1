"""Raster pictures written out in an SVG, as `data:` addresses (RFC 2397) in Base64."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import unquote_to_bytes

from media_vm.errors import GiveUp
from media_vm.rules.validation import HEAD_BYTES, sniff

_TYPES: Final = frozenset({"png", "jpeg", "gif", "webp"})  # that librsvg draws
_STARTS: Final = tuple(f"data:image/{kind};base64," for kind in (*sorted(_TYPES), "jpg"))
_BLANK: Final = re.compile(rb"\s+")


def is_picture_in_text(reference: str) -> bool:
    """Does it say that a picture of a type that may stand in a drawing follows?"""
    return reference.lstrip()[:64].lower().startswith(_STARTS)


def picture_in(reference: str) -> bytes:
    """The bytes of a picture written out. GiveUp: `corrupt`, also where they are of any type but those."""
    text = _BLANK.sub(b"", unquote_to_bytes(reference.partition(",")[2])).rstrip(b"=")
    try:
        body = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise GiveUp("corrupt", "a picture in the drawing cannot be read") from None
    if sniff(body[:HEAD_BYTES]) not in _TYPES:
        raise GiveUp("corrupt", "a picture in the drawing is none")
    return body
