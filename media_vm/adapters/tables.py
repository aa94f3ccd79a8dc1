"""The tables of contract §9. SQLModel table classes do not validate: only checked values go into them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from media_vm.adapters.columns import Id, LongText, UtcDateTime, words
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Redo, Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.pictures import Background, DataType, Format, MediaStatus, Size, Source

# Ids are never reused: a URL that was given out must never show another picture.
NEVER_REUSED = {"sqlite_autoincrement": True, "mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


def _id() -> Any:
    return Field(default=None, sa_column=Column(Id, primary_key=True, autoincrement=True))


def _media_id(*, unique: bool = False) -> Any:
    key = ForeignKey("media_files.id", ondelete="CASCADE")
    return Field(sa_column=Column(Id, key, nullable=False, unique=unique, index=not unique))


def _time(*, required: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime, nullable=not required))


def _text(width: int, *, required: bool = False) -> Any:
    return Field(default=None, sa_column=Column(String(width), nullable=not required))


def _json() -> Any:
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


def _word(kind: Any, *, required: bool = False) -> Any:
    return Field(default=None, sa_column=Column(words(kind), nullable=not required))


class MediaFile(SQLModel, table=True):
    """One picture, whatever door it came by."""

    __tablename__ = "media_files"
    __table_args__ = (
        Index("ix_media_files_user_sha256", "user_id", "sha256"),
        Index("ix_media_files_retrieved_at", "retrieved_at"),
        Index("ix_media_files_status", "status", "id"),
        NEVER_REUSED,
    )

    id: int | None = _id()
    main_api_id: int | None = Field(default=None, sa_column=Column(Id, unique=True, nullable=True))
    user_id: int = Field(sa_column=Column(Id, nullable=False))
    data_type: DataType = _word(DataType, required=True)
    original_name: str = _text(255, required=True)
    mime_type: str = _text(100, required=True)
    file_size: int | None = Field(default=None, sa_column=Column(Id, nullable=True))
    bulk_path: str | None = _text(500)
    library_path: str | None = _text(500)
    status: MediaStatus = _word(MediaStatus, required=True)
    created_at: datetime = _time(required=True)
    updated_at: datetime = _time(required=True)
    source: Source = _word(Source, required=True)
    image_path: str = _text(500, required=True)
    sha256: str | None = _text(64)
    width: int | None = None
    height: int | None = None
    uploaded_at: datetime | None = _time()
    retrieved_at: datetime | None = _time()
    quarantined_at: datetime | None = _time()
    processed_at: datetime | None = _time()
    deleted_at: datetime | None = _time()
    background_choice: Background | None = _word(Background)


class ProcessingChecklist(SQLModel, table=True):
    """What decides about one media, and who works on it. due_at is null while it is leased."""

    __tablename__ = "processing_checklist"
    __table_args__ = (
        Index("ix_processing_checklist_due", "due_at", "id"),
        Index("ix_processing_checklist_lease", "lease_expires_at"),
        Index("ix_processing_checklist_heal", "heal_at"),
        Index("ix_processing_checklist_ai_heal", "ai_heal_at"),
        NEVER_REUSED,
    )

    id: int | None = _id()
    media_id: int = _media_id(unique=True)
    worker_id: str | None = _text(50)
    retrieve_file: StepStatus = _word(StepStatus, required=True)
    retrieve_file_attempts: int = 0
    ai_visual_analysis: StepStatus = _word(StepStatus, required=True)
    ai_visual_analysis_attempts: int = 0
    resize_optimize: StepStatus = _word(StepStatus, required=True)
    resize_optimize_attempts: int = 0
    update_callback: StepStatus = _word(StepStatus, required=True)
    update_callback_attempts: int = 0
    created_at: datetime = _time(required=True)
    updated_at: datetime = _time(required=True)
    lease_token: str | None = _text(32)
    last_write: str | None = _text(32)  # of the last outcome recorded: sent again, it finds itself
    lease_expires_at: datetime | None = _time()
    due_at: datetime | None = _time()
    not_before: datetime | None = _time()
    ai_not_before: datetime | None = _time()
    running: Step | None = _word(Step)
    has_variants: bool = False
    degraded: str | None = _text(20)
    redo: Redo | None = _word(Redo)
    redo_counter: int = 0
    deaths: int = 0
    crash_deaths: int = 0
    worker_deaths: int = 0
    heal_rounds: int = 0
    heal_at: datetime | None = _time()
    ai_rounds: int = 0
    ai_heal_at: datetime | None = _time()
    is_forgotten: bool = False
    remakes: Redo | None = _word(Redo)
    from_kept: bool = False
    outage_turn: int = 0
    closed_at: datetime | None = _time()
    renewed_at: datetime | None = _time()
    suspect_kind: Kind | None = _word(Kind)
    suspect_reason: str | None = _text(50)
    suspect_detail: str | None = _text(500)
    suspect_fingerprint: str | None = _text(80)
    absent_since: datetime | None = _time()
    looks: int = 0
    last_error: str | None = _text(500)
    last_error_reason: str | None = _text(50)
    last_error_kind: Kind | None = _word(Kind)
    last_error_step: Step | None = _word(Step)


class MediaAIAnalysis(SQLModel, table=True):
    """What is known of a picture's content; null is unknown."""

    __tablename__ = "media_ai_analysis"
    __table_args__ = (NEVER_REUSED,)

    id: int | None = _id()
    media_id: int = _media_id(unique=True)
    dominant_colors: Any = _json()
    detected_objects: Any = _json()
    detected_text: str | None = Field(default=None, sa_column=Column(LongText, nullable=True))
    style_classification: str | None = _text(255)
    medium_detected: str | None = _text(255)
    subject_matter: str | None = Field(default=None, sa_column=Column(LongText, nullable=True))
    quality_score: int | None = None
    mood_keywords: Any = _json()
    confidence_score: float | None = None
    raw_google_response: Any = _json()
    raw_gpt4_response: Any = _json()
    created_at: datetime = _time(required=True)
    description: str | None = Field(default=None, sa_column=Column(LongText, nullable=True))
    tags: Any = _json()
    palette: Any = _json()
    caption: str | None = _text(500)
    alt_text: str | None = _text(500)
    focal_x: float | None = None
    focal_y: float | None = None
    focal_source: str | None = _text(20)
    perceptual_hash: str | None = _text(16)
    thumbhash: str | None = _text(64)
    average_color: str | None = _text(7)
    has_transparency: bool | None = None
    logo_likeness: float | None = None
    technical_score: int | None = None
    technical_parts: Any = _json()
    is_ai_enhanced: bool = False
    generated_at: datetime = _time(required=True)


