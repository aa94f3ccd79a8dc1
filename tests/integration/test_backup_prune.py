"""A backup forgets what no kept dump names, and nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from media_vm.adapters.backup import back_up, restore
from media_vm.adapters.backup_folder import dumps_in, require_dump
from media_vm.adapters.dump_rows import rows_in
from media_vm.adapters.engine import open_engine
from media_vm.adapters.pruning import prune
from media_vm.errors import Misconfigured, WrongUse
from media_vm.rules.adopting import ADOPTION, NEEDED
from media_vm.rules.upkeep import Role
from tests.integration.storages import Storage, storage_of
from tests.integration.test_backup import kind, wipe
from tests.integration.test_backup_meanwhile import delete, media_of, retire, upload

__all__ = ["kind"]  # the fixture

STRANGE = "it's (a) \"test\"; \\'), ('--\n`ü`,NULL\\"


@dataclass
class Backup:
    """A storage with its backup. pruned: the paths that went, or would."""

    storage: Storage
    folder: Path

    def back_up(self, keep: int = 7) -> None:
        back_up(self.storage.url, self.storage.root, self.folder, keep)

    def prune(self, keep: int = 7, *, dry: bool = False) -> list[str]:
        return sorted(one.path for one in prune(self.storage.root, self.folder, keep, is_done=not dry))

    def files(self, owner: str = "") -> list[str]:
        """Of one media, by the id that their names begin with."""
        found = (one for one in (self.folder / "storage").rglob(f"{owner}*") if one.is_file())
        return sorted(one.relative_to(self.folder).as_posix() for one in found)


def test_a_deleted_picture_goes_with_the_last_dump_that_names_it(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Told first, then done, and then nothing is left to do; what is restored is whole."""
    with storage_of(kind, request) as storage:
        backup = Backup(storage, tmp_path / "backup")
        upload(storage, 1, 2)
        backup.back_up()
        first, theirs = dumps_in(backup.folder)[0], backup.files("1-")
        delete(storage, 1)
        backup.back_up()

        kept = backup.prune()
        told, there = backup.prune(keep=1, dry=True), backup.files("1-")
        done, again = backup.prune(keep=1), backup.prune(keep=1)
        storage.dispose()
        wipe(kind, storage.url, storage, request)
        restore(storage.url, storage.root, backup.folder, is_forced=True)

        assert 3 == len(theirs) and theirs == there
        assert ([], []) == (kept, again)
        assert [first.place.name, *theirs] == told == done
        assert [] == backup.files("1-")
        assert [] == storage.check()
        assert not list((backup.folder / "storage").rglob("*/1-*"))


def test_an_older_dump_keeps_what_it_names(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """And may be restored."""
    with storage_of("sqlite", request) as storage:
        backup = Backup(storage, tmp_path / "backup")
        upload(storage, 1)
        backup.back_up()
        delete(storage, 1)
        backup.back_up(keep=2)
        first, _ = dumps_in(backup.folder)
        backup.prune(keep=2)
        storage.dispose()
        wipe("sqlite", storage.url, storage, request)
        restore(storage.url, storage.root, backup.folder, first.place.name, is_forced=True)

        assert [1] == media_of(storage)
        assert [] == storage.check()


def test_strange_names_are_read_as_they_are(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Quotes, brackets, ends of lines and statements: every value of every row is the database's own."""
    with storage_of(kind, request) as storage:
        upload(storage, 1, 2)
        engine = open_engine(storage.url)
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE media_files SET original_name = :name WHERE id = 1"), {"name": STRANGE}
            )
        back_up(storage.url, storage.root, tmp_path / "backup")
        dump = require_dump(storage.url, tmp_path / "backup").place
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT id, original_name, bulk_path, retired_at FROM media_files"))
            known = [tuple(None if one is None else str(one) for one in row) for row in rows]
        engine.dispose()

    read = list(rows_in(dump, "media_files"))
    wanted = ("id", "original_name", "bulk_path", "retired_at")
    assert known == [tuple(row[column] for column in wanted) for row in read]
    assert STRANGE == read[0]["original_name"]


def test_rows_of_one_line_are_read_too(tmp_path: Path) -> None:
    """As mysqldump and older mariadb-dumps write them."""
    dump = tmp_path / "dump.sql"
    lines = [
        "CREATE TABLE `marks` (",
        "  `name` text,",
        "  `note` text,",
        "  PRIMARY KEY (`name`)",
        ") COMMENT='x';",
    ]
    lines += ["INSERT INTO `marks` VALUES ('a',NULL),('it''s (b),','c\\'\\n');", "INSERT INTO `other` VALUES (1);"]
    dump.write_text("\n".join([*lines, "-- Dump completed on 2026-11-22", ""]))

    whole = list(rows_in(dump, "marks"))
    os.truncate(dump, dump.stat().st_size - len("-- Dump completed on 2026-11-22\n"))

    with pytest.raises(WrongUse, match="no whole dump"):
        list(rows_in(dump, "marks"))
    assert [{"name": "a", "note": None}, {"name": "it's (b),", "note": "c'\n"}] == whole


def test_a_damaged_dump_names_nothing_so_nothing_goes(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Cut off in the middle; it is named, and what to do about it."""
    with storage_of("sqlite", request) as storage:
        backup = Backup(storage, tmp_path / "backup")
        upload(storage, 1)
        backup.back_up()
        delete(storage, 1)
        dump = dumps_in(backup.folder)[0].place
        os.truncate(dump, dump.stat().st_size // 2)

        with pytest.raises(WrongUse, match="no whole dump"):
            backup.prune()
        assert 3 == len(backup.files("1-"))


def test_what_is_kept_and_what_is_not(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Halves and strays that the storage has no more go; quarantine of a living picture stays."""
    with storage_of("sqlite", request) as storage:
        backup = Backup(storage, tmp_path / "backup")
        upload(storage, 1, 2, 3)
        strays = ("quarantine/strays/bulk/2025-01-15/1-0123456789abcdef.jpg", "library/user_9/logo/img/old.gif")
        for path in ("quarantine/1.bin", "quarantine/2.bin", *strays):
            storage.put(path, b"planted")
        engine = open_engine(storage.url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE media_files SET quarantined_at = created_at WHERE id = 1"))
        engine.dispose()
        retired = storage.path_of(3, Role.ORIGINAL)
        backup.back_up()
        retire(storage, 3)
        backup.back_up(keep=1)
        (backup.folder / "storage/bulk/.tmp-half").write_bytes(b"half")
        storage_has_them = backup.prune(keep=1)
        for path in ("quarantine/1.bin", "quarantine/2.bin", *strays):
            storage.delete(path)
        gone = backup.prune(keep=1)

    assert sorted(["storage/bulk/.tmp-half", f"storage/{retired}"]) == storage_has_them
    assert sorted(f"storage/{path}" for path in ("quarantine/2.bin", *strays)) == gone
    assert not (backup.folder / "storage/library/user_9").exists()


def test_nothing_goes_that_may_be_needed(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """No backup, no storage, files without rows until adoption has ended."""
    with storage_of("sqlite", request) as storage:
        backup = Backup(storage, tmp_path / "backup")
        with pytest.raises(WrongUse, match="holds no backup"):
            backup.prune()
        upload(storage, 1)
        storage.put("bulk/old.jpg", b"to be adopted")
        storage.keeper.marks.mark(ADOPTION, NEEDED)
        backup.back_up()
        storage.delete("bulk/old.jpg")

        assert [] == backup.prune()
        storage.root.rename(storage.root.with_name("elsewhere"))
        with pytest.raises(Misconfigured, match="is the storage mounted"):
            backup.prune()
