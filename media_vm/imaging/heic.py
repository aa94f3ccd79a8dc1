"""HEIC by pi-heif: libheif with an HEVC decoder, which libvips' wheel is built without, and no encoder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pi_heif
from pi_heif import options

from media_vm.errors import GiveUp
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.verdicts import decoding_in_python
from media_vm.rules.pictures import SourceFacts

options.DECODE_THREADS = 1  # as libvips' own: the cores are shared out by the pool
options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False  # not asked for: less that can go wrong

_METADATA: Final = {"icc_profile": "icc-profile-data", "exif": "exif-data", "xmp": "xmp-data"}


def heic_facts(path: Path) -> SourceFacts:
    """The primary picture's, upright as the container itself turns it. GiveUp, NoRoom."""
    with decoding_in_python():
        primary = _primary(path)
        return SourceFacts("heic", primary.size[0], primary.size[1], frames=1, has_alpha=primary.has_alpha)


def heic_pixels(path: Path) -> pyvips.Image:
    """The primary picture whole: upright, 8 bits a band, its profile and metadata attached. GiveUp, NoRoom."""
    with decoding_in_python():
        primary = _primary(path)
        pixels = np.ascontiguousarray(
            np.array(primary)[:, : primary.size[0]]
        )  # libheif's own memory goes with `primary`
        bands = 1 if pixels.ndim == 2 else pixels.shape[2]
        kind = "b-w" if bands < 3 else "srgb"
        image = pyvips.Image.new_from_memory(pixels, *primary.size, bands, "uchar").copy(interpretation=kind)
        for ours, theirs in _METADATA.items():
            if primary.info.get(ours):
                image.set_type(pyvips.GValue.blob_type, theirs, bytes(primary.info[ours]))
        return image


def heif_metadata(path: Path) -> dict[str, Any]:
    """What the container, an AVIF's too, says of the primary picture; nothing if it cannot be read. NoRoom."""
    try:
        with decoding_in_python():
            return dict(_primary(path).info)
    except GiveUp:
        return {}  # the reader of its pixels will tell


def _primary(path: Path) -> pi_heif.HeifImage:
    container = pi_heif.open_heif(str(path), convert_hdr_to_8bit=True)
    return container[container.primary_index]
