"""The contract of Leases, on the memory world, SQLite and MariaDB alike: who holds what, and for how long."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from media_vm.errors import LeaseLost
from media_vm.rules.checklist import Step
from media_vm.rules.pictures import (
    DataType,
)
from media_vm.values import Outcome
from tests.integration.boxes import BACKOFF, LEASE, SHORT, MakeBox, claimed, image
from tests.integration.databases import Box, remembered


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
