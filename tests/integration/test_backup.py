"""The restore drill: dump while the worker works, lose everything, restore, and fsck finds nothing missing."""

from __future__ import annotations

import json
import os
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import make_url

from media_vm.adapters.backup import back_up, restore
from media_vm.adapters.backup_folder import dumps_in, label_of, require_dump
from media_vm.adapters.dumps import SKIPPED_IDS, dump_database
from media_vm.adapters.engine import migrate, migrations_config
from media_vm.adapters.storage_identity import carried_by
from media_vm.errors import DatabaseDown, NotMigrated, WrongUse
from media_vm.rules.upkeep import Fault, Slice
from media_vm.testing import picture
from media_vm.values import BACKUP_MARK
from tests.integration.databases import empty_database
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

        restored = restore(url, storage.root, folder, is_forced=True)

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
        restore(storage.url, storage.root, tmp_path / "backup", is_forced=True)

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


def test_a_restore_puts_back_what_went_bad_without_a_sign(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A flipped bit changes neither size nor time."""
    with storage_of(kind, request) as storage:
        upload(storage, 1)
        back_up(storage.url, storage.root, tmp_path / "backup")
        original = next((storage.root / "bulk").rglob("1-*"))
        before, times = original.read_bytes(), original.stat()
        original.write_bytes(bytes([before[0] ^ 1]) + before[1:])
        os.utime(original, ns=(times.st_atime_ns, times.st_mtime_ns))
        storage.dispose()
        restored = restore(storage.url, storage.root, tmp_path / "backup", is_forced=True)

    assert (before, 1, 2) == (original.read_bytes(), restored.files, restored.kept)


def test_a_dump_that_is_not_whole_replaces_nothing(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Empty, half, or cut near its end; one that is whole may be named, and brings its storage's id along."""
    with storage_of(kind, request) as storage:
        back_up(storage.url, storage.root, folder := tmp_path / "backup")
        back_up(storage.url, storage.root, folder)
        upload(storage, 1)
        whole, dump = (one.place for one in dumps_in(folder))
        size = dump.stat().st_size
        for left in (size - 40, size // 2, 0):
            os.truncate(dump, left)
            with pytest.raises(WrongUse, match=f"no whole dump .*name another .*; there are: {whole.name}"):
                restore(storage.url, storage.root, folder, is_forced=True)
        kept = storage.keeper.promises.held_after(0, Slice())
        storage.dispose()
        restore(storage.url, storage.root, folder, whole.name, is_forced=True)

        assert [1] == [one.media_id for one in kept]
        assert [] == storage.keeper.promises.held_after(0, Slice())
        assert label_of(folder)["installation"] == carried_by(storage.root)


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
    dump_database(url.render_as_string(hide_password=False), dump := tmp_path / "dump.sql")

    with pytest.raises(DatabaseDown) as refused:
        dump_database(
            url.set(password="wrong-secret").render_as_string(hide_password=False), tmp_path / "another.sql"
        )

    assert "CREATE TABLE `media_files`" in dump.read_text()
    assert "denied" in str(refused.value)
    assert "wrong-secret" not in str(refused.value)


def test_a_database_that_is_not_there_is_no_empty_backup(tmp_path: Path) -> None:
    """SQLite would make the file that it is asked to copy."""
    with pytest.raises(NotMigrated, match="DATABASE_URL"):
        back_up(f"sqlite:///{tmp_path / 'no.db'}", tmp_path / "storage", tmp_path / "backup")
    assert not (tmp_path / "no.db").exists()


def test_two_restores_of_one_dump_share_no_id(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """What came after the first restore has its URL too, and so has what came after an empty dump."""
    given = []
    with storage_of(kind, request) as storage:
        back_up(storage.url, storage.root, tmp_path / "backup")
        for pending_id in (1, 2, 3):
            upload(storage, pending_id)
            given += [one.media_id for one in storage.keeper.promises.held_after(0, Slice())]
            storage.dispose()
            restore(storage.url, storage.root, tmp_path / "backup", is_forced=True)

    assert 3 == len(set(given))
    assert sorted(given) == given
    assert given[-1] < 2**53, "JavaScript would round it"


def test_a_restore_under_a_worker_is_refused(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Whoever was heard of lately is named, and what to stop; one who signed off is nobody."""
    with storage_of(kind, request) as storage:
        upload(storage, 1)
        back_up(storage.url, storage.root, tmp_path / "backup")
        with pytest.raises(WrongUse, match=f"worker {storage.world.worker} was heard of .*stop `media-vm run`"):
            restore(storage.url, storage.root, tmp_path / "backup")
        storage.world.store.sign_off(storage.world.worker)
        storage.dispose()

        restore(storage.url, storage.root, tmp_path / "backup")


def test_a_restore_under_an_open_file_is_refused(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Serve leaves no mark, but its connections hold the SQLite file; a damaged file is nobody's."""
    with storage_of("sqlite", request) as storage:
        back_up(storage.url, storage.root, tmp_path / "backup")
        storage.world.store.now()  # its connection stays open
        with pytest.raises(WrongUse, match="another process has the database file open"):
            restore(storage.url, storage.root, tmp_path / "backup")
        storage.dispose()
        Path(make_url(storage.url).database or "").write_bytes(b"damaged " * 1000)

        restore(storage.url, storage.root, tmp_path / "backup")


def test_a_backup_goes_where_it_harms_nothing(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Not into the storage or around it, not onto a file, not over another's, not beside other things."""
    with storage_of("sqlite", request) as storage:
        storage.root.mkdir(exist_ok=True)
        (tmp_path / "file").write_text("mine")
        (tmp_path / "pictures").mkdir()
        (tmp_path / "pictures" / "mine.jpg").write_text("mine")
        backups = tmp_path / "backup"
        other = f"sqlite:///{tmp_path / 'other.db'}"
        migrate(other)
        back_up(other, tmp_path / "elsewhere", backups)
        before = dumps_in(backups)
        for folder, says in (
            (storage.root / "backup", "within each other"),
            (storage.root.parent, "within each other"),
            (tmp_path / "file", "cannot be made"),
            (Path("/proc/backup"), "cannot be made"),
            (backups, "another installation"),
            (tmp_path / "pictures", "holds other files"),
        ):
            with pytest.raises(WrongUse, match=says):
                back_up(storage.url, storage.root, folder)

    assert before == dumps_in(backups)
    assert not (storage.root / "backup").exists()


def test_an_older_versions_one_dump_is_the_first_of_many(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Its time stands in the label, and where there is none, it is the file's own; each may be asked for."""
    with storage_of("sqlite", request) as storage:
        began = datetime.now(UTC)
        back_up(storage.url, storage.root, folder := tmp_path / "backup")
        dumps_in(folder)[0].place.rename(folder / "media_vm.db")
        os.utime(folder / "media_vm.db", (0, 0))
        installation = label_of(folder)["installation"]
        label = {"dumped_at": "2026-11-01T03:15:00+00:00"}
        (folder / "media_vm.json").write_text(json.dumps(label))
        back_up(storage.url, storage.root, folder)
        last, named = require_dump(storage.url, folder), require_dump(storage.url, folder, "media_vm.db")
        labelled = label_of(folder)
        (folder / "media_vm.json").unlink()

        assert {**label, "installation": installation} == labelled
        assert began <= last.at <= datetime.now(UTC)
        assert datetime(2026, 11, 1, 3, 15, tzinfo=UTC) == named.at
        assert 0 == dumps_in(folder)[0].at.timestamp()
        with pytest.raises(WrongUse, match=f"there are: media_vm.db, {last.place.name}"):
            require_dump(storage.url, folder, "media_vm-1.db")


def test_a_clock_that_was_set_back_loses_no_backup(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The dump that was made last is the last one, and its age is no future's: somebody watches it."""
    with storage_of("sqlite", request) as storage:
        back_up(storage.url, storage.root, folder := tmp_path / "backup")
        dumps_in(folder)[0].place.rename(ahead := folder / "media_vm-20990101T000000.000000Z.db")
        back_up(storage.url, storage.root, folder, keep=1)
        mark = storage.keeper.marks.marked(BACKUP_MARK)

        (last,) = dumps_in(folder)
        assert ahead != last.place
        assert mark and mark.at <= datetime.now(UTC)


def test_an_empty_database_is_not_backed_up(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A dump without tables would be believed in until the day it is needed."""
    with pytest.raises(NotMigrated, match="media-vm migrate"):
        back_up(empty_database("mariadb", request), tmp_path / "storage", tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
