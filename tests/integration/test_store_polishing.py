"""The contract of Store on what may be polished, on the memory world, SQLite and MariaDB alike."""

from __future__ import annotations

from media_vm.rules.checklist import Redo, Step, spend
from media_vm.rules.outcomes import completed, gave_up
from media_vm.rules.rounds import renewed
from media_vm.values import Outcome
from tests.integration.boxes import POLICY, image
from tests.integration.databases import Box, remembered


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
