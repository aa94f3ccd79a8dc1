"""What retention and `gc` ask of the database, beside `upkeep_ports.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from media_vm.rules.pictures import DataType, Source


@dataclass(frozen=True, slots=True)
class Expired:
    """An original that was kept for long enough. shares: how many media name its file, this one among them."""

    media_id: int
    path: str
    bytes: int
    shares: int


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a file is, by the id in its name."""

    source: Source
    data_type: DataType
    is_deleted: bool


class Expiries(Protocol):
    """What retention may take. DatabaseDown from any verb."""

    def expired(self, after: int) -> Sequence[Expired]:
        """Some originals of media at rest after that id, in order of id; empty at the end. Those that a killed run
        began with are among them."""

    def retire(self, media_id: int) -> bool:
        """From now on nobody needs its original; False: a worker has, or will have, something to do with it."""

    def removable(self, media_id: int) -> str | None:
        """The file of a retired original, if no other media names it."""

    def let_go_of(self, media_id: int, erased: Collection[str]) -> bool:
        """The row names its original no more. False, and it still does: nobody shares the file any more, and it is
        not among the erased."""

    def owners(self, media_ids: Collection[int]) -> Mapping[int, Owner]:
        """Those of these media that there are."""

    def forget_quarantine(self, media_ids: Collection[int]) -> None:
        """Nothing of theirs is put aside any more."""
