"""What serving knows of a media, and what a request for a fresh round can come to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from media_vm.rules.pictures import Background, DataType, MediaStatus, Variant


@dataclass(frozen=True, slots=True)
class Shown:
    """One media as `serve` sees it; background_choice: the owner's (contract §8), None when never made."""

    media_id: int
    status: MediaStatus
    is_deleted: bool
    data_type: DataType
    slug: str
    background_choice: Background | None
    variants: tuple[Variant, ...]


class RetryAnswer(StrEnum):
    """What became of `POST /api/media/retry/{pending_image_id}` (contract §5.5)."""

    ACCEPTED = "accepted"
    NOT_FAILED = "not_failed"
    COMPLETED = "completed"
    NO_BYTES = "no_bytes"
    UNKNOWN = "unknown"
