"""`media-vm retry` as an operator types it: by either id, and with the remedy where it is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from media_vm.cli import app
from media_vm.pipeline import run_cycle
from media_vm.rules.policy import Policy
from media_vm.testing import memory_parts, picture
from tests.integration.databases import migrated_engine, real_box

POLICY = Policy(confirm=timedelta(0), backoff=timedelta(milliseconds=1), idle=timedelta(milliseconds=1))


@pytest.fixture
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Media 1, pending image 123, has failed, and its bytes are in quarantine."""
    engine = migrated_engine("sqlite", request)
    box, parts = real_box(engine, POLICY, timedelta(seconds=60)), memory_parts(POLICY)
    world = replace(parts.world, leases=box.leases, store=box.store, outages=box.outages, policy=POLICY)
    parts.api.upload(123, "My Photo.jpg", picture(flaw="truncated"))
    for _ in range(4):
        run_cycle(world)
    monkeypatch.setenv("DATABASE_URL", str(engine.url))
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    yield engine
    engine.dispose()


def media_vm(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize("words", [("1",), ("--pending", "123")])
def test_a_failed_one_gets_a_fresh_round(engine: Engine, words: tuple[str, ...]) -> None:
    """By our id and by the main API's; its history says so, and a resting worker is woken."""
    told = media_vm("retry", *words)
    history = json.loads(media_vm("explain", "1", "--json").stdout)["history"]

    assert (0, "media 1: a fresh round, with all attempts, begins as soon as a worker takes it\n") == (
        told.exit_code,
        told.stdout,
    )
    assert ("asked", "a fresh round") == (history[-1]["event"], history[-1]["note"])
    with engine.connect() as connection:
        asked = connection.execute(text("SELECT redo, redo_counter FROM processing_checklist")).one()
        woken = connection.execute(text("SELECT note FROM media_marks WHERE name = 'wake'")).scalar()
    assert ("retry", 1) == tuple(asked)
    assert "retry 1" == woken


@pytest.mark.parametrize(
    ("change", "code", "answer", "remedy"),
    [
        ("status = 'downloading'", 0, None, "media-vm explain"),
        ("status = 'completed'", 1, "completed", "`media-vm reprocess 1`"),
        ("bulk_path = NULL, quarantined_at = NULL", 1, "no_bytes", "uploaded again"),
        ("deleted_at = '2026-01-01 00:00:00.000000'", 1, "deleted", "uploaded again"),
    ],
)
def test_what_is_not_retried_is_told_with_its_remedy(
    engine: Engine, change: str, code: int, answer: str | None, remedy: str
) -> None:
    """For a person on stderr, if it is refused; for a program on stdout, by its word."""
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE media_files SET {change}"))
    told, as_json = media_vm("retry", "1"), media_vm("retry", "1", "--json")

    assert (code, code) == (told.exit_code, as_json.exit_code)
    assert remedy in (told.stderr if code else told.stdout)
    story = json.loads(as_json.stdout)
    assert ("1", False, answer) == (story["media_id"], story["retried"], story.get("error"))


@pytest.mark.parametrize("words", [("9",), ("--pending", "9")])
def test_an_unknown_one_is_a_problem(engine: Engine, words: tuple[str, ...]) -> None:
    """As with explain."""
    told = media_vm("retry", *words)

    assert (1, True) == (told.exit_code, told.stderr.startswith("no media has "))
