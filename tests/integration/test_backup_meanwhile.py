"""Pictures that are deleted, retired or made again while a backup runs: what it holds is whole all the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from media_vm.adapters import backup as backups
from media_vm.adapters.backup import Copied, back_up, restore
from media_vm.adapters.backup_folder import alone_in, dumps_in
from media_vm.adapters.deleting import delete_media
from media_vm.adapters.dumps import dump_database
from media_vm.adapters.engine import open_engine
from media_vm.adapters.expiries import DatabaseExpiries
from media_vm.adapters.pruning import prune
from media_vm.adapters.transactions import transact
from media_vm.errors import WrongUse
from media_vm.retention import Sweep
from media_vm.rules.retention import retention_of
from media_vm.rules.upkeep import Fault, Role, Slice
from media_vm.testing import picture
from tests.integration.storages import Storage, storage_of
from tests.integration.test_backup import kind, wipe

__all__ = ["kind"]  # the fixture

KILLED_AFTER_ITS_DUMP = """
import os, signal, sys
from pathlib import Path
from media_vm.adapters import backup
dump = backup.dump_database
def then_die(url, into):
    dump(url, into)
    os.kill(os.getpid(), signal.SIGKILL)
backup.dump_database = then_die
backup.back_up(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
"""


def upload(storage: Storage, *pending_ids: int) -> None:
    for pending_id in pending_ids:
        storage.api.upload(pending_id, "A Photo.jpg", picture(width=600 + pending_id))
    storage.work()


def delete(storage: Storage, media_id: int) -> None:
    """And a worker removes it."""
    engine = open_engine(storage.url)
    transact(engine, partial(delete_media, media_id))
    engine.dispose()
    storage.work()


def retire(storage: Storage, media_id: int) -> None:
    """Retention takes its original."""
    engine, rules = open_engine(storage.url), retention_of("originals=365")
    with engine.begin() as connection:
        old = "UPDATE media_files SET retrieved_at = '2020-01-01 00:00:00.000000' WHERE id = :id"
        connection.execute(text(old), {"id": media_id})
    list(Sweep(storage.keeper, DatabaseExpiries(engine, rules), rules, is_done=True).goings())
    engine.dispose()


def replace_variant(storage: Storage, media_id: int) -> None:
    """Another file takes its place, and the old one is gone."""
    path = storage.path_of(media_id, Role.VARIANT)
    engine, new = open_engine(storage.url), path.replace("-a-photo-", "-another-")
    (storage.root / path).rename(storage.root / new)
    with engine.begin() as connection:
        named = "UPDATE media_variants SET path = :new WHERE path = :path"
        connection.execute(text(named), {"new": new, "path": path})
    engine.dispose()


def backed_up_while(
    patch: pytest.MonkeyPatch,
    storage: Storage,
    folder: Path,
    before: Callable[[], None],
    after: Callable[[], None],
) -> tuple[Copied, int]:
    """before, after: what happens around the first dump. How it went, and how many dumps were made."""
    dumped: list[Path] = []

    def dump(url: str, into: Path) -> None:
        if not dumped:
            before()
        dump_database(url, into)
        if not dumped:
            after()
        dumped.append(into)

    patch.setattr(backups, "dump_database", dump)
    return back_up(storage.url, storage.root, folder), len(dumped)


def media_of(storage: Storage) -> list[int]:
    return [one.media_id for one in storage.keeper.promises.held_after(0, Slice())]


def test_what_vanishes_after_the_dump_is_in_the_backup(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleted, retired and made again: restored, each is as it was in the dump's moment."""
    with storage_of(kind, request) as storage:
        upload(storage, 1, 2, 3)

        def go() -> None:
            delete(storage, 1)
            retire(storage, 2)
            replace_variant(storage, 3)

        copied, dumps = backed_up_while(monkeypatch, storage, tmp_path / "backup", lambda: None, go)
        storage.dispose()
        wipe(kind, storage.url, storage, request)
        restore(storage.url, storage.root, tmp_path / "backup", is_forced=True)

        assert (1, 0) == (dumps, copied.missing)
        assert [1, 2, 3] == media_of(storage)
        assert {Fault.STRAY} >= {one.fault for one in storage.check()}


def test_what_came_and_went_meanwhile_is_dumped_away(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither copying saw its files, so no dump that is kept names them."""
    with storage_of("sqlite", request) as storage:
        upload(storage, 1)
        copied, dumps = backed_up_while(
            monkeypatch,
            storage,
            tmp_path / "backup",
            partial(upload, storage, 2),
            partial(delete, storage, 2),
        )
        storage.dispose()
        wipe("sqlite", storage.url, storage, request)
        restore(storage.url, storage.root, tmp_path / "backup", is_forced=True)

        assert (2, 0) == (dumps, copied.missing)
        assert [1] == media_of(storage)
        assert [] == storage.check()


def test_what_was_lost_before_is_told(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A second dump names it still: that is fsck's matter, and no reason to go without a backup. Who was just
    retiring or removing another lost nothing."""
    with storage_of("sqlite", request) as storage:
        upload(storage, 1, 2, 3, 4)
        for path in [storage.path_of(media_id, Role.ORIGINAL) for media_id in (1, 2, 3)]:
            storage.delete(path)
        engine = open_engine(storage.url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE media_files SET retired_at = created_at WHERE id = 2"))
            connection.execute(text("UPDATE media_files SET deleted_at = created_at WHERE id = 3"))
        engine.dispose()
        copied = back_up(storage.url, storage.root, tmp_path / "backup")

    assert "1 files that rows name are not there: media-vm fsck" in str(copied)
    assert 1 == len(dumps_in(tmp_path / "backup"))


def test_a_killed_backup_leaves_the_one_before(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Its dump has no name yet; the next backup clears it away."""
    folder = tmp_path / "backup"
    with storage_of("sqlite", request) as storage:
        upload(storage, 1)
        back_up(storage.url, storage.root, folder)
        before = dumps_in(folder)
        upload(storage, 2)
        killed = subprocess.run(
            [sys.executable, "-c", KILLED_AFTER_ITS_DUMP, storage.url, storage.root, folder], check=False
        )
        left, half = dumps_in(folder), list(folder.glob(".tmp-*"))
        back_up(storage.url, storage.root, folder)

    assert (-9, before, 1) == (killed.returncode, left, len(half))
    assert (2, []) == (len(dumps_in(folder)), list(folder.glob(".tmp-*")))


def test_two_do_not_work_on_one_folder(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A prune would take what a backup has just copied, and no dump names yet."""
    folder = tmp_path / "backup"
    with storage_of("sqlite", request) as storage:
        upload(storage, 1)
        back_up(storage.url, storage.root, folder)
        with alone_in(folder):
            with pytest.raises(WrongUse, match="another `media-vm backup` is at work"):
                back_up(storage.url, storage.root, folder)
            with pytest.raises(WrongUse, match="another `media-vm backup` is at work"):
                list(prune(storage.root, folder, 7, is_done=True))
