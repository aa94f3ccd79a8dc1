"""What is asked of the world about pictures that are to be made again, beside `ports.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from media_vm.rules.callbacks import Event
from media_vm.rules.checklist import Step
from media_vm.rules.pictures import DataType
from media_vm.rules.reprocessing import Lack, Remake, RequestState
from media_vm.values import Media


@dataclass(frozen=True, slots=True)
class Request:
    """A media whose turn it is."""

    media: Media
    remake: Remake


class Reprocessing(Protocol):
    """The queue as a worker sees it. DatabaseDown from any verb."""

    def next(self, worker: str, at_once: int, out_of_reach: Set[Step] = frozenset()) -> Request | None:
        """Whose turn it is: the oldest that waits and that nobody wants anything else of now, of those that make
        variants and those that do not alike. None: nobody's, or this worker has as many of each at work as may be
        at once. out_of_reach: steps that nobody can do now; who asks for one is passed over. What has ended by now
        is recorded as such."""

    def begin(self, request: Request, worker: str, news: Event | None) -> bool:
        """Its steps are pending and due, or it is left, with the reason. news: an event that is all it asks for.
        False: somebody was faster."""

    def asked_of(self, media_id: int) -> Remake | None:
        """What is to be made of it, if its request has begun."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which media are meant: those that fit all of it. Empty: any.

    since, until: when they were taken in. is_degraded: their analysis lacks something. not_made_with: their
    variants were made with other settings than these (`rules/recipes.py`), or nobody knows with which.
    """

    ids: frozenset[int] = frozenset()
    data_types: frozenset[DataType] = frozenset()
    users: frozenset[int] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    is_degraded: bool = False
    not_made_with: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A media that is meant. lack: why nothing can be made of it. is_asked: the same is asked of it already.
    is_under_way: it is being made again right now. path: of its original, relative to the storage root."""

    media_id: int
    data_type: DataType
    path: str | None
    lack: Lack | None
    is_asked: bool = False
    is_under_way: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """A media of which nothing came, and why."""

    media_id: int
    state: RequestState
    note: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The queue as it is. numbers: of each state. asked_at: the first of them; begun_at: the first that was;
    last_at: when something last began or ended. troubles: the first of those that failed or were left."""

    now: datetime
    numbers: Mapping[RequestState, int] = field(default_factory=dict)
    asked_at: datetime | None = None
    begun_at: datetime | None = None
    troubles: Sequence[Trouble] = ()


class Requests(Protocol):
    """The queue as an operator sees it. DatabaseDown from any verb."""

    def chosen(self, chosen: Chosen, remake: Remake, after: int, most: int) -> Sequence[Candidate]:
        """The next media after that id; deleted ones are none."""

    def begin_anew(self) -> None:
        """If nothing waits or is under way, forget what has ended: the count begins at nought."""

    def ask(self, media_ids: Sequence[int], remake: Remake) -> int:
        """They wait for their turn; how many that changed something for. What waits already is asked once, for
        both. Resting workers are woken."""

    def waiting(self) -> int:
        """How many could be cancelled."""

    def cancel(self) -> int:
        """None waits any more; what has begun goes on. How many there were."""

    def progress(self) -> Progress:
        """How far it is."""

    def seconds(self, most: int) -> Mapping[DataType, Sequence[float]]:
        """How long `resize_optimize` took of late, by data type: so many samples in all, the latest first; polish
        is none of them."""
