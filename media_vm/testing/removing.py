"""Deletion in memory: asked for as serve does, and gone as the worker leaves it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from media_vm.removal_ports import Belongings
from media_vm.rules.pictures import VariantSet
from media_vm.rules.removal import NOBODY, folders_of
from media_vm.testing.rows import MemoryRows
from media_vm.values import Claim


class MemoryRemovals(MemoryRows):
    """The `Removals` port, and the request that leads to it."""

    def delete(self, media_id: int) -> None:
        """Somebody asked for it; whoever holds it lets go at the end of the step."""
        with self._lock:
            row = self.rows[media_id]
            row.media = replace(row.media, is_deleted=True)
            row.is_asked_again = row.expires_at is not None
            row.due_at = None if row.expires_at else self._clock.now

    def belongings(self, claim: Claim) -> Belongings:
        """Its files are of the days on which something happened to it."""
        with self._lock:
            row = self._held(claim)
            media = row.media
            paths = [one.path for one in row.variants.kept]
            if media.original:
                paths.append(media.original.path)
            days = {at.date() for at in (*(at for at, _ in row.history), self._clock.now)}
            return Belongings(tuple(paths), folders_of(media.user_id, media.data_type, None, days))

    def alone(self, claim: Claim, paths: Sequence[str]) -> Sequence[str]:
        """Nobody else's."""
        with self._lock:
            others = self._named_by_others(claim.media.id)
            is_wiped = self.rows[claim.media.id].media.user_id == NOBODY
            return [] if is_wiped else [path for path in paths if path not in others]

    def wipe(self, claim: Claim, erased: Collection[str]) -> bool:
        """What is left is who it was to us and to the main API."""
        with self._lock:
            row = self._held(claim)
            original = row.media.original
            is_shared = original is None or original.path in self._named_by_others(claim.media.id)
            if original and original.path not in erased and not is_shared:
                return False
            row.analysis, row.variants, row.history = None, VariantSet((), ()), []
            for told in row.told:
                told.event = replace(told.event, body=None)
                told.given_up_at = told.given_up_at or (None if told.answered_at else self._clock.now)
            wiped = replace(row.media, user_id=NOBODY, original_name="", image_path="", original=None)
            left = replace(
                row.media.checklist, redo=None, remakes=None, running=None, heal_at=None, ai_heal_at=None
            )
            row.media = replace(wiped, checklist=replace(left, awaits_polish=False, suspect=None, open_event=None))
            return True

    def _named_by_others(self, media_id: int) -> set[str]:
        others = (row.media for row in self.rows.values() if row.media.id != media_id)
        return {one.original.path for one in others if one.original}
