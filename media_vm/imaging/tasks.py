"""What a child can be asked. libvips is imported inside: naming a task in the parent loads nothing."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from media_vm.rules.pictures import NobodyThere, Remover, SourceFacts
from media_vm.rules.quality import Aims
from media_vm.rules.validation import READABLE, Limits, stays_animated
from media_vm.values import Rendering, RenderRequest

_LIMITS = Limits()
_AIMS = Aims()

if TYPE_CHECKING:
    from media_vm.raster import Raster


@dataclass(frozen=True, slots=True)
class Readiness:
    """Versions of what decodes; landlock: of the kernel's interface, 0 for none; problems: a sentence each."""

    libvips: str
    libheif: str
    landlock: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loaders:
    """Versions as in `Readiness`. strangers: libvips' own loaders that are open and not ours; locked: those that
    are there, and locked."""

    libvips: str
    libheif: str
    landlock: int
    strangers: tuple[str, ...]
    locked: tuple[str, ...]


def try_out(library: Path) -> Readiness:
    """What works here, and what does not; variants would be written to `library`. Misconfigured."""
    from media_vm.imaging.readiness import readiness

    return readiness(library)


def list_loaders() -> Loaders:
    """Everything that libvips could read with, and whether it may. Misconfigured."""
    from media_vm.imaging.loaders import loaders

    return loaders()


def draw_samples(folder: Path) -> dict[str, str | None]:
    """A small drawing in every format that we write; what went wrong with each, or None. Misconfigured."""
    from media_vm.imaging.samples import write_samples

    return write_samples(folder)


def who_is_missing(remover: Remover) -> NobodyThere | None:
    """Why this remover could take no background away, once its model was loaded; None: it could."""
    from media_vm.imaging.removers import NoRemover, remover_named

    found = remover_named(remover)
    return found.reason if isinstance(found, NoRemover) else None


def inspect(source: Path, limits: Limits, allowed: frozenset[str]) -> SourceFacts:
    """Header only. NotThere, GiveUp, NoRoom."""
    from media_vm.imaging.source import read_facts

    return read_facts(source, limits, allowed)


def look_through(source: Path, limits: Limits, allowed: frozenset[str]) -> SourceFacts:
    """Header and every pixel, read to the end. NotThere, GiveUp, NoRoom."""
    from media_vm.imaging.source import require_whole

    facts = inspect(source, limits, allowed)
    require_whole(source, facts)
    return facts


def caption(source: Path, limits: Limits, allowed: frozenset[str]) -> str | None:
    """What the file itself says that it shows. NotThere, GiveUp, NoRoom."""
    from media_vm.imaging.captions import caption_in

    return caption_in(source, inspect(source, limits, allowed).type)


def render(
    source: Path,
    into: Path,
    prefix: str,
    request: RenderRequest,
    limits: Limits,
    allowed: frozenset[str],
    remover: Remover = Remover.PLAIN,
    aims: Aims = _AIMS,
) -> Rendering:
    """Every variant of the contract, under names that begin with `prefix`. NotThere, GiveUp, NoRoom."""
    from media_vm.imaging.render import render_all

    facts = inspect(source, limits, allowed)
    return render_all(source, facts, into, prefix, request, remover, aims, animated=stays_animated(facts, limits))


def read_raster(
    source: Path, longest_side: int = 512, limits: Limits = _LIMITS, allowed: frozenset[str] = READABLE
) -> Raster:
    """A copy of at most `longest_side` pixels a side, never enlarged. NotThere, GiveUp, NoRoom."""
    from media_vm.imaging.small_copy import small_copy

    return small_copy(source, inspect(source, limits, allowed), longest_side)


def copy_to_send(source: Path, limits: Limits = _LIMITS, allowed: frozenset[str] = READABLE) -> str:
    """A JPEG for others to look at, nothing in it but pixels; as base64, for answers of a child are texts.
    NotThere, GiveUp, NoRoom."""
    from media_vm.imaging.small_copy import jpeg_to_send

    return b64encode(jpeg_to_send(source, inspect(source, limits, allowed))).decode()
