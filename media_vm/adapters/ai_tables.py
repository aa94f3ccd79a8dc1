"""The tables of AI calls: what they cost, what is set aside, what was answered, what texts mean (contract §9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from media_vm.adapters.columns import Id, LongText
from media_vm.adapters.fields import NEVER_REUSED, json, row_id, text, time, word
from media_vm.rules.findings import CostSource


class MediaAIUsage(SQLModel, table=True):
    """One AI call. cost_micro_usd: NULL if nobody knows; reason: why it failed, NULL: it was answered. No foreign
    key: the bill outlives what it was for. token: of this writing, which sent again finds itself."""

    __tablename__ = "media_ai_usage"
    __table_args__ = (
        Index("ix_media_ai_usage_at", "at", "cost_micro_usd"),
        Index("ix_media_ai_usage_media_id", "media_id"),
        NEVER_REUSED,
    )

    id: int | None = row_id()
    at: datetime = time(required=True)
    media_id: int | None = Field(default=None, sa_column=Column(Id, nullable=True))
    provider: str = text(20, required=True)
    model: str = text(100, required=True)
    task: str = text(20, required=True)
    prompt_version: str = text(50, required=True)
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    tokens_reasoning: int | None = None
    units: Any = json()
    cost_micro_usd: int | None = Field(default=None, sa_column=Column(Id, nullable=True))
    cost_source: CostSource = word(CostSource, required=True)
    request_id: str | None = text(100)
    ms: int = 0
    reason: str | None = text(50)
    worker: str | None = text(50)
    token: str = Field(sa_column=Column(String(32), nullable=False, unique=True))


class MediaAIReservation(SQLModel, table=True):
    """Micro-USD set aside for a call under way; after expires_at it counts no more."""

    __tablename__ = "media_ai_reservations"
    __table_args__ = ({"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"},)

    token: str = Field(sa_column=Column(String(32), primary_key=True))
    micro_usd: int = Field(sa_column=Column(Id, nullable=False))
    expires_at: datetime = time(required=True)
    worker: str | None = text(50)


class MediaAIAnswer(SQLModel, table=True):
    """An answer that was paid for. id: SHA-256 in hex of all that it depends on. media_id: for whom it was paid,
    and with whom it goes; others may have used it since. The rest is for people."""

    __tablename__ = "media_ai_answers"
    __table_args__ = (
        Index("ix_media_ai_answers_used_at", "used_at"),
        Index("ix_media_ai_answers_media_id", "media_id"),
        {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"},
    )

    id: str = Field(sa_column=Column(String(64), primary_key=True))
    pixels: str = text(64, required=True)
    provider: str = text(20, required=True)
    model: str = text(100, required=True)
    prompt_version: str = text(50, required=True)
    context: str = text(64, required=True)
    media_id: int | None = Field(default=None, sa_column=Column(Id, nullable=True))
    answer: str = Field(sa_column=Column(LongText, nullable=False))
    created_at: datetime = time(required=True)
    used_at: datetime = time(required=True)


class MediaEmbedding(SQLModel, table=True):
    """What a media's text means: `dim` little-endian float16. text_hash: SHA-256 in hex of the text."""

    __tablename__ = "media_embeddings"
    __table_args__ = (UniqueConstraint("media_id", "kind", name="uq_media_embeddings"), NEVER_REUSED)

    id: int | None = row_id()
    media_id: int = Field(sa_column=Column(Id, ForeignKey("media_files.id", ondelete="CASCADE"), nullable=False))
    kind: str = text(20, required=True)
    model: str = text(100, required=True)
    dim: int = Field(nullable=False)
    vec: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    text_hash: str = text(64, required=True)
    updated_at: datetime = time(required=True)
