"""`media-vm doctor`: a healthy set-up has no fault; faults of settings, secrets and the machine are named."""

from __future__ import annotations

import json
import resource
from contextlib import suppress
from typing import Any

import pytest

from media_vm.imaging.landlock import landlock_version
from tests.integration.doctors_home import Home


def test_a_healthy_set_up_is_all_ok(home: Home, doctors_database: str) -> None:
    """On MariaDB, with two providers and an embedder, for no picture's money and without a trace."""
    told = home.doctor("--json", DATABASE_URL=doctors_database)

    story = json.loads(told.stdout)
    without_landlock = [] if landlock_version() else ["pictures: confinement"]
    assert without_landlock == [one["what"] for one in story["checks"] if one["state"] != "ok"], story
    assert (0, True) == (told.exit_code, story["is_fine"])
    assert {"avif", "heic", "jpeg", "svg"} <= {*_seen(story, "pictures: formats").replace(",", "").split()}
    assert [] == [one.path for one in home.model.asked if one.picture]
    assert ["GET /api/media/pending/all"] == home.api.asked
    assert [] == [one for one in home.storage.rglob("*") if one.is_file()]


def test_a_person_reads_a_line_a_thing(home: Home) -> None:
    """With what to do below it, and a sum."""
    told = home.doctor("--only", "settings", MEDIA_VM_CPU_SLOT="2")

    assert [
        "warning  settings: MEDIA_VM_CPU_SLOT: is not a setting; did you mean MEDIA_VM_CPU_SLOTS?",
        "         → correct the name, or remove MEDIA_VM_CPU_SLOT: nobody reads it",
        "ok       settings: MEDIA_VM_API_KEY: a key of its own",
        "1 ok, 1 warning, 0 problem",
    ] == told.stdout.splitlines()
    assert 0 == told.exit_code


def test_an_area_that_there_is_not_is_a_usage_error(home: Home) -> None:
    """It lists those that there are."""
    told = home.doctor("--only", "disk")

    assert 2 == told.exit_code
    assert "storage" in told.stderr


def test_settings_that_are_wrong(home: Home) -> None:
    """2; and what rests on them is not looked at, while all else is."""
    code, ill = home.found(
        "settings", DATABASE_URL="postgresql://x", MEDIA_VM_CPU_SLOTS="none", MAIN_API_KEY_FILE=""
    )
    database = home.one("database", DATABASE_URL="postgresql://x")

    assert 2 == code
    assert ["settings: DATABASE_URL", "settings: MEDIA_VM_CPU_SLOTS", "settings: MAIN_API_KEY"] == [*ill]
    assert "e.g. mysql+pymysql://" in ill["settings: DATABASE_URL"][1]
    assert (0, "database", "warning") == database[:3]
    assert "correct DATABASE_URL first" in database[3]


def test_the_main_apis_key_for_our_own_routes(home: Home) -> None:
    """It works, and is advised against (contract §10)."""
    code, what, state, said = home.one("settings", MEDIA_VM_API_KEY="")

    assert (0, "settings: MEDIA_VM_API_KEY", "warning") == (code, what, state)
    assert "set MEDIA_VM_API_KEY to a long random text of its own" in said


@pytest.mark.parametrize(("mode", "seen"), [(0o644, "everybody on this machine can read"), (0o660, "can write")])
def test_a_secret_that_others_get_at(home: Home, mode: int, seen: str) -> None:
    """By its variable, with the command that ends it."""
    home.key_file.chmod(mode)
    code, what, state, said = home.one("secrets")

    assert (1, "secrets: MAIN_API_KEY_FILE", "problem") == (code, what, state)
    assert seen in said and f"→ chmod 600 {home.key_file}" in said


def test_more_slots_than_the_machine_has(home: Home) -> None:
    """Cores, and the memory that they would take."""
    code, ill = home.found("machine", MEDIA_VM_CPU_SLOTS="100000", MEDIA_VM_ITEMS_IN_FLIGHT="1")

    assert (0, ["machine: memory", "machine: cores"]) == (code, [*ill])
    assert "set MEDIA_VM_CPU_SLOTS=" in ill["machine: cores"][1]


def test_too_few_open_files(home: Home) -> None:
    """The limit of the shell or the unit."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, before[1]))
    try:
        code, what, state, said = home.one("machine", MEDIA_VM_ITEMS_IN_FLIGHT="200")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert (1, "machine: open files", "problem") == (code, what, state)
    assert "LimitNOFILE=" in said


def _seen(story: dict[str, Any], what: str) -> str:
    with suppress(StopIteration):
        return str(next(one["seen"] for one in story["checks"] if one["what"] == what))
    return ""
