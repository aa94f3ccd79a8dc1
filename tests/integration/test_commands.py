"""What an operator types wrong: one sentence with the remedy, and an exit code that says whose turn it is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from media_vm import __version__
from media_vm.adapters.engine import migrate
from media_vm.cli import app
from media_vm.cli_problems import told_engine, told_settings
from media_vm.secret_files import SECRETS
from tests import canaries

MAIN_API = {"MAIN_API_URL": "http://127.0.0.1:9", "MAIN_API_KEY": "key-of-this-test"}


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Migrated, and named by DATABASE_URL."""
    file = tmp_path / "media_vm.db"
    migrate(f"sqlite:///{file}")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    return file


def media_vm(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, env=environment)


def test_the_version_is_told() -> None:
    """Without any setting."""
    assert f"media-vm {__version__}\n" == media_vm("--version").stdout


@pytest.mark.parametrize("media_id", ["99999999999999999999999", "0", "-1", "x"])
def test_a_number_that_is_no_id_is_a_usage_error(database: Path, media_id: str) -> None:
    """No database holds it; SQLite's driver would overflow."""
    told = media_vm("explain", "--", media_id)

    assert 2 == told.exit_code
    assert "media_id" in told.stderr.lower()


def test_an_unknown_id_is_one_sentence(database: Path) -> None:
    """And the machine's state is asked for by its own command."""
    told = media_vm("explain", "999")

    assert 1 == told.exit_code
    assert "no media has the id 999; `media-vm status` tells how the machine is\n" == told.stderr


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ((), {"media_id": "999", "error": "unknown"}),
        (("--pending",), {"pending_image_id": 999, "error": "unknown"}),
    ],
)
def test_an_unknown_id_is_json_for_a_program(
    database: Path, option: tuple[str, ...], expected: dict[str, object]
) -> None:
    """On stdout, like every other answer."""
    told = media_vm("explain", "999", "--json", *option)

    assert (1, expected) == (told.exit_code, json.loads(told.stdout))


def test_the_default_folder_alone_is_made(tmp_path: Path) -> None:
    """A mistyped path brings no folder into the world."""
    mistyped = media_vm("migrate", DATABASE_URL=f"sqlite:///{tmp_path}/storrage/media_vm.db")
    default = media_vm("migrate")

    assert (2, 0) == (mistyped.exit_code, default.exit_code)
    assert "storrage is not there" in mistyped.stderr
    assert ["media_vm.db"] == [one.name for one in (tmp_path / "storage").glob("*.db")]
    assert not (tmp_path / "storrage").exists()


@pytest.mark.parametrize("folder", ["/proc/media-vm", "/dev/null/media-vm"])
def test_a_storage_that_cannot_be_made_is_a_settings_problem(database: Path, folder: str) -> None:
    """Said at the start, by the variable's name."""
    told = media_vm("worker", "--once", MEDIA_VM_STORAGE_DIR=folder, **MAIN_API)

    assert (2, True) == (told.exit_code, told.stderr.startswith("media-vm: MEDIA_VM_STORAGE_DIR: "))


def test_a_backup_that_cannot_be_written_is_one_sentence(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up midway is a problem found, not a wrong command."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/backup/media_vm.db")

    monkeypatch.setattr("media_vm.adapters.backup.dump_database", full)
    told = media_vm("backup", "backup")

    assert (1, "media-vm: /backup/media_vm.db: No space left on device\n") == (told.exit_code, told.stderr)


def test_a_backup_onto_a_file_is_refused(database: Path, tmp_path: Path) -> None:
    """2: name another folder."""
    (tmp_path / "file").write_text("mine")
    told = media_vm("backup", "file")

    assert (2, True) == (told.exit_code, "file cannot be made (File exists)" in told.stderr)


@pytest.mark.parametrize("command", ["worker", "run"])
def test_a_worker_hears_of_every_problem_at_once(database: Path, command: str) -> None:
    """The missing key with the wrong URL; `run` starts neither part."""
    told = media_vm(command, MAIN_API_URL="nonsense")

    assert (2, 2) == (told.exit_code, len(told.stderr.splitlines()))
    assert "MAIN_API_URL: " in told.stderr and "MAIN_API_KEY is missing" in told.stderr


def test_which_database_is_meant_is_said(tmp_path: Path) -> None:
    """By its place, and with no password."""
    none = media_vm("status", DATABASE_URL="sqlite:///nowhere.db")
    away = media_vm(
        "status", DATABASE_URL=f"mysql+pymysql://me:{canaries.DATABASE_PASSWORD}@127.0.0.1:9/oaf_media"
    )

    assert (2, 1) == (none.exit_code, away.exit_code)
    assert f"there is no database at {tmp_path / 'nowhere.db'} (DATABASE_URL) yet" in none.stderr
    assert "check DATABASE_URL (127.0.0.1:9/oaf_media)" in away.stderr
    assert "canary" not in away.output


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mysql+pymysql://me@127.0.0.1:9/oaf_media", ("database_down", 1, "check DATABASE_URL")),
        ("sqlite:///nowhere.db", ("not_migrated", 2, "there is no database at")),
        ("postgresql://127.0.0.1/oaf_media", ("settings", 2, "DATABASE_URL")),
    ],
)
@pytest.mark.parametrize("command", ["status", "explain 1", "gc", "delete 1", "fsck", "ai cost"])
def test_a_program_hears_in_json_what_went_wrong(url: str, expected: tuple[str, int, str], command: str) -> None:
    """One object on stdout; the sentence for a person stays on stderr."""
    told = media_vm(*command.split(), "--json", DATABASE_URL=url)
    story = json.loads(told.stdout)

    assert expected[:2] == (story["error"], story["exit"]) == (story["error"], told.exit_code)
    assert expected[2] in story["problems"][0]
    assert story["problems"][0] in told.stderr


def test_a_command_takes_leave_of_the_database(database: Path) -> None:
    """Or MariaDB counts every command among its `Aborted_clients`, and warns."""
    with told_engine(told_settings()) as engine:
        held = engine.pool.checkedin()  # type: ignore[attr-defined]  # the pool that both of ours have

    assert (1, 0) == (held, engine.pool.checkedin())  # type: ignore[attr-defined]


def test_migrating_leaves_no_file_beside_the_database(database: Path) -> None:
    """Its lock goes with it."""
    assert [] == [one.name for one in database.parent.iterdir() if "migrating" in one.name]


def test_going_back_to_an_older_version_needs_no_migration(database: Path) -> None:
    """Its units run `migrate` before every start."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    done, checked = media_vm("migrate"), media_vm("migrate", "--check")

    assert [0, 0] == [done.exit_code, checked.exit_code]
    assert done.stdout == checked.stdout
    assert "at revision 9999, newer than this version's" in done.stdout


def test_the_state_says_what_a_worker_would_lack(database: Path) -> None:
    """For whoever wonders why nothing comes in."""
    bare, half, whole = (
        media_vm("status"),
        media_vm("status", MAIN_API_URL="http://a.example"),
        media_vm("status", **MAIN_API),
    )

    assert "settings    without MAIN_API_URL and MAIN_API_KEY, which a worker needs\n" in bare.stdout
    assert "settings    without MAIN_API_KEY, which a worker needs\n" in half.stdout
    assert "which a worker needs" not in whole.stdout
    assert ["MAIN_API_URL", "MAIN_API_KEY"] == json.loads(media_vm("status", "--json").stdout)["worker_lacks"]
