"""The table of pictures that an operator wants made again, and its rows as the rules see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from media_vm.adapters.columns import Id
from media_vm.adapters.fields import text, time, word
from media_vm.rules.checklist import Step
from media_vm.rules.pictures import Format, Size
from media_vm.rules.reprocessing import Remake, RequestState


class MediaReprocess(SQLModel, table=True):
    """One media that is to be made again, and how far that is.

    steps, sizes, formats: words joined by commas; NULL:
    all of them. worker_id: who began it. The constraint is the queue's index: the oldest media goes first.
    """

    __tablename__ = "media_reprocess"
    __table_args__ = (
        UniqueConstraint("state", "media_id", name="uq_media_reprocess_state"),
        {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"},
    )

    media_id: int = Field(
        sa_column=Column(
            Id, ForeignKey("media_files.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        )
    )
    state: RequestState = word(RequestState, required=True)
    steps: str = text(100, required=True)
    sizes: str | None = text(100)
    formats: str | None = text(100)
    asked_at: datetime = time(required=True)
    begun_at: datetime | None = time()
    ended_at: datetime | None = time()
    worker_id: str | None = text(50)
    note: str | None = text(500)


def remake_of(row: Any) -> Remake:
    """What a row asks for."""
    return Remake(
        frozenset(Step(word) for word in _words(row.steps)),
        frozenset(Size(word) for word in _words(row.sizes)),
        frozenset(Format(word) for word in _words(row.formats)),
    )


def columns_of_remake(remake: Remake) -> dict[str, str | None]:
    """The same in columns."""
    return {
        "steps": _joined(remake.steps, Step),
        "sizes": _joined(remake.sizes, Size) or None,
        "formats": _joined(remake.formats, Format) or None,
    }


def _words(text: str | None) -> list[str]:
    return text.split(",") if text else []


def _joined(some: Iterable[StrEnum], kind: type[StrEnum]) -> str:
    chosen = set(some)
    return ",".join(one.value for one in kind if one in chosen)
