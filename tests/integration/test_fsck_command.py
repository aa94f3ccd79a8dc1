"""`media-vm fsck`, `backup` and `restore` as an operator types them, and upkeep as the worker runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from media_vm.build_upkeep import build_upkeep
from media_vm.cli import app
from media_vm.environment import read_settings
from media_vm.rules.upkeep import Remedy, Role
from media_vm.testing import picture
from media_vm.worker import work
from tests.integration.storages import Storage, storage_of


@pytest.fixture
def storage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """Two finished media, and the settings that lead to them."""
    with storage_of("sqlite", request) as storage:
        for pending_id in (1, 2):
            storage.api.upload(pending_id, "A Photo.jpg", picture(width=600 + pending_id))
        storage.work()
        monkeypatch.setenv("DATABASE_URL", storage.url)
        monkeypatch.setenv("MEDIA_VM_STORAGE_DIR", str(storage.root))
        monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
        yield storage


def media_vm(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_a_clean_storage_is_exit_code_0(storage: Storage) -> None:
    """One sentence; the progress is on stderr. Here in a process of its own, as an operator runs it."""
    command = [sys.executable, "-m", "media_vm", "fsck"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 0 == ran.returncode
    assert "2 media looked at, 0 findings, 0 left\n" == ran.stdout
    assert "2 media looked at" in ran.stderr


def test_findings_are_listed_and_repaired(storage: Storage) -> None:
    """1 while a finding is left, 0 once everything is repaired or asked of the worker; lines without --json."""
    storage.flip(path := storage.path_of(2, Role.VARIANT))

    looked, repaired = media_vm("fsck"), media_vm("fsck", "--yes")
    storage.work()

    assert (1, 0, 0) == (looked.exit_code, repaired.exit_code, media_vm("fsck").exit_code)
    assert f"media 2        variant altered    {path}: can be made again by the worker\n" in looked.stdout
    assert "`media-vm fsck --yes` repairs" in looked.stdout
    assert "the worker will make it again" in repaired.stdout


def test_a_storage_that_is_mostly_empty_is_suspected_first(storage: Storage) -> None:
    """One line before the findings, on stderr, so that JSON stays alone; a few of them are not most."""
    storage.api.upload(3, "A Photo.jpg", picture(width=603))
    storage.work()
    storage.delete(storage.path_of(1, Role.ORIGINAL))
    few = media_vm("fsck")
    storage.delete(storage.path_of(2, Role.ORIGINAL))
    most = media_vm("fsck", "--json")

    assert "mounted" not in few.stderr
    first = most.stderr.splitlines()[0]
    assert "media-vm fsck: 2 of the first 3 originals are not there: is the storage mounted?" == first
    assert 2 == len(json.loads(most.stdout)["findings"])


def test_a_program_reads_json(storage: Storage) -> None:
    """Nothing else is on stdout; a slice looks at its own media alone."""
    storage.delete(path := storage.path_of(2, Role.VARIANT))

    one, two = media_vm("fsck", "--json", "--slice", "1/2"), media_vm("fsck", "--json", "--slice", "2/2")

    finding = {"media_id": 2, "role": "variant", "fault": "missing", "path": path, "remedy": "remake"}
    assert {"part": "1/2", "media": 1, "findings": []} == json.loads(one.stdout)
    assert [finding | {"repaired": False}] == json.loads(two.stdout)["findings"]
    assert (0, 1) == (one.exit_code, two.exit_code)


def test_what_is_lost_is_exit_code_1(storage: Storage) -> None:
    """Repaired or not: somebody has to know."""
    storage.delete(storage.path_of(1, Role.ORIGINAL))
    media_vm("fsck", "--yes")
    storage.api.temp_files.clear()
    storage.work()
    storage.keeper.promises.request(1, Remedy.LOST, "given up")

    ran = media_vm("fsck", "--yes")

    assert 1 == ran.exit_code
    assert "media 1        original missing" in ran.stdout and "lost: nothing" in ran.stdout


def test_a_wrong_slice_is_a_usage_error(storage: Storage) -> None:
    """Before anything is read."""
    ran = media_vm("fsck", "--slice", "31/30")

    assert 2 == ran.exit_code
    assert "31/30 is no slice: of 30 parts the first is 1/30" in " ".join(ran.stderr.replace("│", " ").split())


def test_an_interrupted_run_is_said_to_go_on(storage: Storage) -> None:
    """So that nobody takes half a list for a whole one."""
    storage.world.store.mark("fsck look 1/1", "1")

    ran = media_vm("fsck")

    assert "goes on after media 1" in ran.stderr
    assert "1 media looked at, 0 findings, 0 left\n" == ran.stdout


def test_a_storage_that_is_not_there_is_one_sentence(storage: Storage) -> None:
    """No list of everything, no traceback."""
    storage.root.rename(storage.root.with_name("elsewhere"))

    ran = media_vm("fsck", "--yes")

    assert 1 == ran.exit_code and "is the storage mounted?" in ran.stderr


def test_backup_and_restore_are_one_command_each(storage: Storage, tmp_path: Path) -> None:
    """A restore without --yes says what it would do, and does nothing."""
    folder = str(tmp_path / "backup")
    saved = media_vm("backup", folder)
    storage.delete(storage.path_of(1, Role.ORIGINAL))
    before = media_vm("restore", folder)
    is_untouched = 1 == media_vm("fsck").exit_code
    storage.dispose()
    refused = media_vm("restore", folder, "--yes")
    restored = media_vm("restore", folder, "--yes", "--force")

    assert (0, 0, 2, 0) == (saved.exit_code, before.exit_code, refused.exit_code, restored.exit_code)
    assert "s ago: stop `media-vm run`" in refused.stderr
    assert "media completed since 20" in restored.stdout and "have them listed again" in restored.stdout
    assert "6 files copied" in saved.stdout and "1 files copied, 5 there already" in restored.stdout
    assert is_untouched and "--yes" in before.stdout
    assert 0 == media_vm("fsck").exit_code


def test_a_backup_is_pruned_without_a_new_one(storage: Storage, tmp_path: Path) -> None:
    """A line each and the sum, a dry run without --yes; --yes alone says what it wants."""
    folder = str(tmp_path / "backup")
    media_vm("backup", folder)
    media_vm("delete", "1", "--yes")
    storage.work()
    media_vm("backup", folder, "--keep", "1")

    looked, pruned = media_vm("backup", folder, "--prune"), media_vm("backup", folder, "--prune", "--yes")
    again, alone = media_vm("backup", folder, "--prune"), media_vm("backup", folder, "--yes")

    assert [0, 0, 0, 2] == [one.exit_code for one in (looked, pruned, again, alone)]
    assert looked.stdout.splitlines()[:-1] == pruned.stdout.splitlines()[:-1]
    assert "3 files, " in looked.stdout and "would be freed" in looked.stdout and "`--yes`" in looked.stdout
    assert "storage/library/user_456/product/img/1-a-photo-" in pruned.stdout and " freed (" in pruned.stdout
    assert "0 files, 0 bytes would be freed (kept: the last 7 dumps, and what they name)\n" == again.stdout
    assert "--prune" in alone.output


def test_a_folder_without_a_dump_is_no_backup(storage: Storage, tmp_path: Path) -> None:
    """Nothing is copied from it."""
    ran = media_vm("restore", str(tmp_path), "--yes")

    assert 2 == ran.exit_code and "holds no media_vm-….db" in ran.stderr


def test_the_worker_runs_the_timetable(storage: Storage) -> None:
    """Beside its cycles: what a killed worker left is gone, today's part is checked, what is stored is measured;
    stopped with it."""
    storage.put("bulk/.tmp-dead", b"half")
    world = storage.world

    def ends() -> None:
        deadline = time.monotonic() + 4
        while (storage.root / "bulk/.tmp-dead").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        world.stopping.set()

    watcher = threading.Thread(target=ends)
    watcher.start()
    work(world, build_upkeep(read_settings(), world))
    watcher.join()

    assert not (storage.root / "bulk/.tmp-dead").exists()
    assert None not in [storage.keeper.marks.marked(name) for name in ("upkeep fsck", "storage", "storage logo")]
    lease = storage.keeper.marks.marked("upkeep")
    assert lease is not None and "" == lease.note
