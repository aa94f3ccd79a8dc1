"""What is asked of the world about pictures: what is done to them, and what is learned from them. Beside
`ports.py`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from media_vm.rules.analysis import Measured
from media_vm.rules.findings import Provider
from media_vm.rules.known import Known
from media_vm.rules.pictures import DataType, SourceFacts
from media_vm.values import Described, Media, Rendering, RenderRequest


class Pixels(Protocol):
    """What is done to pixels, in child processes with limits."""

    def inspect(self, source: Path) -> SourceFacts:
        """Header only. NotThere (no picture), GiveUp (over a limit, not allowed, corrupt), ChildDied."""

    def caption(self, source: Path) -> str | None:
        """The caption or alt text that the file itself has, as harmless text. As `inspect`."""

    def render(self, source: Path, into: Path, request: RenderRequest) -> Rendering:
        """Make all variants in folder `into`. GiveUp (corrupt pixels), NoRoom, TooSlow, ChildDied."""


class Vision(Protocol):
    """What is learned from a picture: measured here, always, and described by whoever is set up."""

    @property
    def choices(self) -> tuple[tuple[Provider, ...], ...]:
        """Who is set up beyond `local`: of each choice the first that answers is heard. None: nobody is."""

    def measure(self, source: Path, data_type: DataType) -> Measured:
        """Without a key and without guessing. TooSlow, GiveUp, ChildDied, NoRoom."""

    def describe(
        self, source: Path, media: Media, known: Known, away: Collection[Provider] = frozenset()
    ) -> Described:
        """What providers say, each asked once but those who are away. Who does not answer keeps nobody else's
        answer back: their failure is told with it. ChildDied, NoRoom: not even a small copy could be made to
        send."""
