"""An image's pixels as NumPy's."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from media_vm.imaging.codecs import pyvips

_TYPES: Final = {"uchar": np.uint8, "ushort": np.uint16, "int": np.int32, "uint": np.uint32, "float": np.float32}


def array_of(image: pyvips.Image) -> NDArray[Any]:
    """Shape (height, width, bands), or (height, width) of one band: also of a single pixel, of which pyvips' own
    `numpy()` makes a mere number."""
    pixels = np.frombuffer(image.write_to_memory(), dtype=_TYPES[image.format])
    bands = (image.bands,) if image.bands > 1 else ()
    return pixels.reshape(image.height, image.width, *bands)
