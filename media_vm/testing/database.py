"""The database in memory, behind one lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import DEATHS_THAT_ISOLATE, Checklist, Redo, Step, give_back, spend
from media_vm.rules.healing import HEALING, healed, healed_analysis
from media_vm.rules.listing import SAME_EVENT_TIMES, Relisted, as_update, is_withdrawn, relisted
from media_vm.rules.orphans import orphaned, patience
from media_vm.rules.outages import NEWS_WAITS_FOR, Party, released
from media_vm.rules.outcomes import announced, withdrawn
from media_vm.rules.owners_words import in_place_of, told_with
from media_vm.rules.polish import awaits_polish
from media_vm.rules.rounds import begun_anew, renewed
from media_vm.rules.temp_names import data_type_of
from media_vm.testing.removing import MemoryRemovals
from media_vm.testing.row import Row, Told
from media_vm.values import Claim, Media, Original, Outcome, PendingImage, PendingList


class MemoryDatabase(MemoryRemovals):
    """The `Leases` and the `Store` port in one, behind one lock."""

    # Leases

    def free_expired(self, chance: float) -> int:
        """Free every lease past its expiry; the death of its holder is counted."""
        with self._lock:
            now = self._clock.now
            expired = [row for row in self.rows.values() if row.expires_at and row.expires_at <= now]
            for row in expired:
                checklist = orphaned(row.media.checklist)
                row.media = replace(row.media, checklist=checklist)
                row.token, row.expires_at = self._new_token(), None
                row.due_at = now + patience(checklist, self._policy, chance)
            return len(expired)

    def claim(self, worker: str) -> Claim | None:
        """The longest-due media that nobody holds."""
        with self._lock:
            now = self._clock.now
            due = [
                (row.media.checklist.worker_deaths >= DEATHS_THAT_ISOLATE, row.due_at, key, row)
                for key, row in self.rows.items()
                if row.due_at and row.due_at <= now
            ]
            if not due:
                return None
            row = min(due, key=lambda one: one[:3])[3]
            checklist = row.checklist()
            if not row.media.is_deleted:
                checklist = spend(renewed(checklist), now, self._policy)
            row.media = replace(row.media, checklist=checklist)
            row.token, row.due_at, row.expires_at = self._new_token(), None, now + self._lease
            row.worker = worker
            return Claim(row.media, row.token, now)

    def renew(self, claim: Claim) -> None:
        """Push the expiry."""
        with self._lock:
            self._leased(claim).expires_at = self._clock.now + self._lease

    def release(self, claim: Claim, due_at: datetime | None) -> None:
        """Let go."""
        with self._lock:
            row = self._leased(claim)
            row.media = replace(row.media, checklist=give_back(row.media.checklist))
            row.expires_at, row.due_at = None, self._clock.now if row.is_asked_again else due_at
            row.is_asked_again = False

    def release_all(self, worker: str) -> int:
        """Let go of all that this worker holds."""
        with self._lock:
            theirs = [row for row in self.rows.values() if row.worker == worker and row.expires_at]
            for row in theirs:
                row.media = replace(row.media, checklist=give_back(row.media.checklist))
                row.token, row.expires_at, row.due_at = self._new_token(), None, self._clock.now
            return len(theirs)

    def next_due(self) -> timedelta | None:
        """How long until something falls due."""
        with self._lock:
            times = [t for row in self.rows.values() for t in (row.due_at, row.expires_at) if t]
            return max(min(times) - self._clock.now, timedelta(0)) if times else None

    # Store

    def now(self) -> datetime:
        """The memory clock's time."""
        return self._clock.now

    def remember(self, pending: PendingList, poll_began: datetime) -> int:
        """Take in what is new; what is known may be listed again, or no more."""
        with self._lock:
            idle = (row for row in self.rows.values() if row.expires_at is None and not row.media.is_deleted)
            known = {row.media.main_api_id: row for row in idle}
            for image in pending.images:
                if image.id in known:
                    self._listed_again(known[image.id], image, poll_began)
            if pending.is_whole:
                listed = {image.id for image in pending.images}
                unlisted = (row for row in known.values() if row.media.main_api_id not in listed)
                self._withdraw(unlisted, poll_began)
            return self._take_in(pending)

    def _take_in(self, pending: PendingList) -> int:
        known = {row.media.main_api_id for row in self.rows.values()}
        new = {image.id: image for image in pending.images if image.id not in known}
        for image in sorted(new.values(), key=lambda one: one.id):
            media_id = next(self._ids)
            data_type = data_type_of(image.image_path, image.data_type).data_type
            about = (image.user_id, data_type, image.original_name, image.image_path)
            media = Media(media_id, image.id, *about, None, Checklist())
            self.rows[media_id] = Row(media, due_at=self._clock.now)
        return len(new)

    def _listed_again(self, row: Row, image: PendingImage, poll_began: datetime) -> None:
        checklist, now = row.media.checklist, self._clock.now
        match relisted(row.listed(), poll_began, self._policy):
            case Relisted.NOTHING:
                return
            case Relisted.FRESH_ROUND:
                checklist = begun_anew(checklist)
                row.media = replace(row.media, image_path=image.image_path)
                row.closed_at, row.renewed_at = None, now
            case Relisted.SAME_EVENT:
                last = row.told[-1]
                last.answered_at, last.given_up_at, last.due_at = None, None, now
                last.resent, last.resent_at = last.resent + 1, now
                checklist = announced(checklist, last.event.kind, now)
            case Relisted.NEW_EVENT:
                event = as_update(row.told[-1].event, f"relisted-{next(self._tokens)}")
                row.told.append(Told(event, now, now, resent=SAME_EVENT_TIMES))
                checklist = announced(checklist, event.kind, now)
        row.media, row.due_at = replace(row.media, checklist=replace(checklist, is_forgotten=False)), now

    def _withdraw(self, unlisted: Iterable[Row], poll_began: datetime) -> None:
        for row in unlisted:
            listed_since = row.renewed_at is not None and row.renewed_at >= poll_began
            has_original = row.media.original is not None
            if not listed_since and is_withdrawn(row.media.checklist, has_original=has_original):
                row.media = replace(row.media, checklist=withdrawn(row.media.checklist))
                row.closed_at, row.due_at = self._clock.now, None

    def heal(self) -> int:
        """Further rounds for those whose time has come, if the last healing is long enough ago."""
        with self._lock:
            last, now = self._marks.get(HEALING), self._clock.now
            if last and now - last.at < self._policy.idle:
                return 0
            self.mark(HEALING)
            return self._heal(healed, lambda one: one.heal_at) + self._heal(
                healed_analysis, lambda one: one.ai_heal_at
            )

    def polish_next(self) -> bool:
        """Ask for one more picture's variants in fewer bytes; is there one that awaits it?"""
        with self._lock:
            rows = (row for row in self.rows.values() if row.due_at is None and row.expires_at is None)
            chosen = next((row for row in rows if awaits_polish(row.media.checklist)), None)
            if chosen is None:
                return False
            asked = chosen.media.checklist
            asked = replace(asked, redo=Redo.POLISH, redo_counter=asked.redo_counter + 1)
            chosen.media, chosen.due_at = replace(chosen.media, checklist=asked), self._clock.now
            return True

    def _heal(
        self, renew: Callable[[Checklist], Checklist], heals_at: Callable[[Checklist], datetime | None]
    ) -> int:
        timed = [(at, row) for row in self.rows.values() if (at := heals_at(row.media.checklist))]
        ready = sorted((one for one in timed if one[0] <= self._clock.now), key=lambda one: one[0])
        for _, row in ready[: self._policy.heal_per_cycle]:
            row.media = replace(row.media, checklist=renew(row.media.checklist))
            row.due_at = row.due_at if row.expires_at else self._clock.now
        return len(ready[: self._policy.heal_per_cycle])

    def release_held(self, party: Party, until: datetime) -> None:
        """All that waits until then at the latest is due now, in the order of its id; proofs keep their time."""
        with self._lock:
            for row in self.rows.values():
                if row.due_at and row.due_at <= until and row.media.checklist.suspect is None:
                    row.due_at = self._clock.now
                    row.media = replace(row.media, checklist=released(row.media.checklist, party))
                    told = row.open_told()
                    if told and party in NEWS_WAITS_FOR:
                        told.due_at = min(told.due_at, self._clock.now)

    def record(self, claim: Claim, checklist: Checklist, outcome: Outcome) -> Media:
        """Write an outcome and the new checklist together."""
        with self._lock:
            row, now = self._alive(claim), self._clock.now
            if not outcome.is_held:
                row.history.append((now, outcome))
            row.arrived_at = now if outcome.arrived else row.arrived_at
            if outcome.original:
                row.media = replace(row.media, original=self._shared(row.media, outcome.original))
            if outcome.analysis:
                has_variants = row.media.checklist.has_variants
                row.analysis = in_place_of(row.analysis, outcome.analysis, has_variants=has_variants)
            row.variants = outcome.variants or row.variants
            if outcome.new_event:
                body = told_with(outcome.new_event.body, row.analysis)
                row.told.append(Told(replace(outcome.new_event, body=body), now, now))
            told = row.open_told()
            if outcome.step is Step.UPDATE_CALLBACK and told:
                is_answered = outcome.answered is not None and outcome.answered.key == told.event.key
                told.answered_at = now if is_answered else None
                told.given_up_at = now if not is_answered and checklist.open_event is None else None
                told.due_at = checklist.open_event.due_at if checklist.open_event else told.due_at
                if is_answered and told.event.kind is EventKind.CLEANUP:
                    row.closed_at = now
            row.media = replace(row.media, checklist=checklist)
            row.media = replace(row.media, checklist=row.checklist())
            return row.media

    def keep_own(self, claim: Claim, own: Original) -> Media:
        """The shared original turned out to be gone."""
        with self._lock:
            row = self._alive(claim)
            row.media = replace(row.media, original=own)
            return row.media
