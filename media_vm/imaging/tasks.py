"""What a child can be asked. libvips is imported inside: naming a task in the parent loads nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from media_vm.rules.pictures import SourceFacts
from media_vm.rules.validation import READABLE, Limits
from media_vm.values import Rendering, RenderRequest

_LIMITS = Limits()

if TYPE_CHECKING:
    from media_vm.raster import Raster


def inspect(source: Path, limits: Limits, allowed: frozenset[str]) -> SourceFacts:
    """Header only. NotThere, GiveUp, NoRoom."""
    from media_vm.imaging.source import read_facts

    return read_facts(source, limits, allowed)


def render(
    source: Path, into: Path, prefix: str, request: RenderRequest, limits: Limits, allowed: frozenset[str]
) -> Rendering:
    """Every variant of the contract, under names that begin with `prefix`. NotThere, GiveUp, NoRoom."""
    from media_vm.imaging.render import render_all

    return render_all(source, inspect(source, limits, allowed), into, prefix, request)


def read_raster(
    source: Path, longest_side: int = 512, limits: Limits = _LIMITS, allowed: frozenset[str] = READABLE
) -> Raster:
    """A copy of at most `longest_side` pixels a side, never enlarged. NotThere, GiveUp, NoRoom."""
    from media_vm.imaging.small_copy import small_copy

    return small_copy(source, inspect(source, limits, allowed), longest_side)
