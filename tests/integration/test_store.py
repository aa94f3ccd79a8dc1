"""The contract of Store, on the memory world, SQLite and MariaDB alike: what is recorded is read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from media_vm.rules.analysis import Analysis, Focal, FocalSource
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.checklist import Checklist, Step, StepStatus
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.outcomes import announced, completed
from media_vm.rules.pictures import (
    Background,
    FocalPoint,
    Format,
    Made,
    NotKept,
    Size,
    Variant,
    VariantSet,
)
from media_vm.testing import MemoryVision
from media_vm.values import Claim, Original, Outcome
from tests.integration.boxes import after, claimed, image, retrieved
from tests.integration.databases import Box, remembered


def test_what_is_new_is_remembered_once(box: Box) -> None:
    """The second poll with the same ids brings nothing; one id twice in a list is one media."""
    first = remembered(box.store, image(1), image(2), image(2))
    second = remembered(box.store, image(1), image(2), image(3))

    assert (2, 1) == (first, second)


def test_an_outcome_and_its_checklist_are_recorded_together(box: Box) -> None:
    """The media comes back with its original, the next step's attempt spent."""
    claim = claimed(box)

    media = box.store.record(claim, after(claim, Step.RETRIEVE_FILE), retrieved())

    assert media.original == Original("bulk/2025-01-15/1-aaaa.jpg", 1000, "a" * 64)
    assert StepStatus.COMPLETED == media.checklist[Step.RETRIEVE_FILE].status
    assert Step.AI_VISUAL_ANALYSIS == media.checklist.running


def test_everything_of_a_checklist_survives_the_database(box: Box) -> None:
    """Every field that decides is there again after the round trip."""
    claim = claimed(box)
    error = Failure(Kind.ABSENT, "empty", "the temp file is empty")
    later = claim.now + timedelta(minutes=5)
    full = replace(
        claim.media.checklist,
        running=None,
        not_before=later,
        ai_not_before=later,
        absent_since=claim.now,
        looks=3,
        deaths=2,
        crash_deaths=1,
        degraded="outage",
        last_error=error,
        last_error_step=Step.RETRIEVE_FILE,
    )

    media = box.store.record(claim, full, Outcome(Step.RETRIEVE_FILE, failure=error))

    assert full == media.checklist


def test_same_bytes_of_one_user_share_an_original(box: Box) -> None:
    """The second media comes back with the first one's path; another user's does not."""
    first, second, third = claimed(box, 1), claimed(box, 2), claimed(box, 3, user_id=457)
    box.store.record(first, after(first, Step.RETRIEVE_FILE), retrieved(path="bulk/d/1-a.jpg"))

    shared = box.store.record(second, after(second, Step.RETRIEVE_FILE), retrieved(path="bulk/d/2-a.jpg"))
    own = box.store.record(third, after(third, Step.RETRIEVE_FILE), retrieved(path="bulk/d/3-a.jpg"))

    assert shared.original is not None and "bulk/d/1-a.jpg" == shared.original.path
    assert own.original is not None and "bulk/d/3-a.jpg" == own.original.path


def test_an_analysis_survives_the_database(box: Box) -> None:
    """What was measured comes back as it was; before, nothing is known."""
    claim = claimed(box)
    before = box.store.analysis(claim.media.id)
    answer = Analysis(MemoryVision().measured)

    box.store.record(claim, claim.media.checklist, Outcome(Step.AI_VISUAL_ANALYSIS, analysis=answer))

    assert (None, answer) == (before, box.store.analysis(claim.media.id))


def test_a_late_analysis_never_recrops(box: Box) -> None:
    """Once variants exist, the focal point that crops were made around stays (contract §5.4); before, it moves."""
    claim, answer = claimed(box), Analysis(MemoryVision().measured)
    points = [FocalPoint(0.25, 0.5), FocalPoint(0.75, 0.5), FocalPoint(0.5, 0.25)]
    found = [replace(answer, focal=Focal(point, FocalSource.GOOGLE)) for point in points]
    shown = [replace(claim.media.checklist, has_variants=has_variants) for has_variants in (False, True, True)]

    for checklist, analysis in zip(shown, found, strict=True):
        box.store.record(claim, checklist, Outcome(Step.AI_VISUAL_ANALYSIS, analysis=analysis))

    kept = box.store.analysis(claim.media.id)
    assert kept is not None
    assert points[1] == kept.focal_point


