"""The contract of Leases and Store, on the memory world, SQLite and MariaDB alike."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from media_vm.errors import LeaseLost
from media_vm.rules.analysis import Analysis, Focal, FocalSource
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus, spend
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.outcomes import announced, completed, gave_up
from media_vm.rules.pictures import (
    Background,
    DataType,
    FocalPoint,
    Format,
    Made,
    NotKept,
    Size,
    SourceFacts,
    Variant,
    VariantSet,
)
from media_vm.rules.policy import Policy
from media_vm.rules.rounds import renewed
from media_vm.testing import MemoryVision
from media_vm.values import Claim, Original, Outcome, PendingImage
from tests.integration.databases import Box, memory_box, migrated_engine, real_box, remembered

BACKOFF = timedelta(milliseconds=40)
POLICY = Policy(backoff=BACKOFF)
LEASE, SHORT = timedelta(seconds=60), timedelta(milliseconds=80)
MakeBox = Callable[[timedelta], Box]


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def make_box(request: pytest.FixtureRequest) -> Iterator[MakeBox]:
    if request.param == "memory":
        yield lambda lease: memory_box(POLICY, lease)
        return
    engine = migrated_engine(request.param, request)
    yield lambda lease: real_box(engine, POLICY, lease)
    engine.dispose()


@pytest.fixture
def box(make_box: MakeBox) -> Box:
    return make_box(LEASE)


def image(
    pending_id: int, user_id: int = 456, path: str = "/temp_images/products/456-product-1.jpg"
) -> PendingImage:
    uploaded = datetime(2024, 1, 1, 10, tzinfo=UTC)
    return PendingImage(pending_id, user_id, path, "My Photo.jpg", "image/jpeg", uploaded, None)


def claimed(box: Box, pending_id: int = 123, user_id: int = 456) -> Claim:
    remembered(box.store, image(pending_id, user_id))
    claim = box.leases.claim("worker-1")
    assert claim is not None
    return claim


def after(claim: Claim, step: Step, checklist: Checklist | None = None) -> Checklist:
    """The checklist after a step succeeded, the next one's attempt spent."""
    return spend(completed(checklist or claim.media.checklist, step), claim.now, POLICY)


def retrieved(sha256: str = "a" * 64, path: str = "bulk/2025-01-15/1-aaaa.jpg") -> Outcome:
    facts = SourceFacts("jpeg", 1200, 800, 1, False)
    original = Original(path, 1000, sha256)
    return Outcome(Step.RETRIEVE_FILE, "jpeg", original=original, facts=facts, arrived=True)


def test_what_is_new_is_remembered_once(box: Box) -> None:
    """The second poll with the same ids brings nothing; one id twice in a list is one media."""
    first = remembered(box.store, image(1), image(2), image(2))
    second = remembered(box.store, image(1), image(2), image(3))

    assert (2, 1) == (first, second)


def test_a_claim_spends_the_first_attempt(box: Box) -> None:
    """Before any work: a worker that dies has an attempt on record."""
    claim = claimed(box)

    assert 123 == claim.media.main_api_id
    assert DataType.PRODUCT == claim.media.data_type
    assert Step.RETRIEVE_FILE == claim.media.checklist.running
    assert 1 == claim.media.checklist[Step.RETRIEVE_FILE].attempts


def test_nobody_else_gets_what_is_claimed(box: Box) -> None:
    """One media, one holder."""
    claimed(box)

    assert box.leases.claim("worker-2") is None


def test_every_claim_has_a_token_of_its_own(box: Box) -> None:
    """Who held an item before cannot pass for who holds it now."""
    first = claimed(box)
    box.leases.release(first, first.now)
    second = box.leases.claim("worker-1")

    assert second is not None
    assert first.token != second.token
    with pytest.raises(LeaseLost):
        box.leases.renew(first)


def test_the_longest_due_comes_first(box: Box) -> None:
    """Age order: who came first is served first."""
    remembered(box.store, image(1))
    box.wait(timedelta(milliseconds=5))
    remembered(box.store, image(2))

    first, second = box.leases.claim("worker-1"), box.leases.claim("worker-1")

    assert first is not None and second is not None
    assert (1, 2) == (first.media.main_api_id, second.media.main_api_id)


