"""What the stories ask of the world: a few Protocols of verbs. The values that cross them are in `values.py`.

Every verb may raise `errors.StepFailed` subclasses; each docstring names those that a caller must expect.
Memory versions of all ports are in `testing.py`; one contract suite a port runs on fake and real alike. What is
done to pictures and learned from them is in `picture_ports.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from media_vm.ai_ports import Embedder
from media_vm.company import Company
from media_vm.picture_ports import Pixels, Vision
from media_vm.removal_ports import Removals, Traces
from media_vm.reprocess_ports import Reprocessing
from media_vm.rules.analysis import Analysis
from media_vm.rules.callbacks import Event
from media_vm.rules.checklist import Checklist, Step
from media_vm.rules.failures import Failure
from media_vm.rules.known import Known, SiteTold
from media_vm.rules.outages import Alike, Outage, Party
from media_vm.rules.pictures import Made, Variant, VariantSet
from media_vm.rules.policy import Policy
from media_vm.supervision import Supervisor, Unsupervised
from media_vm.values import (
    Answer,
    Claim,
    Download,
    Mark,
    Media,
    Original,
    Outcome,
    PendingList,
    Rendering,
)


class MainAPI(Protocol):
    """The festival's API server (contract §2)."""

    def pending(self) -> PendingList:
        """Everything that waits for us; a bad entry is skipped and logged. ProviderDown, Misconfigured."""

    def download(self, image_path: str, into: Path, request_id: str) -> Download:
        """Write the temp file's raw bytes to `into`. request_id: goes along, and into the item's history.

        NotThere, GiveUp (too big), TryAgain, TooSlow, ProviderDown.
        """

    def send(self, event: Event, request_id: str) -> Answer:
        """Deliver one event; returns once it is *answered* (contract §5.6). TryAgain, ProviderDown,
        Misconfigured."""

    def site(self, user_id: int, asks: Callable[[], str]) -> SiteTold:
        """What it tells of a user's site, clean; nothing where it does not, or is away. Never raises.
        asks: gives the X-Request-ID of a call, if one is made."""


class Leases(Protocol):
    """Who works on what. DatabaseDown from any verb."""

    def free_expired(self, chance: float) -> int:
        """Free every lease whose holder was silent past its expiry, its unrecorded attempt given back and the
        holder's death counted (`rules/orphans.py`). chance: for the jitter."""

    def claim(self, worker: str) -> Claim | None:
        """The longest-due media that nobody holds, its first attempt already spent; one that went down with two
        workers only when no other is due. None if none is."""

    def renew(self, claim: Claim) -> None:
        """Progress was made: push the expiry. LeaseLost."""

    def release(self, claim: Claim, due_at: datetime | None) -> None:
        """Let go until it falls due again; None: nothing can. LeaseLost."""

    def release_all(self, worker: str) -> int:
        """Let go of all that this worker holds, due at once, unrecorded attempts given back; how many."""

    def next_due(self) -> timedelta | None:
        """How long until something falls due, an expiry included; None if nothing can."""


