"""A small drawing, red on the left and blue on the right, in every format that is read here: by our own encoders
where they write it, as bytes where they do not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from media_vm.rules.pictures import Format

if TYPE_CHECKING:
    from media_vm.raster import Raster

WIDTH, HEIGHT = 64, 48
LEFT, RIGHT = (200, 40, 40), (40, 60, 200)
_FAR_OFF: Final = 12  # levels that the middle of a half may be off: of a palette, or of lossy colour

# 64 × 48 px, encoded once by libheif with x265, which is not part of media VM.
HEIC: Final = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJp"
    "bG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAAGQAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAAB"
    "AAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEA"
    "AQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAA"
    "FGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhp"
    "cG1hAAAAAAAAAAEAAQWBAgMFhAAAAGxtZGF0AAAAYCgBrwngOSMkv//40n//9/QeQ/YKWcF//HTh9/eFH//tkvURjWLLH+Ctzm+YtoKs"
    "RjmOqfKV8pnA1LW98ezaUhWaQIEvAdNOUsm49657zxGoqmAP+1zCRvq0TucDHhrgxg=="
)
SVG: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
    f'<rect width="{WIDTH // 2}" height="{HEIGHT}" fill="rgb{LEFT}"/>'
    f'<rect x="{WIDTH // 2}" width="{WIDTH // 2}" height="{HEIGHT}" fill="rgb{RIGHT}"/></svg>'
).encode()
READY_MADE: Final = {"heic": HEIC, "svg": SVG}


def write_samples(folder: Path) -> dict[str, str | None]:
    """`sample.jpeg` and so on; what went wrong with each, or None. Only in a child."""
    return {name: _problem(folder / f"sample.{name}", written) for name, written in _writers().items()}


def looks_right(raster: Raster) -> str | None:
    """What is wrong with a sample that was read back; None: nothing. An SVG comes back larger: it has no size."""
    if raster.width * HEIGHT != raster.height * WIDTH or raster.width < WIDTH:
        return f"{raster.width} × {raster.height} pixels came back of {WIDTH} × {HEIGHT}"
    high, wide = raster.pixels.shape[:2]
    for quarter, color in ((1, LEFT), (3, RIGHT)):
        at, reach = quarter * wide // 4, wide // 16
        middle = raster.pixels[high // 2 - reach : high // 2 + reach, at - reach : at + reach, :3].mean(
            axis=(0, 1)
        )
        if np.abs(middle - color).max() > _FAR_OFF:
            found = tuple(round(float(one)) for one in middle)
            return f"the colour {color} came back as {found}"
    return None


def _problem(path: Path, written: Callable[[], bytes]) -> str | None:
    try:
        path.write_bytes(written())
    except Exception as error:  # whatever is missing here, the operator has to hear of it
        return f"it cannot be written ({type(error).__name__}: {' '.join(str(error).split())})"
    return None


def _writers() -> dict[str, Callable[[], bytes]]:
    from media_vm.imaging.codecs import pyvips
    from media_vm.imaging.encode import encoded

    halves = [pyvips.Image.black(WIDTH // 2, HEIGHT, bands=3) + list(color) for color in (LEFT, RIGHT)]
    image = halves[0].join(halves[1], "horizontal").cast("uchar").copy(interpretation="srgb")
    ours: dict[str, Callable[[], bytes]] = {form.value: partial(encoded, image, form) for form in Format}
    return ours | {"gif": image.gifsave_buffer, "tiff": image.tiffsave_buffer, "bmp": lambda: _bmp(image)}


def _bmp(image: Any) -> bytes:
    """libvips has neither a reader nor a writer of it."""
    from io import BytesIO

    from PIL import Image

    body = BytesIO()
    Image.fromarray(image.numpy()).save(body, "BMP")
    return body.getvalue()
