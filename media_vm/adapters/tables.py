"""The tables of contract §9. SQLModel table classes do not validate: only checked values go into them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from media_vm.adapters.analysis_table import MediaAIAnalysis as MediaAIAnalysis  # a table like the others
from media_vm.adapters.columns import Id, LongText
from media_vm.adapters.fields import NEVER_REUSED, changed_at, owner_id, path_index, row_id, text, time, word
from media_vm.adapters.reprocess_table import MediaReprocess as MediaReprocess  # and another one
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Redo, Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.pictures import Background, DataType, Format, MediaStatus, Size, Source


class MediaFile(SQLModel, table=True):
    """One picture, whatever door it came by."""

    __tablename__ = "media_files"
    __table_args__ = (
        Index("ix_media_files_user_sha256", "user_id", "sha256"),
        Index("ix_media_files_retrieved_at", "retrieved_at"),
        Index("ix_media_files_status", "status", "id"),
        Index("ix_media_files_updated_at", "updated_at"),
        path_index("ix_media_files_bulk_path", "bulk_path"),
        NEVER_REUSED,
    )

    id: int | None = row_id()
    main_api_id: int | None = Field(default=None, sa_column=Column(Id, unique=True, nullable=True))
    user_id: int = Field(sa_column=Column(Id, nullable=False))
    data_type: DataType = word(DataType, required=True)
    original_name: str = text(255, required=True)
    mime_type: str = text(100, required=True)
    file_size: int | None = Field(default=None, sa_column=Column(Id, nullable=True))
    bulk_path: str | None = text(500)
    library_path: str | None = text(500)
    status: MediaStatus = word(MediaStatus, required=True)
    created_at: datetime = time(required=True)
    updated_at: datetime = changed_at()  # serve learns by it that something changed
    source: Source = word(Source, required=True)
    image_path: str = text(500, required=True)
    sha256: str | None = text(64)
    width: int | None = None
    height: int | None = None
    uploaded_at: datetime | None = time()
    retrieved_at: datetime | None = time()
    quarantined_at: datetime | None = time()
    processed_at: datetime | None = time()
    made_with: str | None = text(64)  # `rules/recipes.py`; NULL: nobody knows
    deleted_at: datetime | None = time()
    removed_at: datetime | None = time()  # nothing is left of a deleted media but this row
    retired_at: datetime | None = time()  # retention took its original, or is just taking it
    background_choice: Background | None = word(Background)


class ProcessingChecklist(SQLModel, table=True):
    """What decides about one media, and who works on it. due_at is null while it is leased."""

    __tablename__ = "processing_checklist"
    __table_args__ = (
        Index("ix_processing_checklist_due", "due_at", "id"),
        Index("ix_processing_checklist_lease", "lease_expires_at"),
        Index("ix_processing_checklist_heal", "heal_at"),
        Index("ix_processing_checklist_ai_heal", "ai_heal_at"),
        Index("ix_processing_checklist_polish", "awaits_polish", "media_id"),
        NEVER_REUSED,
    )

    id: int | None = row_id()
    media_id: int = owner_id(unique=True)
    worker_id: str | None = text(50)
    retrieve_file: StepStatus = word(StepStatus, required=True)
    retrieve_file_attempts: int = 0
    ai_visual_analysis: StepStatus = word(StepStatus, required=True)
    ai_visual_analysis_attempts: int = 0
    resize_optimize: StepStatus = word(StepStatus, required=True)
    resize_optimize_attempts: int = 0
    update_callback: StepStatus = word(StepStatus, required=True)
    update_callback_attempts: int = 0
    created_at: datetime = time(required=True)
    updated_at: datetime = time(required=True)
    lease_token: str | None = text(32)
    last_write: str | None = text(32)  # of the last outcome recorded: sent again, it finds itself
    lease_expires_at: datetime | None = time()
    due_at: datetime | None = time()
    not_before: datetime | None = time()
    ai_not_before: datetime | None = time()
    running: Step | None = word(Step)
    has_variants: bool = False
    degraded: str | None = text(20)
    redo: Redo | None = word(Redo)
    redo_counter: int = 0
    deaths: int = 0
    crash_deaths: int = 0
    worker_deaths: int = 0
    heal_rounds: int = 0
    heal_at: datetime | None = time()
    ai_rounds: int = 0
    ai_heal_at: datetime | None = time()
    is_forgotten: bool = False
    remakes: Redo | None = word(Redo)
    from_kept: bool = False
    outage_turn: int = 0
    outage_party: str | None = text(20)
    awaits_polish: bool = False
    closed_at: datetime | None = time()
    renewed_at: datetime | None = time()
    suspect_kind: Kind | None = word(Kind)
    suspect_reason: str | None = text(50)
    suspect_detail: str | None = text(500)
    suspect_fingerprint: str | None = text(80)
    absent_since: datetime | None = time()
    looks: int = 0
    last_error: str | None = text(500)
    last_error_reason: str | None = text(50)
    last_error_kind: Kind | None = word(Kind)
    last_error_step: Step | None = word(Step)


class MediaVariant(SQLModel, table=True):
    """One variant that serve may send, or one format that was not kept, with the reason."""

    __tablename__ = "media_variants"
    __table_args__ = (
        UniqueConstraint("media_id", "size", "format", "bg", name="uq_media_variants"),
        path_index("ix_media_variants_path", "path"),
        NEVER_REUSED,
    )

    id: int | None = row_id()
    media_id: int = owner_id()
    size: Size = word(Size, required=True)
    format: Format = word(Format, required=True)
    bg: Background = word(Background, required=True)
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    sha256: str | None = text(64)
    path: str | None = text(500)
    reason: str | None = text(50)


class MediaEvent(SQLModel, table=True):
    """One line of an item's history, for `explain`."""

    __tablename__ = "media_events"
    __table_args__ = (Index("ix_media_events_name_at", "name", "at"), NEVER_REUSED)

    id: int | None = row_id()
    media_id: int = owner_id()
    at: datetime = time(required=True)
    name: str = text(50, required=True)
    attempt: int | None = None
    kind: Kind | None = word(Kind)
    reason: str | None = text(50)
    fingerprint: str | None = text(80)
    request_id: str | None = text(64)
    note: str | None = text(500)
    ms: int | None = None
    worker_id: str | None = text(50)


