"""The values that cross the ports, from a pending entry to a finished variant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from media_vm.errors import StepFailed, most_telling
from media_vm.rules.analysis import Analysis
from media_vm.rules.callbacks import Event
from media_vm.rules.checklist import Checklist, Step
from media_vm.rules.failures import Failure
from media_vm.rules.findings import Provider, Seen, Told
from media_vm.rules.pictures import (
    Background,
    DataType,
    FocalPoint,
    Format,
    NotKept,
    Region,
    Size,
    SourceFacts,
    VariantSet,
)

WORKER_MARK = "worker "  # the mark by which a worker says that it lives begins so
BACKUP_MARK = "backup"  # the mark of the last one that came to its end; its time is when it was begun
HEARD_OF_EVERY = timedelta(seconds=30)  # how often it says so, at work and at rest
GONE_AFTER = 4 * HEARD_OF_EVERY  # a poll that hangs, a database that is busy: three beats may be missed


@dataclass(frozen=True, slots=True)
class PendingImage:
    """One good entry of the main API's pending list (contract §2)."""

    id: int
    user_id: int
    image_path: str
    original_name: str
    mime_type: str
    created_at: datetime | None
    data_type: str | None


@dataclass(frozen=True, slots=True)
class PendingList:
    """All that waits for us.

    is_whole: no entry was skipped, so that what is not in it is not listed. total: the main API's own count; None
    if it does not tell. skipped: what was wrong with each entry that was.
    """

    images: tuple[PendingImage, ...]
    is_whole: bool = True
    total: int | None = None
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Original:
    """A source file as it arrived. path is relative to the storage root."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Media:
    """One `media_files` row with its checklist, as a claim hands it out.

    is_deleted: all that is left to do is to remove it. is_retired: its original is kept no longer.
    """

    id: int
    main_api_id: int | None
    user_id: int
    data_type: DataType
    original_name: str
    image_path: str
    original: Original | None
    checklist: Checklist
    is_deleted: bool = False
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A lease on one media: every later write repeats its token. now: the database's time of the claim."""

    media: Media
    token: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt at a step brings home; written in one transaction with the checklist, or not at all.

    degraded: what the analysis still lacks, a word of contract §2. failure: set when it did not succeed. is_held:
    it was not even tried, for a party is away; that is no line of its history. is_forgotten: the main API answered
    that it knows no such id. arrived: the original came from the main API just now, not out of quarantine.
    awaits_polish: the variants could be made smaller at leisure. made_with: the settings that all of them were
    made with; None: not all were, or nobody tells.
    """

    step: Step
    note: str = ""
    took: timedelta = timedelta(0)
    original: Original | None = None
    facts: SourceFacts | None = None
    analysis: Analysis | None = None
    degraded: str | None = None
    variants: VariantSet | None = None
    awaits_polish: bool = False
    made_with: str | None = None
    new_event: Event | None = None
    answered: Event | None = None
    is_forgotten: bool = False
    arrived: bool = False
    is_held: bool = False
    quarantined: bool = False
    failure: Failure | None = None
    attempt: int = 0
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """What providers said of a picture. failures: of who was asked and did not answer, each with its provider.
    asked: who was; an answer that is known from before needs nobody."""

    seen: Seen | None = None
    told: Told | None = None
    failures: tuple[StepFailed, ...] = ()
    asked: frozenset[Provider] = frozenset()

    @property
    def unanswered(self) -> tuple[StepFailed, ...]:
        """Failures that no other provider made good: Google's, and those of models if none answered."""
        return tuple(one for one in self.failures if one.provider is Provider.GOOGLE or self.told is None)

    @property
    def failure(self) -> StepFailed | None:
        """The one of these that says most about what to do."""
        return most_telling(self.unanswered) if self.unanswered else None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to the whole machine: a poll, a wake call."""

    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How the main API answered an event (contract §5.6). is_unknown: it knows no such id (any more)."""

    note: str
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """A temp file as it was read: how many bytes, and their SHA-256 in hex."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """What to make of one original: every size for this data type, cropped around this focal point.

    only_crops: the cropped sizes alone, for a focal point that moved. only_removed: a logo's face without ground
    alone. sizes, formats: those alone; empty: all. polishes: digests (SHA-256) of the variants that there are;
    only sizes that get smaller by more effort are made (`rules/polish.py`). text_regions: writing that a site's
    `header` must not lose, as far as anybody found some. has_enclosed_background: does a logo's ground show
    through parts of it, as far as anybody knows?
    """

    data_type: DataType
    focal_point: FocalPoint | None
    only_crops: bool = False
    only_removed: bool = False
    sizes: frozenset[Size] = frozenset()
    formats: frozenset[Format] = frozenset()
    polishes: frozenset[str] | None = None
    text_regions: tuple[Region, ...] = ()
    has_enclosed_background: bool | None = None

    def asks_for(self, size: Size, form: Format) -> bool:
        """Is it one of those to make?"""
        return (not self.sizes or size in self.sizes) and (not self.formats or form in self.formats)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One finished variant under a temporary name; it gets its real name when the lease was checked."""

    size: Size
    format: Format
    background: Background
    width: int
    height: int
    bytes: int
    sha256: str
    temporary: Path


@dataclass(frozen=True, slots=True)
class Rendering:
    """All that came of one original: what is worth keeping, and what was not, with the reason.

    note: what else its history should tell, e.g. what became of a logo's background.
    """

    kept: tuple[Rendered, ...]
    not_kept: tuple[NotKept, ...]
    note: str = ""