class MediaVariant(SQLModel, table=True):
    """One variant that serve may send, or one format that was not kept, with the reason."""

    __tablename__ = "media_variants"
    __table_args__ = (
        UniqueConstraint("media_id", "size", "format", "bg", name="uq_media_variants"),
        NEVER_REUSED,
    )

    id: int | None = _id()
    media_id: int = _media_id()
    size: Size = _word(Size, required=True)
    format: Format = _word(Format, required=True)
    bg: Background = _word(Background, required=True)
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    sha256: str | None = _text(64)
    path: str | None = _text(500)
    reason: str | None = _text(50)


class MediaEvent(SQLModel, table=True):
    """One line of an item's history, for `explain`."""

    __tablename__ = "media_events"
    __table_args__ = (Index("ix_media_events_name_at", "name", "at"), NEVER_REUSED)

    id: int | None = _id()
    media_id: int = _media_id()
    at: datetime = _time(required=True)
    name: str = _text(50, required=True)
    attempt: int | None = None
    kind: Kind | None = _word(Kind)
    reason: str | None = _text(50)
    fingerprint: str | None = _text(80)
    request_id: str | None = _text(64)
    note: str | None = _text(500)
    ms: int | None = None
    worker_id: str | None = _text(50)


class MediaCallback(SQLModel, table=True):
    """One event for the main API: the same key and the same bytes until it is answered."""

    __tablename__ = "media_callbacks"
    __table_args__ = (NEVER_REUSED,)

    id: int | None = _id()
    media_id: int = _media_id()
    kind: EventKind = _word(EventKind, required=True)
    idempotency_key: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    body: str | None = Field(default=None, sa_column=Column(LongText, nullable=True))
    created_at: datetime = _time(required=True)
    due_at: datetime = _time(required=True)
    attempts: int = 0
    acknowledged_at: datetime | None = _time()
    answer: str | None = _text(100)
    resent: int = 0
    resent_at: datetime | None = _time()
    given_up_at: datetime | None = _time()


class MediaMark(SQLModel, table=True):
    """When something last happened to the whole machine: a poll with its outcome, a wake call."""

    __tablename__ = "media_marks"

    name: str = Field(sa_column=Column(String(50), primary_key=True))
    at: datetime = _time(required=True)
    note: str | None = _text(500)


class MediaOutage(SQLModel, table=True):
    """A party that is away, known to every worker; it has no row when it is there."""

    __tablename__ = "media_outages"

    party: str = Field(sa_column=Column(String(20), primary_key=True))
    since: datetime = _time(required=True)
    until: datetime = _time(required=True)
    kind: str = _text(20, required=True)
    reason: str = _text(50, required=True)
    fingerprint: str | None = _text(80)
    failures: int = 1
