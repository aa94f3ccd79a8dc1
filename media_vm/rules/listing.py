"""What it means that the main API lists an id that we know already, or lists one no more (contract §5.5, §5.6)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from media_vm.rules.callbacks import INSIST_EVERY, Event, EventKind
from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.policy import Policy

SAME_EVENT_TIMES = 3
NEW_EVENT_EVERY = timedelta(days=1)
WITHDRAWN = Failure(Kind.ABSENT, "withdrawn", "the main API no longer lists it, and its file was never retrieved")


class Relisted(StrEnum):
    """What follows when a known id is listed."""

    NOTHING = "nothing"
    SAME_EVENT = "same_event"
    NEW_EVENT = "new_event"
    FRESH_ROUND = "fresh_round"


@dataclass(frozen=True, slots=True)
class Listed:
    """A known media whose id a poll brought. closed_at: cleaned up or withdrawn. renewed_at: its last fresh round
    for being listed again. answered_at: when its last event was answered, or given up after a week; it was told
    again `resent` times since, the last time at resent_at; None while an event is open or there was none."""

    has_failed: bool
    has_variants: bool
    closed_at: datetime | None
    renewed_at: datetime | None
    answered_at: datetime | None
    resent: int
    resent_at: datetime | None


def relisted(media: Listed, poll_began: datetime, policy: Policy) -> Relisted:
    """A poll that began before we were answered proves nothing: its list may be older than the answer."""
    if media.has_failed:
        return _failed_again(media, poll_began, policy)
    if media.answered_at is None or not media.has_variants or poll_began <= media.answered_at:
        return Relisted.NOTHING
    last = media.resent_at or media.answered_at
    is_insisting = media.resent < SAME_EVENT_TIMES
    if poll_began - last < (INSIST_EVERY if is_insisting else NEW_EVENT_EVERY):
        return Relisted.NOTHING
    return Relisted.SAME_EVENT if is_insisting else Relisted.NEW_EVENT


def as_update(event: Event, key: str) -> Event:
    """The same news as a new event with `"update": true`, which completes an item that is still pending."""
    body = {**json.loads(event.body or "{}"), "update": True}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Event(EventKind.UPDATE, event.pending_id, key, text)


def is_withdrawn(checklist: Checklist, *, has_original: bool) -> bool:
    """Not listed any more: is it one whose bytes never came, and still looked for?"""
    is_sought = checklist[Step.RETRIEVE_FILE].status is StepStatus.PENDING and not checklist.has_failed
    is_bare = not has_original and checklist.suspect is None and not checklist.has_variants
    return is_sought and is_bare and checklist.redo is not Redo.RETRY  # its bytes may be in quarantine


def _failed_again(media: Listed, poll_began: datetime, policy: Policy) -> Relisted:
    if media.closed_at is None or poll_began <= media.closed_at:
        return Relisted.NOTHING
    if media.renewed_at is not None and poll_began - media.renewed_at < policy.give_up:
        return Relisted.NOTHING
    return Relisted.FRESH_ROUND
