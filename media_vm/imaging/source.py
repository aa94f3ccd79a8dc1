"""Opening a foreign file: its true type, its header, the limits; and only then its pixels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from media_vm.errors import GiveUp, NoRoom, NotThere, StepFailed
from media_vm.imaging.codecs import LOADERS, pyvips
from media_vm.rules.pictures import SourceFacts
from media_vm.rules.validation import HEAD_BYTES, READABLE, Limits, refusal, sniff

_SIDEWAYS: Final = 5  # EXIF orientations 5–8 swap width and height (CIPA DC-008)
_MOST_BANDS: Final = 5  # CMYK and alpha
_STRICT: Final = "fail_on=error"  # libvips 8.18's thumbnail_source drops its own fail_on: tell the loader
_NO_MEMORY: Final = ("out of memory", "unable to allocate", "memory allocation")
_CUT: Final = ("premature end", "truncated", "unexpected end", "end of file", "end of data")


def read_facts(path: Path, limits: Limits, allowed: frozenset[str]) -> SourceFacts:
    """What the header tells of a picture within the limits. NotThere, GiveUp, NoRoom."""
    source_type = _readable_type(path, limits, allowed)
    header = _header(path, source_type)
    facts = _facts(source_type, header)
    refused = refusal(facts, limits)
    if refused is None and header.bands > _MOST_BANDS:
        refused = "too_many_channels", f"{header.bands} channels a pixel"
    if refused is not None:
        raise GiveUp(*refused)
    return facts


def decode(path: Path, facts: SourceFacts, width: int, height: int) -> pyvips.Image:
    """All pixels at once: upright 8-bit sRGB, scaled to width × height, a 4th band only if it matters.

    Shrinks while it loads where the codec can. GiveUp for pixels cut off or corrupt: never half a picture.
    """
    conversion = {"output_profile": "srgb"} if _needs_conversion(_header(path, facts.type)) else {}
    with _decoding():
        image = pyvips.Image.thumbnail_source(
            _open(path), width, height=height, size="force", option_string=_STRICT, **conversion
        )
        if image.get("vips-loader") != LOADERS[facts.type]:
            raise GiveUp("corrupt", f"the bytes are not those of one {facts.type}")
        return _without_opaque_alpha(image.colourspace("srgb").cast("uchar").copy_memory())


@contextmanager
def _decoding() -> Iterator[None]:
    """Translate what libvips says of foreign bytes; its own words may hold a path, so they stay here."""
    try:
        yield
    except pyvips.Error as error:
        raise _verdict(str(error).lower()) from None


def _verdict(words: str) -> StepFailed:
    if any(phrase in words for phrase in _NO_MEMORY):
        return NoRoom("out_of_memory", "decoding needs more memory than a child may have")
    if any(phrase in words for phrase in _CUT):
        return GiveUp("truncated", "the picture's data ends early")
    return GiveUp("corrupt", "the picture's data cannot be decoded")


def _readable_type(path: Path, limits: Limits, allowed: frozenset[str]) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise NotThere("empty", "the file has no bytes")
    source_type = sniff(head)
    if source_type is None:
        raise NotThere("not_a_picture", "the bytes do not begin as a picture")
    if source_type not in READABLE:
        raise GiveUp("unsupported_type", f"{source_type} cannot be read here")
    if source_type not in allowed:
        raise GiveUp("type_not_allowed", f"{source_type} is not among the allowed types")
    if path.stat().st_size > limits.bytes:
        raise GiveUp("too_many_bytes", f"more than {limits.bytes} bytes")
    return source_type


def _header(path: Path, source_type: str) -> pyvips.Image:
    with _decoding():
        return getattr(pyvips.Image, LOADERS[source_type])(_open(path))


def _needs_conversion(header: pyvips.Image) -> bool:
    """Untagged RGB is sRGB already, and a needless transform costs more than the decoding (1.4 s, not 0.2 s)."""
    return "icc-profile-data" in header.get_fields()


def _open(path: Path) -> pyvips.Source:
    """A source, not a name: libvips would take brackets at the end of a name for options."""
    return pyvips.Source.new_from_file(str(path))


def _facts(source_type: str, header: pyvips.Image) -> SourceFacts:
    width, height = header.width, header.height
    if "orientation" in header.get_fields() and header.get("orientation") >= _SIDEWAYS:
        width, height = height, width
    frames = header.get("n-pages") if "n-pages" in header.get_fields() else 1
    return SourceFacts(source_type, width, height, frames, bool(header.hasalpha()))


def _without_opaque_alpha(image: pyvips.Image) -> pyvips.Image:
    opaque = image.hasalpha() and image[3].min() == 255
    return image.extract_band(0, n=3).copy_memory() if opaque else image
