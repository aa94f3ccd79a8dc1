"""Files made worse: the same seed gives the same bytes, so that whatever dies of one dies of it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

HEAD: Final = 1_024
"""Bytes; most of what a decoder believes stands here."""

_WORST: Final = (
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\0\0",
    b"\x80\0\0\0",
    b"\xff\xff",
)
_PLAIN: Final = (b"<?php", b"<script>", b"\0" * 64, b"\xff" * 64, b"%n%s", b"<!ENTITY a '&a;'>")


USES: Final = ("product", "logo", "raster")
"""Variants of two kinds, and the small copy that vision measures."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """A file to try. origin: what it was made of; way: how; use: one of USES, what it is sent for."""

    number: int
    origin: str
    way: str
    use: str
    body: bytes


def specimen(givens: Sequence[tuple[str, bytes]], seed: int, number: int) -> Specimen:
    """The number-th: every given in turn, each time made worse in another way, and for the next use."""
    random = Random(f"{seed}/{number}")
    name, body = givens[number % len(givens)]
    way = random.choice(list(WAYS))
    worse = WAYS[way](random, bytearray(body), random.choice(givens)[1])
    use = USES[(number + number // len(givens)) % len(USES)]
    return Specimen(number, name, way, use, bytes(worse))


def _flipped(random: Random, body: bytearray, _other: bytes) -> bytearray:
    """One to 64 bits the other way, half of the time near the beginning."""
    reach = min(len(body), HEAD) if random.random() < 0.5 else len(body)
    for _ in range(2 ** random.randrange(7) if reach else 0):
        body[random.randrange(reach)] ^= 1 << random.randrange(8)
    return body


def _cut(random: Random, body: bytearray, _other: bytes) -> bytearray:
    """The end is gone, or something from the middle."""
    at = random.randrange(len(body) + 1)
    end = len(body) if random.random() < 0.6 else min(len(body), at + random.randrange(1, 4_096))
    del body[at:end]
    return body


def _spliced(random: Random, body: bytearray, other: bytes) -> bytearray:
    """The header of another file before this one's data."""
    header = random.choice((12, 32, 128, 512, HEAD))
    return bytearray(other[:header]) + body[random.choice((0, header)) :]


def _lied_to(random: Random, body: bytearray, _other: bytes) -> bytearray:
    """Lengths and sizes near the beginning become the biggest, the smallest or negative."""
    for _ in range(random.randrange(1, 5)):
        lie = random.choice(_WORST)
        at = random.randrange(max(1, min(len(body), HEAD)))
        body[at : at + len(lie)] = lie
    return body


def _stuffed(random: Random, body: bytearray, other: bytes) -> bytearray:
    """Something that was never there, in the middle: a text, a part of another file, a part of its own again."""
    own = body[(at := random.randrange(len(body) + 1)) : at + random.randrange(1, 2_048)]
    at = random.randrange(len(body) + 1)
    body[at:at] = random.choice((random.choice(_PLAIN), other[: random.randrange(1, 2_048)], bytes(own)))
    return body


WAYS: Final[dict[str, Callable[[Random, bytearray, bytes], bytearray]]] = {
    "bits flipped": _flipped,
    "cut": _cut,
    "spliced": _spliced,
    "lied to": _lied_to,
    "stuffed": _stuffed,
}
