"""A small copy of a picture as numbers: what imaging decodes and vision measures."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator

from media_vm.rules.pictures import FocalPoint


def _as_text(pixels: NDArray[np.uint8]) -> dict[str, Any]:
    return {"shape": pixels.shape, "base64": base64.b64encode(pixels.tobytes()).decode()}


def _from_text(told: Any) -> NDArray[np.uint8]:
    if isinstance(told, np.ndarray):
        return told
    return np.frombuffer(base64.b64decode(told["base64"]), np.uint8).reshape(told["shape"])


Pixels = Annotated[NDArray[np.uint8], PlainValidator(_from_text), PlainSerializer(_as_text)]
"""Bytes of an array that cross a pipe as JSON."""


@dataclass(frozen=True, slots=True)
class Raster:
    """Upright sRGB pixels.

    pixels: uint8, shape (height, width, 3), or 4 with straight alpha. width, height: the upright source's, in
    pixels. attention: where libvips' saliency finds the subject.
    """

    pixels: Pixels
    width: int
    height: int
    attention: FocalPoint
