"""Weights out of a `.safetensors` file: an eight-byte length, a JSON header, then the numbers.

Own code, since the library would be one more package for forty lines. The file is read into memory, not mapped:
one that is cut short under our hands would end the whole worker with SIGBUS. The format is described at
github.com/huggingface/safetensors.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LARGEST_HEADER: Final = 4_000_000  # bytes; a large BERT's has 50,000
_TYPES: Final = {"F32": 4, "F16": 2, "BF16": 2}


class Weights:
    """The tensors of one file by name."""

    def __init__(self, content: bytes) -> None:
        """ValueError with a sentence: this is no such file."""
        length = int.from_bytes(content[:8], "little")
        if len(content) < 8 or not 0 < length <= min(LARGEST_HEADER, len(content) - 8):
            raise ValueError("it is no safetensors file")
        self._header = _header(content[8 : 8 + length])
        self._numbers = memoryview(content)[8 + length :]

    def __contains__(self, name: str) -> bool:
        return name in self._header

    def get(self, name: str, shape: Sequence[int]) -> NDArray[np.float32]:
        """A tensor as float32. ValueError with a sentence: it is not there, or not of this shape."""
        told = self._header.get(name)
        if not isinstance(told, dict):
            raise ValueError(f"it has no tensor {name}")
        if told.get("shape") != list(shape):
            raise ValueError(f"{name} should have the shape {'×'.join(map(str, shape))}, and has another")
        kind, offsets = told.get("dtype"), told.get("data_offsets")
        if not isinstance(kind, str) or kind not in _TYPES:
            raise ValueError(f"{name} should be of float32, float16 or bfloat16")
        begin, end = _offsets(name, offsets, len(self._numbers))
        if end - begin != math.prod(shape) * _TYPES[kind]:
            raise ValueError(f"{name} has not as many bytes as its shape says")
        return _as_float32(self._numbers[begin:end], kind).reshape(tuple(shape))


def _header(content: bytes) -> Mapping[str, Any]:
    try:
        header = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("its header is no JSON") from None
    if not isinstance(header, dict):
        raise ValueError("its header is no JSON object")
    return header


def _offsets(name: str, offsets: object, most: int) -> tuple[int, int]:
    match offsets:
        case [int(begin), int(end)] if 0 <= begin <= end <= most:
            return begin, end
    raise ValueError(f"{name} lies outside of the file")


def _as_float32(numbers: memoryview, kind: str) -> NDArray[np.float32]:
    if kind == "F32":
        return np.frombuffer(numbers, "<f4").astype(np.float32, copy=False)
    if kind == "F16":
        return np.frombuffer(numbers, "<f2").astype(np.float32)
    halves = np.frombuffer(numbers, "<u2").astype(np.uint32)  # the upper half of a float32
    return (halves << 16).view(np.float32)
