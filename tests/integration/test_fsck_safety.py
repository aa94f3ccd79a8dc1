"""What fsck must not do: trust a damaged copy, take what is shared for a stray, or let a stale worker write."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from media_vm.adapters.engine import open_engine
from media_vm.errors import LeaseLost
from media_vm.rules.upkeep import Remedy, Role, Slice
from media_vm.testing import picture
from media_vm.values import Original
from tests.integration.storages import Storage, storage_of

ORIGINAL = Role.ORIGINAL


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    """Six media of two users; media 5 and 6 are the same picture."""
    with storage_of(request.param, request) as storage:
        for pending_id in range(1, 7):
            width = 600 + min(pending_id, 5)
            storage.api.upload(pending_id, "A Photo.jpg", picture(width=width), user_id=400 + pending_id % 2)
        storage.work()
        yield storage


def test_nothing_is_copied_from_a_damaged_twin(storage: Storage) -> None:
    """Both copies of the same picture are bad: each is fetched for itself, and what is sound afterwards is."""
    for media_id in (5, 6):
        storage.flip(storage.path_of(media_id, ORIGINAL))

    found = storage.check(repair=True)
    storage.work()

    assert [(5, Remedy.FETCH), (6, Remedy.FETCH)] == [(one.media_id, one.remedy) for one in found]
    assert [] == storage.check()


def test_a_shared_original_is_no_stray_when_its_first_media_has_another(storage: Storage) -> None:
    """It is named after the first, which was given other bytes since; the second still needs it."""
    for pending_id in (11, 12):
        storage.api.upload(pending_id, "A Photo.jpg", picture(width=711), user_id=400)
    storage.work()
    shared = storage.path_of(7, ORIGINAL)
    assert shared == storage.path_of(8, ORIGINAL)
    storage.flip(shared)
    storage.api.temp_files[list(storage.api.temp_files)[6]] = picture(width=999)

    storage.check(repair=True)
    storage.work()
    storage.put(shared, storage.disk[storage.root / shared])

    assert shared != storage.path_of(7, ORIGINAL)
    assert shared not in [one.path for one in storage.check()]


def test_a_step_can_tell_a_sound_original(storage: Storage) -> None:
    """By its bytes, not by its being there."""
    path = storage.path_of(1, ORIGINAL)
    held = storage.keeper.promises.held_after(0, Slice())[0]
    original = Original(path, 0, held.promises[0].sha256)
    files = storage.world.files

    told = [files.is_sound(original)]
    storage.flip(path)
    told.append(files.is_sound(original))
    storage.delete(path)
    told.append(files.is_sound(original))

    assert [True, False, False] == told


def test_a_worker_that_let_go_before_the_request_writes_nothing_after_it(storage: Storage) -> None:
    """Letting go keeps the token for a late write; a request of fsck ends that."""
    storage.api.upload(7, "late.jpg", picture(width=777))
    storage.world.store.remember(storage.api.pending(), storage.world.store.now())
    claim = storage.world.leases.claim("worker-2")
    assert claim is not None
    storage.world.leases.release(claim, None)

    asked = storage.keeper.promises.request(claim.media.id, Remedy.REMAKE, "fsck: remake")

    assert asked
    with pytest.raises(LeaseLost):
        storage.world.leases.renew(claim)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_request_ends_a_workers_rest(kind: str, request: pytest.FixtureRequest) -> None:
    """A browser is told to come again in seconds; no worker may sleep for minutes meanwhile."""
    with storage_of(kind, request) as storage:
        storage.api.upload(1, "A Photo.jpg", picture())
        storage.work()
        storage.keeper.promises.request(1, Remedy.REMAKE, "fsck: remake")
        engine = open_engine(storage.url)
        with engine.connect() as connection:
            notes = connection.execute(text("SELECT note FROM media_marks WHERE name = 'wake'")).scalars().all()
        engine.dispose()

    assert ["fsck 1"] == notes


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_deleted_media_promises_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    """Its row stays, its files go; nobody wants them back."""
    with storage_of(kind, request) as storage:
        storage.api.upload(1, "A Photo.jpg", picture())
        storage.work()
        engine = open_engine(storage.url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE media_files SET deleted_at = '2026-01-01 00:00:00.000000'"))
        engine.dispose()

        assert [] == list(storage.keeper.promises.held_after(0, Slice()))
