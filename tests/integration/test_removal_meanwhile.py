"""A deleted media takes nothing of others along, whoever works on it or shares it meanwhile."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.adapters.database import DatabaseStore
from media_vm.errors import Deleted
from media_vm.rules.checklist import Step
from media_vm.rules.upkeep import Role
from media_vm.values import Outcome
from tests.integration.removals import claimed, delete, files, of, tell, upload
from tests.integration.storages import Storage


def test_a_shared_original_goes_with_the_last_of_them(storage: Storage) -> None:
    """Three media of the same bytes and user: each that is deleted leaves it to the others."""
    for pending_id in (1, 2, 3):
        upload(storage, pending_id, width=700)
    storage.work()
    shared = storage.path_of(1, Role.ORIGINAL)
    there = []
    for media_id in (1, 3, 2):
        delete(storage, media_id)
        storage.work()
        there.append((shared in files(storage), storage.check()))

    assert [(True, []), (True, []), (False, [])] == there
    assert [] == files(storage)


def test_two_that_share_an_original_are_deleted_at_once(storage: Storage) -> None:
    """Each sees the other's row name it; whoever wipes last finds itself alone, and removes it."""
    for pending_id in (1, 2):
        upload(storage, pending_id, width=700)
    storage.work()
    delete(storage, 1)
    delete(storage, 2)
    store = storage.world.store
    both = [claimed(storage), claimed(storage)]
    shared = [path for path in store.belongings(both[0]).paths if path.startswith("bulk")]

    assert [[], []] == [list(store.alone(one, shared)) for one in both]
    assert [True, False] == [store.wipe(one, ()) for one in both]
    assert shared == list(store.alone(both[1], shared))


def test_what_is_wiped_is_not_removed_once_more(storage: Storage) -> None:
    """A worker that died before it let go leaves it due; what is named after it may be another's by now."""
    for pending_id in (1, 2):
        upload(storage, pending_id, width=700)
    storage.work()
    shared = storage.path_of(2, Role.ORIGINAL)
    delete(storage, 1)
    storage.work()
    delete(storage, 1)
    if isinstance(storage.world.store, DatabaseStore):
        tell(storage, "UPDATE processing_checklist SET due_at = created_at WHERE media_id = 1")
    storage.work()

    assert shared in files(storage)
    assert Path(shared).name.startswith("1-")


def test_a_new_upload_of_the_same_bytes_does_not_lean_on_what_goes(storage: Storage) -> None:
    """It keeps an original of its own while the other's is still there."""
    upload(storage, 1, width=700)
    storage.work()
    delete(storage, 1)
    going = claimed(storage)
    upload(storage, 2, width=700)
    storage.work()
    storage.world.leases.release(going, going.now)
    storage.work()

    assert storage.path_of(2, Role.ORIGINAL) in files(storage)
    assert [] == of(storage, 1) + storage.check()


def test_one_in_a_workers_hands_is_let_go_of(storage: Storage) -> None:
    """Whoever holds it can record nothing, tells nobody, and finds it due when it lets go."""
    upload(storage, 1)
    world = storage.world
    world.store.remember(storage.api.pending(), world.store.now())
    claim = claimed(storage)
    delete(storage, 1)

    with pytest.raises(Deleted):
        world.store.open_event(claim.media.id)
    with pytest.raises(Deleted):
        world.store.record(claim, claim.media.checklist, Outcome(Step.RETRIEVE_FILE))
    assert timedelta(0) != world.leases.next_due()
    world.leases.release(claim, None)
    assert timedelta(0) == world.leases.next_due()
    assert claimed(storage).media.is_deleted


def test_one_that_is_deleted_during_a_step_goes_at_its_end(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What that step has made already goes too, though no row names it."""
    upload(storage, 1)
    publish = storage.world.files.publish

    def published(*given: object) -> object:
        made = publish(*given)  # type: ignore[arg-type]
        delete(storage, 1)
        return made

    monkeypatch.setattr(storage.world.files, "publish", published)
    storage.work()

    assert [] == files(storage)
    assert [] == storage.api.sent
