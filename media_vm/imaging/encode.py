"""One image to the bytes of one format: sRGB without a profile, settings in one place.

`keep="xmp"` writes what `metadata.py` left on the image: whose picture it is, or nothing.

Measured with libvips 8.18.7 on five photographs at 1200 px, each setting at its own Q for the same SSIMULACRA2
(docs/quality.md has the table). AVIF effort 0, 1, 2, 4: 0.05, 0.18, 0.3, 2.8 CPU seconds a picture, 105, 100, 99,
94 % of the bytes. WebP effort 0, 2, 4, 6: 0.03, 0.05, 0.1, 0.25 s, 112, 100, 96, 93 %. JPEG with quantisation
table 2 instead of 3 or the standard's: −4 %, −7 %; trellis −2 % for four times the time.
"""

from __future__ import annotations

from typing import Any, Final

from media_vm.errors import NoRoom
from media_vm.imaging.codecs import pyvips
from media_vm.rules.pictures import Format
from media_vm.rules.quality import first_guess

_SAVERS: Final[dict[Format, tuple[str, dict[str, Any]]]] = {
    Format.AVIF: ("heifsave_buffer", {"compression": "av1", "effort": 1}),
    Format.WEBP: ("webpsave_buffer", {"effort": 2}),
    Format.JPEG: ("jpegsave_buffer", {"optimize_coding": True, "interlace": True, "quant_table": 2}),
}
_PATIENT: Final = {Format.AVIF: 6, Format.WEBP: 6}
"""The efforts of `polish`: at the same score 4–15 % and 8–14 % fewer bytes, in 30 and 3 times the time."""

_LOSSLESS: Final[dict[Format, tuple[str, dict[str, Any]]]] = {
    Format.WEBP: ("webpsave_buffer", {"lossless": True, "effort": 4}),
    Format.PNG: ("pngsave_buffer", {"compression": 9}),
}


def encoded(image: pyvips.Image, form: Format, quality: int | None = None, *, is_patient: bool = False) -> bytes:
    """The bytes of an image in memory, at what most pictures need unless told. NoRoom if the encoder fails.

    PNG has no quality. The pixels were sound, so that a failure is the machine's. is_patient: with high effort.
    """
    if form is Format.PNG:
        return encoded_exactly(image, form)
    saver, settings = _SAVERS[form]
    quality = first_guess(form) if quality is None else quality
    return _saved(image, form, saver, Q=quality, **settings | _effort(form, is_patient=is_patient))


def encoded_exactly(image: pyvips.Image, form: Format, *, is_patient: bool = False) -> bytes:
    """WebP or PNG that gives back the very same pixels. NoRoom."""
    saver, settings = _LOSSLESS[form]
    return _saved(image, form, saver, **settings | _effort(form, is_patient=is_patient))


def _effort(form: Format, *, is_patient: bool) -> dict[str, Any]:
    return {"effort": _PATIENT[form]} if is_patient else {}


def _saved(image: pyvips.Image, form: Format, saver: str, **settings: Any) -> bytes:
    try:
        return bytes(getattr(image, saver)(keep="xmp", **settings))
    except pyvips.Error:
        raise NoRoom("encoder_failed", f"the {form.value} encoder failed on a sound picture") from None
