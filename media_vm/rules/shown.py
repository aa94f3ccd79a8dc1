"""What serving knows of a media, and what a request for a fresh round can come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from media_vm.rules.analysis import Analysis
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


@dataclass(frozen=True, slots=True)
class Portrait:
    """One media with what a page may know before the picture comes. width, height: of the upright original in
    pixels, None until it was looked at; analysis: None until there is one."""

    shown: Shown
    width: int | None
    height: int | None
    analysis: Analysis | None


@dataclass(frozen=True, slots=True)
class News:
    """What changed after `since`: media with the times of their last change; where too many did to name them all,
    those alone that were asked about. highest_id: of all that were ever taken in; 0 before the first."""

    highest_id: int
    since: datetime
    changed: Mapping[int, datetime]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which media a list is to hold: those after an id, at most `limit` of them."""

    status: MediaStatus | None = None
    data_type: DataType | None = None
    user_id: int | None = None
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Deletion:
    """What became of `DELETE /api/media/{media_id}`. is_removed: its files are gone, and what was known of it."""

    deleted_at: datetime
    is_removed: bool

    def told(self) -> dict[str, object]:
        """As the main API and a program hear it."""
        at = self.deleted_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"deleted_at": at, "removed": self.is_removed}


class RetryAnswer(StrEnum):
    """What became of `POST /api/media/retry/{pending_image_id}` (contract §5.5)."""

    ACCEPTED = "accepted"
    NOT_FAILED = "not_failed"
    COMPLETED = "completed"
    NO_BYTES = "no_bytes"
    DELETED = "deleted"
    UNKNOWN = "unknown"


class BackgroundAnswer(StrEnum):
    """What became of `PUT /api/media/background/{media_id}` (contract §3)."""

    KEPT = "kept"
    NOT_A_LOGO = "not_a_logo"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BackgroundChoice:
    """The answer, and whether there is a face without background: None while nobody knows."""

    answer: BackgroundAnswer
    is_removed: bool | None = None


class AltTextAnswer(StrEnum):
    """What became of `PUT /api/media/alt/{media_id}` (contract §3)."""

    KEPT = "kept"
    NOT_READY = "not_ready"
    UNKNOWN = "unknown"


class RefocusAnswer(StrEnum):
    """What became of `PUT /api/media/focal/{media_id}` (contract §3)."""

    ACCEPTED = "accepted"
    NOT_READY = "not_ready"
    NO_ORIGINAL = "no_original"
    UNKNOWN = "unknown"
