"""Opening a foreign file: its true type, its header, the limits; and only then its pixels."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import Any, Final

from media_vm.errors import GiveUp, NotThere
from media_vm.imaging.code_points import coded_profile
from media_vm.imaging.codecs import LOADERS, pyvips
from media_vm.imaging.metadata import has, with_rights_alone
from media_vm.imaging.rights_in_files import rights_in_file
from media_vm.imaging.verdicts import decoding
from media_vm.rules.pictures import SourceFacts
from media_vm.rules.validation import HEAD_BYTES, READABLE, Limits, refusal, sniff

_SIDEWAYS: Final = 5  # EXIF orientations 5–8 swap width and height (CIPA DC-008)
_MOST_BANDS: Final = 5  # CMYK and alpha
_SHRINKS: Final = 8  # a JPEG decoder gives an eighth of each side almost for nothing
_STRICT: Final = "fail_on=error"  # libvips 8.18's thumbnail_source drops its own fail_on: tell the loader


def read_facts(path: Path, limits: Limits, allowed: frozenset[str]) -> SourceFacts:
    """What the header tells of a picture within the limits. NotThere, GiveUp, NoRoom."""
    facts = _facts(path, _readable_type(path, limits, allowed), limits)
    refused = refusal(facts, limits)
    if refused is not None:
        raise GiveUp(*refused)
    return facts


def decode(path: Path, facts: SourceFacts, width: int, height: int) -> pyvips.Image:
    """All pixels at once: upright 8-bit sRGB, scaled to width × height, a 4th band only if it matters.

    Shrinks while it loads where the codec can. GiveUp for pixels cut off or corrupt: never half a picture.
    """
    with decoding():
        image = _scaled(path, facts, width, height).colourspace("srgb").cast("uchar")
        return _without_opaque_alpha(with_rights_alone(image, rights_in_file(path, facts.type)))


def require_whole(path: Path, facts: SourceFacts) -> None:
    """All of the file is decoded, to as few pixels as its codec offers. GiveUp for pixels cut off or corrupt."""
    small = decode(path, facts, ceil(facts.width / _SHRINKS), ceil(facts.height / _SHRINKS))
    with decoding():
        small.avg()


def decode_frames(path: Path, facts: SourceFacts, width: int, height: int) -> pyvips.Image:
    """Every frame of an animation at width × height, one below the other, with its timing. GiveUp, NoRoom."""
    with decoding():
        frames = _thumbnail(path, facts, width, height, f"n=-1,{_STRICT}")
        return with_rights_alone(frames.colourspace("srgb").cast("uchar"))


def own_pixels(path: Path, facts: SourceFacts, frame: int = 0) -> pyvips.Image:
    """One frame at the width and height that it is stored in, 8-bit, to be read once from top to bottom.

    Nothing is held in memory, nothing turned upright; colours are those of its own profile.
    """
    if facts.type in LOADERS:
        page = {"page": frame} if frame else {}  # some loaders know of none
        image = getattr(pyvips.Image, LOADERS[facts.type])(_open(path), access="sequential", **page)
    else:
        image = _drawn(path, facts, facts.width, facts.height)
    return image.colourspace("srgb").cast("uchar")


def _scaled(path: Path, facts: SourceFacts, width: int, height: int) -> pyvips.Image:
    if facts.type in LOADERS:
        return _thumbnail(path, facts, width, height, _STRICT)
    image = _drawn(path, facts, width, height)
    return image.thumbnail_image(
        width, height=height, size="force", no_rotate=True, **_conversion(image, path, facts)
    )


def _drawn(path: Path, facts: SourceFacts, width: int, height: int) -> pyvips.Image:
    """What libvips does not read from the file. Imported here: a child that never meets one stays small."""
    if facts.type == "svg":
        from media_vm.imaging.svg import Drawing

        return Drawing(path).pixels(width, height)
    if facts.type == "heic":
        from media_vm.imaging.heic import heic_pixels

        return heic_pixels(path)
    from media_vm.imaging.bmp import bmp_pixels

    return bmp_pixels(path)


def _thumbnail(path: Path, facts: SourceFacts, width: int, height: int, options: str) -> pyvips.Image:
    conversion = _conversion(header(path, facts.type), path, facts)
    image = pyvips.Image.thumbnail_source(
        _open(path), width, height=height, size="force", option_string=options, **conversion
    )
    if image.get("vips-loader") != LOADERS[facts.type]:
        raise GiveUp("corrupt", f"the bytes are not those of one {facts.type}")
    return image


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


def header(path: Path, source_type: str) -> pyvips.Image:
    """What libvips tells of a file before it reads a pixel; of a type that it has a loader for. GiveUp."""
    with decoding():
        return getattr(pyvips.Image, LOADERS[source_type])(_open(path))


def _conversion(image: pyvips.Image, path: Path, facts: SourceFacts) -> dict[str, Any]:
    """Untagged RGB is sRGB already, and a needless transform costs more than the decoding (1.4 s, not 0.2 s).

    Perceptual, as profiles of printing presses ask for and as browsers convert: the relative intent greys their
    blacks (mean ΔE2000 2.9 on an ISO Coated photo). For matrix profiles, Adobe RGB or P3, there is no difference.
    """
    to_srgb = {"output_profile": "srgb", "intent": "perceptual"}
    if has(image, "icc-profile-data"):
        return to_srgb
    coded = coded_profile(path, facts.type)
    return {**to_srgb, "input_profile": coded} if coded else {}


def _open(path: Path) -> pyvips.Source:
    """A source, not a name: libvips would take brackets at the end of a name for options."""
    return pyvips.Source.new_from_file(str(path))


def _facts(path: Path, source_type: str, limits: Limits) -> SourceFacts:
    if source_type == "svg":
        from media_vm.imaging.svg import svg_facts

        return svg_facts(path, limits)
    if source_type == "heic":
        from media_vm.imaging.heic import heic_facts

        return heic_facts(path)
    if source_type == "bmp":
        from media_vm.imaging.bmp import bmp_facts

        return bmp_facts(path)
    return _header_facts(source_type, header(path, source_type))


def _header_facts(source_type: str, header: pyvips.Image) -> SourceFacts:
    if header.bands > _MOST_BANDS:
        raise GiveUp("too_many_channels", f"{header.bands} channels a pixel")
    width, height = header.width, header.height
    if has(header, "orientation") and header.get("orientation") >= _SIDEWAYS:
        width, height = height, width
    frames = header.get("n-pages") if has(header, "n-pages") else 1
    return SourceFacts(source_type, width, height, frames, bool(header.hasalpha()))


def _without_opaque_alpha(image: pyvips.Image) -> pyvips.Image:
    opaque = image.hasalpha() and image[3].min() == 255
    return image.extract_band(0, n=3).copy_memory() if opaque else image