def test_variants_are_replaced_whole(box: Box) -> None:
    """The second set takes the place of the first; what was not kept is no format."""
    claim = claimed(box)
    place = (Size.GRID, Format.AVIF, Background.ORIGINAL)
    avif = Variant(*place, 500, 333, 10_000, "b" * 64, "library/x.avif")
    jpeg = replace(avif, format=Format.JPEG, path="library/x.jpg")
    not_kept = NotKept(Size.GRID, Format.WEBP, Background.ORIGINAL, "not_smaller")

    for kept in ((avif, jpeg), (jpeg,)):
        outcome = Outcome(Step.RESIZE_OPTIMIZE, variants=VariantSet(kept, (not_kept,)))
        box.store.record(claim, claim.media.checklist, outcome)

    assert Made(frozenset({Format.JPEG}), frozenset({Background.ORIGINAL})) == box.store.made(claim.media.id)


def told(claim: Claim, kind: EventKind, key: str) -> tuple[Checklist, Outcome]:
    event = Event(kind, 123, key, f'{{"key": "{key}"}}')
    return announced(claim.media.checklist, kind, claim.now), Outcome(Step.RESIZE_OPTIMIZE, new_event=event)


def test_events_are_told_in_order_until_answered(box: Box) -> None:
    """The oldest unanswered one is open; its answer opens the next."""
    claim = claimed(box)
    for kind, key in ((EventKind.COMPLETE, "one"), (EventKind.UPDATE, "two")):
        box.store.record(claim, *told(claim, kind, key))
    first = box.store.open_event(claim.media.id)
    assert first is not None

    answered = Outcome(Step.UPDATE_CALLBACK, "answered 200", answered=first)
    media = box.store.record(claim, completed(claim.media.checklist, Step.UPDATE_CALLBACK), answered)

    second = box.store.open_event(claim.media.id)
    assert ("one", "two") == (first.key, second.key if second else None)
    assert media.checklist.open_event is not None
    assert EventKind.UPDATE == media.checklist.open_event.kind


def test_an_event_that_was_not_answered_waits_unchanged(box: Box) -> None:
    """Same key, same body, a later time."""
    claim = claimed(box)
    media = box.store.record(claim, *told(claim, EventKind.COMPLETE, "one"))
    before, open_event = box.store.open_event(claim.media.id), media.checklist.open_event
    assert open_event is not None
    later = replace(open_event, due_at=claim.now + timedelta(hours=1))

    failure = Failure(Kind.TRANSIENT, "refused", "500")
    outcome = Outcome(Step.UPDATE_CALLBACK, failure=failure)
    media = box.store.record(claim, replace(media.checklist, open_event=later), outcome)

    assert before == box.store.open_event(claim.media.id)
    assert later == media.checklist.open_event


def test_arrivals_of_others_are_seen(box: Box) -> None:
    """One's own bytes prove nothing."""
    claim = claimed(box)
    box.store.record(claim, after(claim, Step.RETRIEVE_FILE), retrieved())

    own = box.store.arrived_lately(claim.media.id, timedelta(hours=1))
    other = box.store.arrived_lately(claim.media.id + 1, timedelta(hours=1))

    assert (False, True) == (own, other)


def test_a_mark_is_the_last_one_made(box: Box) -> None:
    """When something last happened to the whole machine, and how it went."""
    never = box.store.marked("poll")
    box.store.mark("poll", "outage: unreachable")
    box.store.mark("poll", "ok")

    mark = box.store.marked("poll")
    assert never is None
    assert mark is not None and "ok" == mark.note
