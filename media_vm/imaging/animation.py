"""An animation's `detail`: all its frames in one animated WebP, as good as the busiest of them needs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

from media_vm.errors import NoRoom
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.crew import crew, in_parallel
from media_vm.imaging.encode import encoded
from media_vm.imaging.graphics import is_drawing
from media_vm.imaging.looks import ANCHOR_PIXELS, qualities
from media_vm.imaging.source import decode_frames
from media_vm.rules.pictures import DataType, Format, SourceFacts
from media_vm.rules.quality import Aims
from media_vm.rules.sizes import Method
from media_vm.rules.worth import kind_of

_CHUNK: Final = slice(12, 16)  # WebP container specification: RIFF header, then VP8X and its flags
_FLAGS: Final = 20
_ALPHA: Final = 0x10


def animated_webp(
    path: Path, facts: SourceFacts, width: int, height: int, data_type: DataType, aims: Aims
) -> bytes:
    """All frames at width × height, timed and repeated as in the source. GiveUp, NoRoom.

    Effort 2: frames are many; on 20 frames of 320 × 143 px it takes 0.1 s where effort 4 takes 0.3 s.
    """
    frames = decode_frames(path, facts, width, height)
    number, busiest = _busiest(frames, height)
    quality = _quality(busiest, data_type, aims, is_graphic=_is_drawing(path, facts, busiest, number))
    loss: dict[str, Any] = {"lossless": True} if quality is None else {"Q": quality}
    try:
        body = bytearray(frames.webpsave_buffer(effort=2, keep="xmp", page_height=height, **loss))
    except pyvips.Error:
        raise NoRoom("encoder_failed", "the webp encoder failed on a sound animation") from None
    if frames.hasalpha() and body[_CHUNK] == b"VP8X":
        body[_FLAGS] |= _ALPHA  # libwebp leaves it out where it could cut off all that is see-through
    return bytes(body)


def _busiest(frames: pyvips.Image, height: int) -> tuple[int, pyvips.Image]:
    """Of the first frame, the middle one and that at two thirds the one of most bytes, and its number from 0.

    Many an animation fades in from a blank frame, which tells nothing of the others.
    """
    count = frames.height // height
    looked_at = {number: _frame(frames, height, number) for number in (0, count // 2, count * 2 // 3)}
    with crew() as threads:
        bodies = in_parallel({n: partial(encoded, one, Format.WEBP) for n, one in looked_at.items()}, threads)
    number = max(bodies, key=lambda one: len(bodies[one]))
    return number, looked_at[number]


def _frame(frames: pyvips.Image, height: int, number: int) -> pyvips.Image:
    """A picture of its own, without the animation's timing, which an encoder would take for its."""
    frame = frames.crop(0, number * height, frames.width, height)
    pixels = frame.write_to_memory()
    bare = pyvips.Image.new_from_memory(pixels, frame.width, frame.height, frame.bands, "uchar")
    return bare.copy(interpretation="srgb")


def _is_drawing(path: Path, facts: SourceFacts, frame: pyvips.Image, number: int) -> bool:
    scale = min(1.0, (ANCHOR_PIXELS / (frame.width * frame.height)) ** 0.5)
    anchor = frame.thumbnail_image(max(1, round(frame.width * scale))).copy_memory()
    return is_drawing(path, facts, frame, anchor, number)


def _quality(frame: pyvips.Image, data_type: DataType, aims: Aims, *, is_graphic: bool) -> int | None:
    """The setting Q that this frame needs; None for no loss."""
    if kind_of(data_type, needs_png=False, is_graphic=is_graphic).loses_nothing:
        return None
    look = Method.FIT, frame.width, frame.height
    with crew() as threads:
        aim = aims.of(is_graphic=is_graphic)  # all frames are encoded anew: no trial of one is of use
        chosen = qualities({look: frame}, (Format.WEBP,), aim, threads, keeps_trials=False)
    return chosen[look, Format.WEBP]
