"""Whose a storage folder is: a disk that is not mounted, or another's in its place, is left alone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from media_vm.adapters.backup import back_up
from media_vm.adapters.engine import open_engine
from media_vm.adapters.files import DiskFiles
from media_vm.adapters.fsck_disk import StorageDisk
from media_vm.adapters.storage_identity import NAME, agreed, carried_by, carry, meet
from media_vm.cli import app
from media_vm.errors import Misconfigured, ProviderDown
from media_vm.rules.outages import STORAGE_GONE, Party
from media_vm.rules.upkeep import Slice
from media_vm.testing import picture
from media_vm.values import Original
from tests.integration.storages import Storage, storage_of


@pytest.fixture
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    """One finished media, of a machine that ran before folders carried an id."""
    with storage_of("sqlite", request) as storage:
        storage.api.upload(1, "A Photo.jpg", picture(width=600))
        storage.work()
        yield storage


@pytest.fixture
def engine(storage: Storage) -> Iterator[Engine]:
    engine = open_engine(storage.url)
    yield engine
    engine.dispose()


def unmount(storage: Storage) -> Path:
    """The bare place is left; returns where the disk is now."""
    disk = storage.root.rename(storage.root.with_name("disk"))
    storage.root.mkdir()
    return disk


def mount(storage: Storage, disk: Path) -> None:
    shutil.rmtree(storage.root)
    disk.rename(storage.root)


def test_a_machine_that_runs_already_meets_its_storage(storage: Storage, engine: Engine) -> None:
    """Once: both carry the same from then on, whoever comes."""
    before = agreed(engine, storage.root)
    met = meet(engine, storage.root)

    assert before is None
    assert met == carried_by(storage.root) == meet(engine, storage.root) == agreed(engine, storage.root)
    assert [NAME] == [one.name for one in storage.root.iterdir() if one.is_file()]


@pytest.mark.parametrize("has_met", [False, True])
def test_a_bare_mount_point_is_refused(storage: Storage, engine: Engine, has_met: bool, tmp_path: Path) -> None:
    """With the question that an operator should ask; nothing is written into it, and no backup is taken of it."""
    if has_met:
        meet(engine, storage.root)
    unmount(storage)

    with pytest.raises(Misconfigured, match=r"none of the originals .* is the storage mounted") as refused:
        meet(engine, storage.root)
    with pytest.raises(Misconfigured, match="is the storage mounted"):
        back_up(storage.url, storage.root, backup := tmp_path / "backup")
    assert ([], False) == (list(storage.root.iterdir()), backup.exists())
    told = re.search(r"\{.*\}", refused.value.detail)
    (storage.root / NAME).write_text(told.group() if told else "")  # they are lost for good

    assert meet(engine, storage.root) == carried_by(storage.root)


def test_anothers_storage_is_refused(storage: Storage, engine: Engine) -> None:
    """Also one that cannot be understood; without what it carries it is looked at anew."""
    ours = meet(engine, storage.root)
    for theirs in ("other", ""):
        carry(storage.root, theirs)
        with pytest.raises(Misconfigured, match=f"another installation .{theirs or 'unreadable'}.*remove {NAME}"):
            agreed(engine, storage.root)
    (storage.root / NAME).unlink()

    assert ours == meet(engine, storage.root) == carried_by(storage.root)


def test_a_new_database_does_not_take_anothers_storage(storage: Storage, engine: Engine, tmp_path: Path) -> None:
    """A database that lost its own mark does: an original that it names is there."""
    ours = meet(engine, storage.root)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM media_marks"))
    taken = meet(engine, storage.root)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM media_marks"))
        connection.execute(text("UPDATE media_files SET bulk_path = NULL"))
    with pytest.raises(Misconfigured, match="another installation"):
        meet(engine, storage.root)

    assert ours == taken
    assert meet(engine, fresh := tmp_path / "fresh") == carried_by(fresh) != ours


def test_a_worker_whose_storage_goes_away_waits(storage: Storage, engine: Engine) -> None:
    """It writes nothing into the bare place, spends no attempt, and goes on at once when the disk is back."""
    files = DiskFiles(storage.root, meet(engine, storage.root))
    storage.world = replace(storage.world, files=files)
    disk = unmount(storage)
    storage.api.upload(2, "A Photo.jpg", picture(width=700))
    storage.work()
    outage, written = storage.world.outages.of(Party.DISK), list(storage.root.iterdir())
    mount(storage, disk)
    storage.work()

    assert outage is not None and (STORAGE_GONE, []) == (outage.reason, written)
    assert storage.world.outages.of(Party.DISK) is None
    held = storage.keeper.promises.held_after(0, Slice())
    assert [True, True] == [one.checklist.has_variants for one in held]
    assert 0 == max(one.checklist.outage_turn for one in held)


def test_nothing_is_done_to_a_storage_that_is_away(storage: Storage, engine: Engine) -> None:
    """Between two looks of the worker: nothing is made, and nothing is taken for lost."""
    installation = meet(engine, storage.root)
    files, disk = DiskFiles(storage.root, installation), StorageDisk(storage.root, installation)
    was_there = disk.is_there()
    unmount(storage)
    (storage.root / "bulk").mkdir()  # as an older version left it

    assert (True, False) == (was_there, disk.is_there())
    for ask in (
        files.free_bytes,
        lambda: files.folder("library/1"),
        lambda: files.is_sound(Original("bulk/1.jpg", 3, "ab")),
        lambda: files.traces(1, ["bulk"]),
    ):
        with pytest.raises(ProviderDown) as away:
            ask()
        assert STORAGE_GONE == away.value.reason
    assert storage.root / "bulk" == files.incoming("1").parent
    assert ["bulk"] == [one.name for one in storage.root.rglob("*")]


def test_fsck_holds_back(storage: Storage, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Although somebody uploaded into the bare place meanwhile."""
    meet(engine, storage.root)
    unmount(storage)
    storage.put("bulk/2026-11-22/2-abc.jpg", b"later")
    monkeypatch.setenv("DATABASE_URL", storage.url)
    monkeypatch.setenv("MEDIA_VM_STORAGE_DIR", str(storage.root))
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    for command in (("fsck", "--yes"), ("gc", "--yes")):
        ran = CliRunner().invoke(app, command)

        assert 1 == ran.exit_code and "is the storage mounted?" in ran.stderr
    assert (storage.root / "bulk/2026-11-22/2-abc.jpg").exists()
