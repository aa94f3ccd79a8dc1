"""Weights out of a file: what is read, and what is refused."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from media_vm.vision.safetensors import LARGEST_HEADER, Weights

NUMBERS = [1.0, -0.5, 65504.0, 0.25]


def file(body: bytes, **tensors: Any) -> bytes:
    header = json.dumps(tensors).encode()
    return struct.pack("<Q", len(header)) + header + body


def tensor(kind: str, shape: list[int], begin: int, end: int) -> dict[str, Any]:
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("F32", struct.pack("<4f", *NUMBERS)),
        ("F16", struct.pack("<4e", *NUMBERS)),
        ("BF16", b"".join(struct.pack("<f", one)[2:] for one in NUMBERS)),
    ],
)
def test_each_type_is_read(kind: str, body: bytes) -> None:
    """As float32, in its shape; bfloat16 is a float32's upper half."""
    weights = Weights(file(b"\xff" * 3 + body, a=tensor(kind, [2, 2], 3, 3 + len(body))))
    read = weights.get("a", (2, 2))

    assert (True, False, "float32") == ("a" in weights, "b" in weights, str(read.dtype))
    exact = kind != "BF16"
    assert [[1.0, -0.5], [65504.0 if exact else 65280.0, 0.25]] == read.tolist()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x01",
        struct.pack("<Q", 0),
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", LARGEST_HEADER + 1) + b"{" + b" " * (LARGEST_HEADER - 1) + b"}",
        struct.pack("<Q", 100) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 2) + b"{",
        struct.pack("<Q", 3) + b"{\xff}",
        struct.pack("<Q", 200_000) + b"[" * 200_000,
        b"\x80\x02}q\x00." + b"\0" * 20,
    ],
    ids=["empty", "a byte", "nought", "huge", "bomb", "cut", "list", "no JSON", "no UTF-8", "deep", "pickle"],
)
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    """Before anything of that size is taken from memory."""
    with pytest.raises(ValueError, match=r"safetensors|JSON"):
        Weights(content)


@pytest.mark.parametrize(
    "told",
    [
        7,
        {},
        tensor("F32", [4], 0, 16),
        tensor("F32", [2, 2], 0, 12),
        tensor("F32", [2, 2], 0, 20),
        tensor("F32", [2, 2], -4, 12),
        tensor("F32", [2, 2], 16, 0),
        tensor("F64", [2, 2], 0, 16),
        {"dtype": ["F32"], "shape": [2, 2], "data_offsets": [0, 16]},
        {"dtype": "F32", "shape": [2, 2], "data_offsets": "ab"},
        {"dtype": "F32", "shape": [2, 2], "data_offsets": [0.0, 16.0]},
        {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16, 32]},
        {"dtype": "F32", "shape": {"a": 2}, "data_offsets": [0, 16]},
    ],
    ids=str,
)
def test_a_tensor_that_is_not_as_it_should_be_is_refused(told: Any) -> None:
    """By its name; nothing is read past the file's end."""
    with pytest.raises(ValueError, match=r"\ba\b"):
        Weights(file(b"\0" * 16, a=told)).get("a", (2, 2))
