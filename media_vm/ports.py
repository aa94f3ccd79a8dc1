"""What the stories ask of the world: a few Protocols of verbs. The values that cross them are in `values.py`.

Every verb may raise `errors.StepFailed` subclasses; each docstring names those that a caller must expect.
Memory versions of all ports are in `testing.py`; one contract suite a port runs on fake and real alike.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from media_vm.rules.analysis import Analysis
from media_vm.rules.callbacks import Event
from media_vm.rules.checklist import Checklist, Policy
from media_vm.rules.failures import Failure
from media_vm.rules.pictures import (
    DataType,
    Format,
    SourceFacts,
    VariantSet,
)
from media_vm.values import (
    Claim,
    Download,
    Mark,
    Media,
    Original,
    Outcome,
    PendingImage,
    Rendering,
    RenderRequest,
)


class MainAPI(Protocol):
    """The festival's API server (contract §2)."""

    def pending(self) -> Sequence[PendingImage]:
        """Everything that waits for us; a bad entry is skipped and logged. ProviderDown, Misconfigured."""

    def download(self, image_path: str, into: Path) -> Download:
        """Write the temp file's raw bytes to `into`. NotThere, GiveUp (too big), TryAgain, TooSlow,
        ProviderDown."""

    def send(self, event: Event) -> str:
        """Deliver one event; returns once it is *answered* (contract §5.6) with a word for the history.
        TryAgain, ProviderDown, Misconfigured."""


class Leases(Protocol):
    """Who works on what. DatabaseDown from any verb."""

    def free_expired(self) -> int:
        """Free every lease whose holder was silent past its expiry, its unrecorded attempt given back."""

    def claim(self, worker: str) -> Claim | None:
        """The longest-due media that nobody holds, its first attempt already spent; None if none is due."""

    def renew(self, claim: Claim) -> None:
        """Progress was made: push the expiry. LeaseLost."""

    def release(self, claim: Claim, due_at: datetime | None) -> None:
        """Let go until it falls due again; None: nothing can. LeaseLost."""

    def next_due(self) -> timedelta | None:
        """How long until something falls due, an expiry included; None if nothing can."""


class Store(Protocol):
    """What is known of every media. DatabaseDown from any verb."""

    def remember(self, pending: Sequence[PendingImage]) -> int:
        """Take in what is new; returns how many. An id that is known already changes nothing."""

    def record(self, claim: Claim, checklist: Checklist, outcome: Outcome) -> Media:
        """Write an outcome and the new checklist together, and keep the lease. LeaseLost.

        The media that comes back may have another original: the same bytes of the same user, stored before.
        """

    def keep_own(self, claim: Claim, own: Original) -> Media:
        """The shared original turned out to be gone: this media keeps its own. LeaseLost."""

    def analysis(self, media_id: int) -> Analysis | None:
        """What is known of the picture so far."""

    def open_event(self, media_id: int) -> Event | None:
        """The oldest event that the main API has not answered yet."""

    def formats(self, media_id: int) -> frozenset[Format]:
        """Formats kept at any size."""

    def arrived_lately(self, other_than: int, within: timedelta) -> bool:
        """Did another media's bytes arrive within this time?"""

    def mark(self, name: str, note: str = "") -> None:
        """Something happened to the whole machine now, e.g. a `poll` and how it went, for `status`."""

    def marked(self, name: str) -> Mark | None:
        """When that last happened, and the note that was made of it."""


class Files(Protocol):
    """Originals, variants and quarantine under the storage root (contract §6). NoRoom: the disk is full."""

    def incoming(self, token: str) -> Path:
        """A temporary name on the storage's file system, for the holder of this token alone."""

    def keep_original(self, incoming: Path, path: str) -> None:
        """fsync, rename to its place under bulk, fsync the folder."""

    def original(self, path: str) -> Path:
        """Where a stored original is. FileNotFoundError."""

    def is_sound(self, original: Original) -> bool:
        """Is it there, byte for byte as it arrived (SHA-256)?"""

    def folder(self, path: str) -> Path:
        """Make sure that a folder under the storage root exists."""

    def publish(self, rendering: Rendering, media_id: int, folder: str, slug: str) -> VariantSet:
        """fsync and rename every rendered file to its final name in its library folder."""

    def quarantine(self, sources: Sequence[Path], media_id: int, failure: Failure) -> None:
        """Put bytes that could not be processed aside, the reason beside them: a copy of the first source
        that is there; without any, the reason alone."""

    def copy(self, kept: Path, into: Path) -> Download:
        """Bytes that we have already, as if they had been downloaded."""

    def quarantined(self, media_id: int) -> Path | None:
        """The bytes that were put aside, if any were."""

    def discard(self, *paths: Path) -> None:
        """Remove temporaries; those already gone are fine."""


class Pixels(Protocol):
    """What is done to pixels, in child processes with limits."""

    def inspect(self, source: Path) -> SourceFacts:
        """Header only. NotThere (no picture), GiveUp (over a limit, not allowed, corrupt), ChildDied."""

    def render(self, source: Path, into: Path, request: RenderRequest) -> Rendering:
        """Make all variants in folder `into`. GiveUp (corrupt pixels), NoRoom, TooSlow, ChildDied."""


class Vision(Protocol):
    """What is learned from a picture."""

    @property
    def is_configured(self) -> bool:
        """Is a provider beyond `local` set up?"""

    def analyse(self, source: Path, data_type: DataType) -> Analysis:
        """Measure, and describe where a provider can. ProviderDown, Misconfigured, TooSlow, ChildDied."""


@dataclass(frozen=True, slots=True)
class World:
    """All that the stories need, joined in `build.py` or, from memory, in `testing.py`.

    public_url: this service as others reach it. clock: monotonic seconds. chance: a random number 0–1.
    stopping: set when the worker should claim no more.
    """

    api: MainAPI
    leases: Leases
    store: Store
    files: Files
    pixels: Pixels
    vision: Vision
    policy: Policy
    worker: str
    public_url: str
    lease: timedelta
    step_limit: timedelta
    items_in_flight: int
    clock: Callable[[], float]
    chance: Callable[[], float]
    new_key: Callable[[], str]
    stopping: threading.Event
