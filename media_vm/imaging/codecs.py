"""libvips with every loader locked but ours: the only place to import it from, and only in a child."""

from __future__ import annotations

import os
from typing import Final

from media_vm.errors import Misconfigured

# Read once, while libvips starts. Big intermediates stay in memory, where the child's limit sees them.
os.environ["VIPS_BLOCK_UNTRUSTED"] = "1"
os.environ["VIPS_DISC_THRESHOLD"] = "2g"

import pyvips

__all__ = ["LOADERS", "OURS", "pyvips"]

LOADERS: Final = {
    "jpeg": "jpegload_source",
    "png": "pngload_source",
    "webp": "webpload_source",
    "gif": "gifload_source",
    "avif": "heifload_source",
    "tiff": "tiffload_source",
}
"""The one loader of each type that libvips reads from its file as it came."""

OURS: Final = ("Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff", "SvgBuffer")
_OLDEST: Final = (8, 18, 4)  # the first release with this year's fixes in tiffload and libheif's limits
_PROBES: Final = {
    "csvload_source": b"1,2\n3,4\n",
    "ppmload_source": b"P6\n1 1\n255\n\0\0\0",
    "rawload_source": b"",
    "svgload_source": b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    "vipsload_source": b"",
}
"""Readers that must be locked, each with something to read. SVG is open for our own bytes alone (`svg.py`)."""


def _guard() -> None:
    version = tuple(pyvips.version(part) for part in range(3))
    if version < _OLDEST:
        raise Misconfigured("libvips_too_old", f"libvips {version} is older than {_OLDEST}")
    pyvips.block_untrusted_set(True)
    pyvips.operation_block_set("VipsForeignLoad", True)
    for name in OURS:
        pyvips.operation_block_set(f"VipsForeignLoad{name}", False)
    pyvips.cache_set_max(0)
    pyvips.concurrency_set(1)  # address space grows with threads; the cores are shared out by the pool
    for name, probe in _PROBES.items():
        _assert_locked(name, probe)


def _assert_locked(name: str, probe: bytes) -> None:
    try:
        pyvips.Operation.call(name, pyvips.Source.new_from_memory(probe))
    except pyvips.Error as error:
        if "blocked" in str(error) or "not found" in str(error):
            return
    raise Misconfigured("loader_not_locked", f"libvips still opens {name}")


_guard()
