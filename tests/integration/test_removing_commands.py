"""`media-vm delete`, `gc` and `status --storage` as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from media_vm.adapters.engine import open_engine
from media_vm.cli import app
from media_vm.rules.upkeep import Role
from media_vm.testing import picture
from tests.integration.storages import Storage, storage_of


@pytest.fixture
def storage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """Two finished media of one user, the same bytes, and the settings that lead to them."""
    with storage_of("sqlite", request) as storage:
        for pending_id in (1, 2):
            storage.api.upload(pending_id, "A Photo.jpg", picture(width=601))
        storage.work()
        storage.world.store.sign_off(storage.world.worker)
        monkeypatch.setenv("DATABASE_URL", storage.url)
        monkeypatch.setenv("MEDIA_VM_STORAGE_DIR", str(storage.root))
        monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
        yield storage


def media_vm(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_deletion_is_a_dry_run_without_yes(storage: Storage) -> None:
    """It says what would go, and changes nothing."""
    looked = media_vm("delete", "1")

    assert 0 == looked.exit_code
    assert "media 1 (pending image 1, product) of user 456: completed" in looked.stdout
    assert "its original stays, others share it" in looked.stdout
    assert "`--yes`" in looked.stdout
    assert "completed" == json.loads(media_vm("explain", "1", "--json").stdout)["status"]
    assert [] == storage.check()


def test_one_that_is_deleted_already_is_told_apart(storage: Storage) -> None:
    """`--yes` would change nothing for it; for the others it would."""
    media_vm("delete", "1", "--yes")
    told, both = media_vm("delete", "1").stdout, media_vm("delete", "1", "2").stdout

    assert "would go" not in told
    assert "deleted already: 2 files, " in told and "stay until a worker runs" in told
    assert "deleted already: 2 files, " in both and "would go for good: 3 files, " in both


def test_explain_says_what_a_browser_gets(storage: Storage) -> None:
    """By the files that are there: all, some, none; and of one that was deleted. `--json` has the same."""
    files = sorted(one for one in (storage.root / "library").rglob("*") if one.is_file() and "/1-" in str(one))
    whole = media_vm("explain", "1").stdout.splitlines()[1]
    files[0].write_bytes(b"cut")
    some = json.loads(media_vm("explain", "1", "--json").stdout)["browser"]
    for one in files:
        one.unlink()
    none = media_vm("explain", "1").stdout.splitlines()
    media_vm("delete", "2", "--yes")

    assert "browser     200: avif, jpeg in 1 size" == whole
    assert (200, [files[0].relative_to(storage.root).as_posix()]) == (some["status"], some["missing"])
    assert f"browser     503: {len(files)} of {len(files)} files are not there or not whole" == none[1]
    assert none[2].startswith("to do       is the storage mounted?")
    assert "browser     410: it was deleted" in media_vm("explain", "2").stdout


def test_several_are_deleted_and_an_unknown_one_is_a_problem(storage: Storage) -> None:
    """Those that there are go all the same; nobody works, which is said; a second time tells of the first."""
    deleted = media_vm("delete", "1", "2", "99", "--yes")
    storage.work()
    again = media_vm("delete", "1", "2", "--yes", "--json")

    assert (1, 0) == (deleted.exit_code, again.exit_code)
    assert "media 99: there is none" in deleted.stdout
    assert "stay until a worker runs" in deleted.stdout
    told = json.loads(again.stdout)
    assert [("1", True), ("2", True)] == [(one["media_id"], one["removed"]) for one in told["media"]]
    assert not any(one.is_file() for area in ("bulk", "library") for one in (storage.root / area).rglob("*"))
    explained = media_vm("explain", "1")
    assert "DELETED" in explained.stdout and "A Photo" not in explained.stdout
    assert "removed" in explained.stdout


def test_what_was_kept_for_long_enough_is_told_and_removed(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line each, the sum by kind, and the rules it went by; `explain` says why there is no original."""
    monkeypatch.setenv("MEDIA_VM_RETENTION_DAYS", "originals.product=365")
    engine = open_engine(storage.url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE media_files SET retrieved_at = '2020-01-01 00:00:00.000000'"))
    engine.dispose()
    path = storage.path_of(1, Role.ORIGINAL)
    size = (storage.root / path).stat().st_size

    looked, swept, again = media_vm("gc"), media_vm("gc", "--yes", "--json"), media_vm("gc")

    assert [0, 0, 0] == [one.exit_code for one in (looked, swept, again)]
    assert f"media 2        original    {path}: {size} bytes" in looked.stdout
    rules = "originals=ever,quarantine=90,originals.product=365"
    assert f"2 original; {size} bytes would be freed (kept: {rules}); `media-vm gc --yes` does it" in looked.stdout
    told = json.loads(swept.stdout)
    assert ({"original": {"number": 2, "bytes": size}}, False) == (told["sums"], told["dry_run"])
    assert "nothing; 0 bytes" in again.stdout
    assert "by MEDIA_VM_RETENTION_DAYS" in media_vm("explain", "1").stdout


def test_a_wrong_rule_is_a_settings_problem(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, with the variable and an example."""
    monkeypatch.setenv("MEDIA_VM_RETENTION_DAYS", "originals.evnt=3")
    refused = media_vm("gc", "--yes")

    assert 2 == refused.exit_code
    assert "MEDIA_VM_RETENTION_DAYS" in refused.stderr and "'evnt'" in refused.stderr


def test_status_tells_how_much_is_stored(storage: Storage) -> None:
    """For a person in tables, for a program in bytes; deleted media count no more once they are removed."""
    shared = (storage.root / storage.path_of(1, Role.ORIGINAL)).stat().st_size
    told, printed = json.loads(media_vm("status", "--storage", "--json").stdout), media_vm("status", "--storage")
    media_vm("delete", "1", "2", "--yes")
    storage.work()
    after = json.loads(media_vm("status", "--storage", "--json").stdout)
    counted = json.loads(media_vm("status", "--json").stdout)["media"]

    assert {"files": 1, "bytes": shared} == told["areas"]["bulk"] == told["saved_by_sharing"]
    assert [456] == [one["user_id"] for one in told["top_users"]]
    assert "saved by sharing" in printed.stdout
    assert 0 == after["areas"]["bulk"]["files"] + after["areas"]["library"]["files"]
    assert 0 == counted["completed"]
