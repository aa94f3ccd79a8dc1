"""What serving reads and requests: the database as it is seen from the front."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from media_vm.rules.pictures import Background, FocalPoint
from media_vm.rules.shown import (
    AltTextAnswer,
    BackgroundAnswer,
    BackgroundChoice,
    Deletion,
    News,
    Portrait,
    RefocusAnswer,
    RetryAnswer,
    Shown,
    Wanted,
)

__all__ = [
    "AltTextAnswer",
    "BackgroundAnswer",
    "BackgroundChoice",
    "Deletion",
    "News",
    "Portrait",
    "RefocusAnswer",
    "RetryAnswer",
    "Shelf",
    "Shown",
    "Wanted",
]


class Shelf(Protocol):
    """The database as `serve` uses it; every verb blocks, and may raise DatabaseDown or NotMigrated."""

    def look_up(self, media_id: int) -> Shown | None:
        """One media with its variants, deleted and failed ones too; None if the id was never given. No two looks
        give the same object: what is made of one holds as long as that one is what is shown."""

    def news(self, remembered: Sequence[int]) -> News:
        """Which media changed within the last minute: all of them, or at least those among `remembered`."""

    def portrait(self, media_id: int) -> Portrait | None:
        """The same with what is known of its content."""

    def status(self, pending_image_id: int) -> dict[str, object] | None:
        """The body of contract §3's status, without `success`; None if unknown."""

    def retry(self, pending_image_id: int) -> RetryAnswer:
        """Ask the worker for a fresh round of a failed item."""

    def refocus(self, media_id: int, focal_point: FocalPoint) -> RefocusAnswer:
        """Keep the owner's focal point, and ask the worker for the cropped sizes around it."""

    def choose_background(self, media_id: int, background: Background) -> BackgroundChoice:
        """Keep the owner's choice of a logo's face, and ask the worker for one that was never made."""

    def keep_alt_text(self, media_id: int, alt_text: str) -> AltTextAnswer:
        """Keep a person's alt text, "" for a picture that only decorates; no analysis overwrites it."""

    def delete(self, media_id: int) -> Deletion | None:
        """Show it no more from now on, and ask the worker to remove it; None if the id was never given."""

    def analysis(self, media_id: int) -> tuple[bool, dict[str, object] | None]:
        """Is the media known, and its analysis as in the callback; None while it is not analysed."""

    def list_media(self, wanted: Wanted) -> dict[str, object]:
        """`items` and `next_after` of contract §3's list."""

    def wake(self, pending_image_ids: Sequence[int]) -> None:
        """Hint that a resting worker look soon; no ids means all."""

    def is_ready(self) -> str | None:
        """None when ready, else one sentence that names the remedy. A database that is away raises: what the
        driver says is nobody's business outside."""
