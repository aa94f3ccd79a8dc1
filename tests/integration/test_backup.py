"""The restore drill: dump while the worker works, lose everything, restore, and fsck finds nothing missing."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import make_url

from media_vm.adapters.backup import back_up, restore
from media_vm.adapters.dumps import SKIPPED_IDS, dump_database
from media_vm.adapters.engine import migrations_config
from media_vm.errors import DatabaseDown
from media_vm.rules.upkeep import Fault, Slice
from media_vm.testing import picture
from tests.integration.storages import Storage, storage_of
from tests.mariadb import PrivateMariaDB

BEFORE = 5


@pytest.fixture(params=["sqlite", "mariadb"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def wipe(kind: str, url: str, storage: Storage, request: pytest.FixtureRequest) -> None:
    """Everything is gone: rows, tables, files."""
    shutil.rmtree(storage.root)
    where = make_url(url)
    if kind == "sqlite":
        for file in Path(where.database or "").parent.glob("media_vm.db*"):
            file.unlink()
        return
    server: PrivateMariaDB = request.getfixturevalue("mariadb")
    server.execute(f"DROP DATABASE {where.database}", f"CREATE DATABASE {where.database} CHARACTER SET utf8mb4")


def upload(storage: Storage, pending_id: int) -> None:
    storage.api.upload(pending_id, "A Photo.jpg", picture(width=600 + pending_id))
    storage.work()


def test_a_dump_under_load_restores_to_a_whole_storage(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Every row that the dump holds finds its files; what came later is at most a stray."""
    with storage_of(kind, request) as storage:
        url, folder = storage.url, tmp_path / "backup"
        for pending_id in range(1, BEFORE + 1):
            upload(storage, pending_id)
        is_over, uploaded = threading.Event(), threading.Semaphore(0)

        def write() -> None:
            pending_id = BEFORE
            while not is_over.is_set():
                upload(storage, pending_id := pending_id + 1)
                uploaded.release()

        writer = threading.Thread(target=write)
        writer.start()
        uploaded.acquire()
        copied = back_up(url, storage.root, folder)
        uploaded.acquire()
        is_over.set()
        writer.join()
        storage.dispose()
        wipe(kind, url, storage, request)

        restored = restore(url, storage.root, folder)

        held = storage.keeper.promises.held_after(0, Slice())
        assert BEFORE + 1 <= len(held)
        assert copied.files == restored.files >= sum(len(one.promises) for one in held)
        assert {Fault.STRAY} >= {one.fault for one in storage.check()}
        assert all(one.promises for one in held if one.checklist.has_variants)


def test_no_id_is_given_out_twice_after_a_restore(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A URL of a picture that came after the dump must never show another one."""
    with storage_of(kind, request) as storage:
        upload(storage, 1)
        back_up(storage.url, storage.root, tmp_path / "backup")
        upload(storage, 2)
        storage.dispose()
        restore(storage.url, storage.root, tmp_path / "backup")

        upload(storage, 3)

        ids = [one.media_id for one in storage.keeper.promises.held_after(0, Slice())]
        assert 1 == ids[0]
        assert all(one > SKIPPED_IDS for one in ids[1:])


def test_a_second_backup_copies_only_what_is_new(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Files are never rewritten, so those that are there need no copy; unfinished ones are no part of it."""
    with storage_of(kind, request) as storage:
        upload(storage, 1)
        first = back_up(storage.url, storage.root, tmp_path / "backup")
        upload(storage, 2)
        storage.put("bulk/.tmp-half", b"half")
        second = back_up(storage.url, storage.root, tmp_path / "backup")

    assert (3, 0) == (first.files, first.kept)
    assert (3, 3) == (second.files, second.kept)
    assert not list((tmp_path / "backup").rglob(".tmp-*"))


def test_a_password_is_on_no_command_line_and_in_no_error(mariadb: PrivateMariaDB, tmp_path: Path) -> None:
    """It goes through a file of ours; what the client program says does not repeat it."""
    secret = 'pass "word\\ #1'
    mariadb.execute(
        "CREATE DATABASE IF NOT EXISTS locked",
        "CREATE OR REPLACE USER keeper@localhost IDENTIFIED BY 'pass \"word\\\\ #1'",
        "GRANT ALL ON locked.* TO keeper@localhost",
    )
    url = make_url(mariadb.url("locked")).set(username="keeper", password=secret)
    command.upgrade(migrations_config(url.render_as_string(hide_password=False)), "head")
    dump_database(url.render_as_string(hide_password=False), tmp_path)

    with pytest.raises(DatabaseDown) as refused:
        dump_database(url.set(password="wrong-secret").render_as_string(hide_password=False), tmp_path)

    assert "CREATE TABLE `media_files`" in (tmp_path / "media_vm.sql").read_text()
    assert "denied" in str(refused.value)
    assert "wrong-secret" not in str(refused.value)


def test_a_database_that_is_not_there_is_no_empty_backup(tmp_path: Path) -> None:
    """SQLite would make the file that it is asked to copy."""
    with pytest.raises(DatabaseDown, match="DATABASE_URL"):
        back_up(f"sqlite:///{tmp_path / 'no.db'}", tmp_path / "storage", tmp_path / "backup")
    assert not (tmp_path / "no.db").exists()
