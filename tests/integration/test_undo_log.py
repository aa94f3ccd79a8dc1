"""The undo log on a real disk."""

from __future__ import annotations

import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from media_vm.adapters.undo_log import FileUndoLog, read_entries
from media_vm.errors import WrongUse
from media_vm.rules.replacing import Place
from media_vm.rules.undoing import Entry, line_of
from tests.replacing.festival import COLUMNS, PROFILE

BEGAN = datetime(2026, 11, 21, 20, 0, 0, 5, tzinfo=UTC)


def entry(number: int) -> Entry:
    path, url = f"/temp_images/{number}.jpg", f"https://media.example/serve/{number}?size=detail"
    return Entry(number, path, url, None, (Place(PROFILE, (("user_id", number),)),))


def test_a_run_without_anything_to_undo_leaves_no_file(tmp_path: Path) -> None:
    """Nor a folder."""
    with closing(FileUndoLog(tmp_path / "replaced", BEGAN)) as log:
        assert not log.is_begun

    assert [] == list(tmp_path.iterdir())


def test_entries_are_on_the_disk_when_append_returns(tmp_path: Path) -> None:
    """Not when the file is closed: whoever is killed now has written them. Only its owner reads it."""
    log = FileUndoLog(tmp_path / "a" / "replaced", BEGAN)
    log.append(entry(1))
    log.append(entry(2))

    assert [entry(1), entry(2)] == read_entries(log.path, COLUMNS)
    assert 0o600 == stat.S_IMODE(log.path.stat().st_mode)
    assert log.path.name.startswith("20261121T200000000005Z-") and log.is_begun
    log.close()


def test_new_folders_are_on_the_disk_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each where its name stands, or a power cut takes the log along with them; once a run."""
    synced: list[Path] = []
    monkeypatch.setattr("media_vm.adapters.undo_log.sync_folder", synced.append)
    with closing(FileUndoLog(tmp_path / "a" / "replaced", BEGAN)) as log:
        log.append(entry(1))
        log.append(entry(2))

    assert [tmp_path, tmp_path / "a", tmp_path / "a" / "replaced"] == sorted(synced)


def test_an_unfinished_line_is_passed_over(tmp_path: Path) -> None:
    """Its transaction was never committed."""
    file = tmp_path / "log.jsonl"
    file.write_text(f"{line_of(entry(1))}\n{line_of(entry(2))[:-9]}")

    assert [entry(1)] == read_entries(file, COLUMNS)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"{}\n", "line 1: it is no entry"), (b"\xff\n", "line 1"), (b"\n", "line 1: it is no JSON")],
)
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    """Whole, before anything is undone."""
    file = tmp_path / "log.jsonl"
    file.write_bytes(content)

    with pytest.raises(WrongUse, match=problem):
        read_entries(file, COLUMNS)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A sentence with its path."""
    with pytest.raises(WrongUse, match=r"none\.jsonl: No such file"):
        read_entries(tmp_path / "none.jsonl", COLUMNS)
