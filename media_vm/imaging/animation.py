"""An animation's `detail`: all its frames in one animated WebP."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from media_vm.errors import NoRoom
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.source import decode_frames
from media_vm.rules.pictures import SourceFacts

_CHUNK: Final = slice(12, 16)  # WebP container specification: RIFF header, then VP8X and its flags
_FLAGS: Final = 20
_ALPHA: Final = 0x10


def animated_webp(path: Path, facts: SourceFacts, width: int, height: int, quality: int | None) -> bytes:
    """All frames at width × height, timed and repeated as in the source. GiveUp, NoRoom.

    quality: the setting Q, None for no loss. Effort 2: frames are many; on 20 frames of 320 × 143 px it takes
    0.1 s where effort 4 takes 0.3 s.
    """
    frames = decode_frames(path, facts, width, height)
    loss: dict[str, Any] = {"lossless": True} if quality is None else {"Q": quality}
    try:
        body = bytearray(frames.webpsave_buffer(effort=2, keep="xmp", page_height=height, **loss))
    except pyvips.Error:
        raise NoRoom("encoder_failed", "the webp encoder failed on a sound animation") from None
    if frames.hasalpha() and body[_CHUNK] == b"VP8X":
        body[_FLAGS] |= _ALPHA  # libwebp leaves it out where it could cut off all that is see-through
    return bytes(body)
