"""What `python -m tests.takeover` shows of 1,000 media, of 25: one of each state of age."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from media_vm.adapters.database_facts import read_database
from media_vm.adapters.engine import migrate, open_engine
from media_vm.adapters.seed_preview import migration_of
from media_vm.cli import app
from media_vm.errors import NotTakenOver
from tests.faults.ledger_api import ledger_api
from tests.mariadb import PrivateMariaDB
from tests.takeover.__main__ import acts
from tests.takeover.commands import CommandsHere
from tests.takeover.rubbish import all_rows, seeded
from tests.takeover.trial import Trial


def test_a_running_system_is_taken_over(
    mariadb: PrivateMariaDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ids, times and files stay, killed runs go on, every old URL answers 200, a second run changes 0.

    It may take longer than 5 s: every picture is decoded, and two of the runs are processes, which have to start.
    """
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    with ledger_api() as api:
        trial = Trial(mariadb, api, tmp_path / "storage", 25, CommandsHere)
        told = {title: act() for title, act in acts(trial, 1, random.Random(1))}
        trial.engine.dispose()

    assert ["migrate", "adopt, dry", "adopt", "second adopt", "old URLs", "fsck"] == list(told)
    assert "1 awaited, 17 complete, 1 lost, 6 remade" in told["adopt"]


def test_without_anything_old_there_is_nothing_to_adopt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 0 on a database of ours, 2 on a folder that cannot be the old one."""
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)
    given = {"DATABASE_URL": f"sqlite:///{tmp_path / 'media_vm.db'}", "MEDIA_VM_STORAGE_DIR": str(tmp_path)}
    runner = CliRunner(env=given)

    checked = runner.invoke(app, ["migrate", "--check"])
    migrated = runner.invoke(app, ["migrate", "--json"])
    refused = runner.invoke(app, ["adopt", "--yes"])
    for folder in ("bulk", "library"):
        (tmp_path / folder).mkdir()
    adopted = runner.invoke(app, ["adopt", "--yes", "--json"])

    assert [1, 0, 2, 0] == [one.exit_code for one in (checked, migrated, refused, adopted)]
    assert "at revision none" in checked.stdout
    assert json.loads(migrated.stdout)["seed"] is None
    assert {} == json.loads(adopted.stdout)["verdicts"]


def test_a_running_system_is_not_taken_over_unasked(mariadb: PrivateMariaDB) -> None:
    """Its database may have our name: what was found and the way on are told, nothing is touched."""
    url = seeded(mariadb, "seed_running")
    engine = open_engine(url)
    before = all_rows(engine)

    with pytest.raises(NotTakenOver) as refused:
        migrate(url)
    said, after, is_needed = str(refused.value), all_rows(engine), migration_of(url).needs_take_over
    facts = read_database(url)
    migrate(url, may_take_over=True)
    migrate(url)

    assert before == after
    assert read_database(url).awaits_adoption
    assert (True, False) == (facts.needs_take_over, read_database(url).needs_take_over)
    assert (True, False) == (is_needed, migration_of(url).needs_take_over)
    assert all(word in said for word in ("media_files (5 rows)", "stop", "backup", "media-vm migrate --take-over"))
    engine.dispose()
