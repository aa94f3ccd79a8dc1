"""Can a child here do what will be asked of it? Every format is written and read once, small."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pi_heif
from PIL import Image

from media_vm.imaging.codecs import LOADERS, pyvips
from media_vm.imaging.encode import encoded
from media_vm.imaging.landlock import landlock_version
from media_vm.imaging.tasks import Readiness
from media_vm.rules.pictures import Format

_SIDE: Final = 16
_SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'


def readiness(library: Path) -> Readiness:
    """Versions, and a sentence for each thing that does not work. library: where variants will be written."""
    problems = [f"{what}: {problem}" for what, check in _CHECKS.items() if (problem := _problem(check))]
    if (cannot_write := _problem(lambda: _writes(library))) is not None:
        problems.append(f"writing variants: {cannot_write}")
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        problems.append("memory: the process has no limit")
    libvips = ".".join(str(pyvips.version(part)) for part in range(3))
    return Readiness(libvips, pi_heif.libheif_version(), landlock_version(), tuple(problems))


def _problem(check: Callable[[], None]) -> str | None:
    try:
        check()
    except Exception as error:  # whatever is missing here, the operator has to hear of it
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    return None


def _writes(library: Path) -> None:
    probe = library / f".tmp-probe-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()


def _written_and_read(name: str) -> Callable[[], None]:
    def check() -> None:
        tiny = pyvips.Image.black(_SIDE, _SIDE, bands=3).copy(interpretation="srgb")
        if name in set(Format):
            _reads(name, encoded(tiny, Format(name)))
        else:
            _reads(name, {"gif": tiny.gifsave_buffer, "tiff": tiny.tiffsave_buffer}[name]())

    return check


def _reads(name: str, body: bytes) -> None:
    image = getattr(pyvips.Image, LOADERS[name])(pyvips.Source.new_from_memory(bytes(body)))
    if (image.width, image.height) != (_SIDE, _SIDE) or image[0].avg() > 5:
        raise ValueError("what was written is not what is read")


def _heic() -> None:
    if not any("HEVC" in one for one in pi_heif.libheif_info()["decoders"].values()):
        raise ValueError("libheif has no HEVC decoder")


def _bmp() -> None:
    Image.preinit()
    if "BMP" not in Image.OPEN:
        raise ValueError("Pillow has no BMP reader")


def _svg() -> None:
    if pyvips.Image.svgload_buffer(_SVG)(2, 2)[3] != 255:
        raise ValueError("librsvg draws nothing")


_CHECKS: Final = {**{name: _written_and_read(name) for name in LOADERS}, "heic": _heic, "bmp": _bmp, "svg": _svg}