class Store(Removals, Protocol):
    """What is known of every media. DatabaseDown from any verb."""

    def now(self) -> datetime:
        """The database's time."""

    def remember(self, pending: PendingList, poll_began: datetime) -> int:
        """Take in what is new; returns how many. What is known and still listed, or listed no more, follows
        `rules/listing.py`. poll_began: the database's time before the list was asked for."""

    def heal(self) -> int:
        """Give failed items a further round, if the last healing is long enough ago (`rules/healing.py`);
        returns how many. One worker at a time does."""

    def polish_next(self) -> bool:
        """Ask for one more picture's variants in fewer bytes (`rules/polish.py`); is there one that awaits it?"""

    def record(self, claim: Claim, checklist: Checklist, outcome: Outcome) -> Media:
        """Write an outcome and the new checklist together, and keep the lease. LeaseLost.

        The media that comes back may have another original: the same bytes of the same user, stored before.
        """

    def keep_own(self, claim: Claim, own: Original) -> Media:
        """The shared original turned out to be gone: this media keeps its own. LeaseLost."""

    def known(self, media: Media) -> Known:
        """What we know of a picture besides what its pixels say: its owner's words, its site."""

    def analysis(self, media_id: int) -> Analysis | None:
        """What is known of the picture so far."""

    def open_event(self, media_id: int) -> Event | None:
        """The oldest event that the main API has not answered yet."""

    def made(self, media_id: int) -> Made:
        """Formats and faces kept at any size."""

    def kept(self, media_id: int) -> Sequence[Variant]:
        """Every variant that is kept."""

    def arrived_lately(self, other_than: int, within: timedelta) -> bool:
        """Did another media's bytes arrive within this time?"""

    def sign_on(self, worker: str) -> None:
        """This worker lives, for `status`; those that were silent for a day are forgotten."""

    def sign_off(self, worker: str) -> None:
        """This worker ends in good order."""

    def mark(self, name: str, note: str = "") -> None:
        """Something happened to the whole machine now, e.g. a `poll` and how it went, for `status`."""

    def marked(self, name: str) -> Mark | None:
        """When that last happened, and the note that was made of it."""


class Outages(Protocol):
    """Parties that are away, known to every worker (`rules/outages.py`). DatabaseDown from any verb."""

    def open(self) -> Sequence[Outage]:
        """Every outage that has not ended."""

    def of(self, party: Party) -> Outage | None:
        """That party's outage, if it has one."""

    def admit(self, party: Party) -> datetime | None:
        """None: go, as the one probe that is due, or because the outage is over. Else when to come again."""

    def note(self, outage: Outage) -> None:
        """It began, or goes on."""

    def end(self, party: Party) -> bool:
        """The party is back, and all that waited for it is due now, in order of age; was it away until now?"""

    def alike(self, media: Media, step: Step, failure: Failure) -> Alike:
        """How many items, this one among them, failed alike at this step lately."""


class Files(Traces, Protocol):
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
        """fsync and rename every rendered file to its final name in its library folder. ChildDied: one is not what
        was told of it."""

    def quarantine(self, sources: Sequence[Path], media_id: int, failure: Failure) -> None:
        """Put bytes that could not be processed aside, the reason beside them: a copy of the first source
        that is there; without any, the reason alone."""

    def copy(self, kept: Path, into: Path) -> Download:
        """Bytes that we have already, as if they had been downloaded."""

    def quarantined(self, media_id: int) -> Path | None:
        """The bytes that were put aside, if any were."""

    def free_bytes(self) -> int:
        """How much more the storage's file system would take from us."""

    def discard(self, *paths: Path) -> None:
        """Remove temporaries; those already gone are fine."""


@dataclass(frozen=True, slots=True)
class World:
    """All that the stories need, joined in `build.py` or, from memory, in `testing.py`.

    public_url: this service as others reach it. clock: monotonic seconds. chance: a random number 0–1.
    stopping: set when the worker should claim no more. company: who may be walked beside whom in this worker.
    disk_floor: bytes that must stay free. polishes: with nothing else to do it makes variants smaller.
    left_behind: what this worker held when the database went away. embedder: None where nobody is set up.
    reprocessing: what is to be made again; remakes_at_once: as many of those as this worker has under way.
    made_with: the settings that variants are made with (`rules/recipes.py`); empty: they are not told.
    supervisor: who restarts us when we hang.
    """

    api: MainAPI
    leases: Leases
    store: Store
    outages: Outages
    files: Files
    pixels: Pixels
    vision: Vision
    policy: Policy
    worker: str
    public_url: str
    lease: timedelta
    step_limit: timedelta
    items_in_flight: int
    disk_floor: int
    clock: Callable[[], float]
    chance: Callable[[], float]
    new_key: Callable[[], str]
    stopping: threading.Event
    company: Company
    polishes: bool = False
    left_behind: list[Claim] = field(default_factory=list)
    embedder: Embedder | None = None
    reprocessing: Reprocessing | None = None
    remakes_at_once: int = 1
    made_with: str = ""
    supervisor: Supervisor = field(default_factory=Unsupervised)
