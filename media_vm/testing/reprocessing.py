"""The queue of pictures to be made again, in memory, over the rows of the database in memory."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from media_vm.reprocess_ports import Request
from media_vm.rules.callbacks import Event
from media_vm.rules.checklist import Step
from media_vm.rules.outcomes import announced
from media_vm.rules.owners_words import told_with
from media_vm.rules.reprocessing import Remake, RequestState, begun, ended, has_room, lack_of
from media_vm.testing.clock import MemoryClock
from media_vm.testing.database import MemoryDatabase
from media_vm.testing.row import Row, Told


@dataclass
class Asked:
    """One request."""

    remake: Remake
    state: RequestState = RequestState.WAITING
    worker: str = ""
    note: str | None = None


class MemoryReprocessing:
    """The `Reprocessing` port. asked: by media id, as an operator asks."""

    def __init__(self, clock: MemoryClock, database: MemoryDatabase) -> None:
        self._clock, self._database = clock, database
        self.asked: dict[int, Asked] = {}

    def next(self, worker: str, at_once: int, out_of_reach: Set[Step] = frozenset()) -> Request | None:
        """Whose turn it is."""
        under_way = [(id_, one) for id_, one in self.asked.items() if one.state is RequestState.BEGUN]
        for id_, one in under_way:
            one.state = ended(self._row(id_).checklist(), one.remake) or one.state
        own = [(id_, one) for id_, one in under_way if one.state is RequestState.BEGUN and one.worker == worker]
        at_work = [one.remake for id_, one in own if not self._rests(id_)]
        resting = [one.remake for id_, one in own if self._rests(id_)]
        free = [id_ for id_ in sorted(self.asked) if self._is_free(id_)]
        able = [id_ for id_ in free if not self.asked[id_].remake.steps & out_of_reach]
        roomy = [id_ for id_ in able if has_room(at_work, resting, self.asked[id_].remake, at_once)]
        if not roomy:
            return None
        row = self._row(roomy[0])
        return Request(replace(row.media, checklist=row.checklist()), self.asked[roomy[0]].remake)

    def begin(self, request: Request, worker: str, news: Event | None) -> bool:
        """Its steps are pending and due."""
        media_id = request.media.id
        if not self._is_free(media_id):
            return False
        row, asked = self._row(media_id), self.asked[media_id]
        asked.state, asked.worker, checklist = RequestState.BEGUN, worker, row.checklist()
        has_original, is_known = row.media.original is not None, row.media.main_api_id is not None
        lack = lack_of(checklist, asked.remake, has_original=has_original, is_known_there=is_known)
        if lack:
            asked.state, asked.note = RequestState.LEFT, lack.value
            return True
        checklist, now = begun(checklist, asked.remake), self._clock.now
        if news:
            row.told.append(Told(replace(news, body=told_with(news.body, row.analysis)), now, now))
            checklist = announced(checklist, news.kind, now)
        row.media, row.due_at = replace(row.media, checklist=checklist), now
        return True

    def asked_of(self, media_id: int) -> Remake | None:
        """What is to be made of it."""
        asked = self.asked.get(media_id)
        return asked.remake if asked and asked.state is RequestState.BEGUN else None

    def _is_free(self, media_id: int) -> bool:
        row, asked = self._row(media_id), self.asked[media_id]
        is_idle = row.expires_at is None and (row.due_at is None or self._rests(media_id))
        return asked.state is RequestState.WAITING and is_idle

    def _rests(self, media_id: int) -> bool:
        due_at = self._row(media_id).due_at
        return due_at is not None and due_at > self._clock.now

    def _row(self, media_id: int) -> Row:
        return self._database.rows[media_id]