class MediaCallback(SQLModel, table=True):
    """One event for the main API: the same key and the same bytes until it is answered."""

    __tablename__ = "media_callbacks"
    __table_args__ = (NEVER_REUSED,)

    id: int | None = row_id()
    media_id: int = owner_id()
    kind: EventKind = word(EventKind, required=True)
    idempotency_key: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    body: str | None = Field(default=None, sa_column=Column(LongText, nullable=True))
    created_at: datetime = time(required=True)
    due_at: datetime = time(required=True)
    attempts: int = 0
    acknowledged_at: datetime | None = time()
    answer: str | None = text(100)
    resent: int = 0
    resent_at: datetime | None = time()
    given_up_at: datetime | None = time()


class MediaMark(SQLModel, table=True):
    """When something last happened to the whole machine: a poll with its outcome, a wake call."""

    __tablename__ = "media_marks"

    name: str = Field(sa_column=Column(String(50), primary_key=True))
    at: datetime = time(required=True)
    note: str | None = text(500)


class MediaOutage(SQLModel, table=True):
    """A party that is away, known to every worker; it has no row when it is there."""

    __tablename__ = "media_outages"

    party: str = Field(sa_column=Column(String(20), primary_key=True))
    since: datetime = time(required=True)
    until: datetime = time(required=True)
    kind: str = text(20, required=True)
    reason: str = text(50, required=True)
    fingerprint: str | None = text(80)
    failures: int = 1