def test_eight_threads_claim_sixty_media_once_each(box: Box) -> None:
    """Compare-and-set: no media is claimed twice, none is left."""
    remembered(box.store, *(image(pending_id) for pending_id in range(1, 61)))
    got: list[int] = []

    def work() -> None:
        while claim := box.leases.claim("worker"):
            got.append(claim.media.id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 60 == len(got) == len(set(got))


def test_an_expired_lease_is_freed_and_its_attempt_given_back(make_box: MakeBox) -> None:
    """The worker that went silent can write nothing any more; the next one starts from one attempt."""
    box = make_box(SHORT)
    lost = claimed(box)
    box.wait(2 * SHORT)

    freed = box.leases.free_expired(chance=1.0)
    with pytest.raises(LeaseLost):  # before anybody else has it
        box.leases.renew(lost)
    assert box.leases.claim("worker-2") is None, "not before a backoff"
    box.wait(BACKOFF)
    again = box.leases.claim("worker-2")

    assert 1 == freed
    assert again is not None and 1 == again.media.checklist[Step.RETRIEVE_FILE].attempts
    with pytest.raises(LeaseLost):
        box.leases.renew(lost)
    with pytest.raises(LeaseLost):
        box.store.record(lost, lost.media.checklist, Outcome(Step.RETRIEVE_FILE))
    with pytest.raises(LeaseLost):
        box.leases.release(lost, None)


def test_a_renewed_lease_does_not_expire(make_box: MakeBox) -> None:
    """Heartbeats push the expiry."""
    box = make_box(timedelta(milliseconds=400))
    claim = claimed(box)
    for _ in range(3):
        box.wait(timedelta(milliseconds=200))
        box.leases.renew(claim)

    assert 0 == box.leases.free_expired(chance=1.0)


def test_released_until_later_is_not_due_before(box: Box) -> None:
    """`next_due` tells how long a worker may rest."""
    claim = claimed(box)

    box.leases.release(claim, claim.now + timedelta(seconds=30))

    due = box.leases.next_due()
    assert box.leases.claim("worker-1") is None
    assert due is not None and timedelta(seconds=28) < due <= timedelta(seconds=30)


def test_released_for_good_is_never_due(box: Box) -> None:
    """Nothing is left that time alone could bring."""
    claim = claimed(box)

    box.leases.release(claim, None)

    assert box.leases.next_due() is None


def test_a_release_gives_an_unrecorded_attempt_back(box: Box) -> None:
    """Letting go before the outcome costs nothing."""
    claim = claimed(box)
    box.leases.release(claim, claim.now)

    again = box.leases.claim("worker-1")

    assert again is not None and 1 == again.media.checklist[Step.RETRIEVE_FILE].attempts


def test_an_expiry_counts_as_falling_due(box: Box) -> None:
    """A worker at rest wakes when somebody's lease runs out."""
    claimed(box)

    due = box.leases.next_due()

    assert due is not None and timedelta(seconds=58) < due <= LEASE


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


def finished(box: Box, pending_id: int) -> int:
    """A media with variants that await their polish, and that nobody holds."""
    remembered(box.store, image(pending_id))
    claim = box.leases.claim("worker-1")
    assert claim is not None
    checklist = claim.media.checklist
    for step in Step:
        checklist = completed(spend(checklist, claim.now, POLICY), step, awaits_polish=True)
    box.store.record(claim, checklist, Outcome(Step.UPDATE_CALLBACK))
    box.leases.release(claim, None)
    return claim.media.id


def test_the_oldest_is_asked_for_once(box: Box) -> None:
    """One at a time, due at once, and nobody asks again for what is asked for."""
    first, second = finished(box, 1), finished(box, 2)

    assert [True, True, False] == [box.store.polish_next() for _ in range(3)]
    claims = [box.leases.claim("worker-1"), box.leases.claim("worker-1")]
    assert [first, second] == [claim.media.id for claim in claims if claim]
    checklists = [claim.media.checklist for claim in claims if claim]
    assert [(Redo.POLISH, Redo.POLISH)] * 2 == [(one.redo, one.remakes) for one in checklists]
    assert [Step.RESIZE_OPTIMIZE] * 2 == [one.running for one in checklists]


def test_what_could_not_be_made_again_is_not_polished(box: Box) -> None:
    """A re-crop that failed stays to be seen."""
    finished(box, 1)
    box.store.polish_next()
    claim = box.leases.claim("worker-1")
    assert claim is not None
    box.store.record(claim, gave_up(claim.media.checklist, Step.RESIZE_OPTIMIZE), Outcome(Step.RESIZE_OPTIMIZE))
    box.leases.release(claim, None)

    assert not box.store.polish_next()


def test_what_is_done_or_held_is_not_asked_for(box: Box) -> None:
    """Polished already; or in somebody's hands."""
    finished(box, 1)
    box.store.polish_next()
    claim = box.leases.claim("worker-1")
    assert claim is not None

    assert not box.store.polish_next(), "it is held"
    done = completed(claim.media.checklist, Step.RESIZE_OPTIMIZE)
    box.store.record(claim, done, Outcome(Step.RESIZE_OPTIMIZE))
    box.leases.release(claim, None)
    assert not box.store.polish_next(), "it is done"
    assert renewed(done) == done
