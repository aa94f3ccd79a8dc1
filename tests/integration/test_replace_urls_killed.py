"""What `python -m tests.replacing` shows of 20,000 profiles, of sixty."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.mariadb import PrivateMariaDB
from tests.replacing.__main__ import Trial, acts
from tests.replacing.pictures import picture_server
from tests.replacing.runs import CronHere


def test_whatever_happens_the_rows_are_as_they_have_to_be(
    mariadb: PrivateMariaDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run, a whole one, a second one, undone; killed while users edit, finished by two at once, undone.

    It may take longer than 5 s: four of the runs are processes, which have to start.
    """
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    missing: set[int] = set()
    with picture_server(missing) as base_url:
        trial = Trial(mariadb, 60, base_url, tmp_path, missing, CronHere)
        told = {title: act() for title, act in acts(trial, 2, random.Random(1))}
        trial.engine.dispose()

    assert 6 == len(told)
    assert told["dry run"].startswith(f"{trial.places} places in ")
