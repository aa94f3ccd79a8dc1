"""What serving reads and requests: the database as it is seen from the front."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from media_vm.rules.shown import RetryAnswer, Shown

__all__ = ["RetryAnswer", "Shelf", "Shown"]


class Shelf(Protocol):
    """The database as `serve` uses it; every verb blocks, and may raise DatabaseDown or NotMigrated."""

    def look_up(self, media_id: int) -> Shown | None:
        """One media with its variants, deleted and failed ones too; None if the id was never given."""

    def status(self, pending_image_id: int) -> dict[str, object] | None:
        """The body of contract §3's status, without `success`; None if unknown."""

    def retry(self, pending_image_id: int) -> RetryAnswer:
        """Ask the worker for a fresh round of a failed item."""

    def analysis(self, media_id: int) -> tuple[bool, dict[str, object] | None]:
        """Is the media known, and its analysis as in the callback; None while it is not analysed."""

    def wake(self, pending_image_ids: Sequence[int]) -> None:
        """Hint that a resting worker look soon; no ids means all."""

    def is_ready(self) -> str | None:
        """None when ready, else one sentence that names the remedy."""
