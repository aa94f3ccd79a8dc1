"""Rights as EXIF (CIPA DC-008, §4.6) and IPTC-IIM (version 4.2, in Photoshop's image resources) tell them."""

from __future__ import annotations

from mmap import mmap
from typing import Final

from media_vm.imaging.rights import Rights, checked
from media_vm.imaging.tag_texts import exif_texts, iptc_texts, tiff_texts

_ARTIST: Final = 0x013B
_COPYRIGHT: Final = 0x8298
_TAGS: Final = (_ARTIST, _COPYRIGHT)
_BYLINE, _CREDIT, _NOTICE = 80, 110, 116  # datasets of IIM's record 2


def rights_in_exif(body: bytes) -> Rights:
    """From the first directory of an EXIF block."""
    return _rights(dict(exif_texts(body, _TAGS)))


def rights_in_tiff(body: bytes | mmap) -> Rights:
    """From the first directory of a whole TIFF."""
    return _rights(dict(tiff_texts(body, _TAGS)))


def rights_in_iptc(body: bytes) -> Rights:
    """From an IIM stream, bare or in Photoshop's wrapping."""
    lines = {dataset: ", ".join(texts) for dataset, texts in iptc_texts(body).items()}
    return checked(copyright=lines.get(_NOTICE), credit=lines.get(_CREDIT), creator=lines.get(_BYLINE))


def _rights(tags: dict[int, str]) -> Rights:
    return checked(copyright=tags.get(_COPYRIGHT), creator=tags.get(_ARTIST))
