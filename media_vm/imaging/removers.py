"""The port of whoever takes a logo's ground away: pixels in; a cut-out, or a refusal with its reason, out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from media_vm.imaging.ground import Pixels
from media_vm.rules.pictures import NobodyThere, Remover


@dataclass(frozen=True, slots=True)
class Cutout:
    """A picture without its ground. pixels: straight sRGB and alpha, uint8 (height, width, 4); confidence: 0–1."""

    pixels: Pixels
    confidence: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A bad cut that was not made. reason: a stable word; confidence: how far it would have been trusted, 0–1."""

    reason: str
    confidence: float = 0.0


class GroundRemover(Protocol):
    """Takes the ground away, or says why not. The picture keeps its size, and its ink its colour."""

    def remove(self, pixels: Pixels) -> Cutout | Refusal:
        """pixels: opaque sRGB, uint8 (height, width, 3), neither side 0."""


class NoRemover:
    """The `GroundRemover` where there is none. reason: with which it refuses every picture."""

    def __init__(self, reason: NobodyThere) -> None:
        self.reason = reason

    def remove(self, pixels: Pixels) -> Cutout | Refusal:
        """Always its one refusal."""
        return Refusal(self.reason.value)


def remover_named(name: Remover, *, has_holes: bool | None = None) -> GroundRemover:
    """The remover that a setting names, loaded only now; what it lacks is the reason that it refuses with.

    has_holes: a vision model's word on this logo, for who can use one.
    """
    if name is Remover.REMBG:
        from media_vm.imaging.rembg_remover import RembgRemover

        return RembgRemover.loaded()
    if name is Remover.OFF:
        return NoRemover(NobodyThere.SWITCHED_OFF)
    from media_vm.imaging.flood import PlainGroundRemover

    return PlainGroundRemover(has_holes=has_holes)
