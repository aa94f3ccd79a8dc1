"""`media-vm reprocess`: what is said before, what `--yes` does, and how far it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from media_vm.adapters.engine import open_engine
from media_vm.cli import app
from media_vm.environment import variables
from media_vm.secret_files import SECRETS
from tests.integration.databases import prepare
from tests.integration.test_reprocess_queue import fill

GOOGLE = {"GOOGLE_API_KEY": "k"}


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Three complete pictures, a logo, a product and a logo; the last one's original is gone."""
    for name in {*SECRETS, *variables()}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'media_vm.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    prepare(url)
    fill(open_engine(url), 3).dispose()
    (tmp_path / "storage/bulk").mkdir(parents=True)
    for number in (1, 2):
        (tmp_path / f"storage/bulk/{number}.jpg").write_bytes(b"it")
    return url


def reprocess(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ("reprocess", *arguments), env=environment)


def change(url: str, what: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text(what))
    engine.dispose()


def waiting() -> int:
    found: int = json.loads(reprocess("--status", "--json").stdout)["waiting"]
    return found


def test_without_yes_nothing_is_changed() -> None:
    """How many, how long at the usual time, and what is left as it is."""
    said = reprocess("--all")

    assert (0, "", 0) == (said.exit_code, said.stderr, waiting())
    assert [
        "2 pictures would be made again (`--yes`): resize_optimize",
        "  logo     1",
        "  product  1",
        "estimated: 0.1 CPU minutes, at 3 s each, as none was measured here",
        "1 left as they are, its original is not stored any more: 3",
    ] == said.stdout.splitlines()


def test_with_yes_it_is_asked_for_once(database: str) -> None:
    """A second run asks for nothing; how long comes from the history."""
    change(
        database,
        "INSERT INTO media_events (media_id, at, name, ms)"
        " VALUES (1, '2026-11-01 00:00:00.000000', 'resize_optimize completed', 90000)",
    )
    first, second = reprocess("--all", "--yes"), reprocess("--all", "--yes")

    assert (0, 0, 2) == (first.exit_code, second.exit_code, waiting())
    assert first.stdout.startswith("2 pictures will be made again, behind every upload: resize_optimize\n")
    assert "estimated: 3.0 CPU minutes, by 1 measured here" in first.stdout
    assert second.stdout.startswith("0 pictures will be made again")
    assert "2 wait for it already, and are asked for once" in second.stdout


def test_a_program_gets_json() -> None:
    """What descriptions cost by the list's prices among it: Google is asked for a mark in logos."""
    said = reprocess(
        "1", "2", "3", "9", "--step", "resize_optimize", "--step", "ai_visual_analysis", "--size", "medium",
        "--format", "jpg", "--json", **GOOGLE,
    )  # fmt: skip

    assert 1 == said.exit_code  # of some that were named nothing can be made
    assert {
        "pictures": 2,
        "by_type": {"logo": 1, "product": 1},
        "steps": ["ai_visual_analysis", "resize_optimize"],
        "sizes": ["detail"],
        "formats": ["jpeg"],
        "estimated_cpu_minutes": 0.1,
        "estimated_from_samples": 0,
        "estimated_usd": 0.015,
        "already_asked": 0,
        "under_way": 0,
        "left": [{"media_id": "3", "reason": "its original is not stored any more"}],
        "unknown": ["9"],
        "queued": None,
    } == json.loads(said.stdout)


def test_what_lacks_its_analysis_is_analysed(database: str) -> None:
    """Pixels would not heal it; where nobody describes pictures, that is said, and a size goes with pixels."""
    change(database, "UPDATE processing_checklist SET degraded = 'not_configured' WHERE media_id = 2")
    nobody, said = reprocess("--degraded", "--yes"), reprocess("--degraded", **GOOGLE)
    grids = reprocess("--degraded", "--size", "grid")

    assert 2 == nobody.exit_code and "nobody is set up to describe pictures" in nobody.stderr
    assert "1 picture would be made again (`--yes`): ai_visual_analysis" == said.stdout.splitlines()[0]
    assert "1 picture would be made again (`--yes`): resize_optimize (grid)" == grids.stdout.splitlines()[0]
    assert (0, 0, 0) == (said.exit_code, grids.exit_code, waiting())


def test_what_was_made_with_other_settings(database: str) -> None:
    """Those that nobody knows of are among them; the same settings leave a picture alone."""
    change(database, "UPDATE media_files SET made_with = '1 q72 g84 plain a100 vips ' || '8.18.7' WHERE id = 1")
    now, other = (json.loads(reprocess("--settings-changed", "--json", **one).stdout) for one in ({}, QUALITY))

    assert (["product"], ["logo", "product"]) == (list(now["by_type"]), list(other["by_type"]))


QUALITY = {"MEDIA_VM_QUALITY": "80"}


def test_what_has_not_begun_can_be_cancelled() -> None:
    """After a look at how many that is."""
    reprocess("--all", "--yes")
    look, done = reprocess("--cancel"), reprocess("--cancel", "--yes", "--json")

    assert "2 pictures would not be made again (`--yes`); what has begun goes on\n" == look.stdout
    assert ({"cancelled": 2}, 0) == (json.loads(done.stdout), waiting())


def test_how_far_it_is(database: str) -> None:
    """With what failed, and why, by an exit code too; a watch ends when all has."""
    reprocess("--all", "--yes")
    change(database, "UPDATE media_reprocess SET state = 'done' WHERE media_id = 1")
    change(database, "UPDATE media_reprocess SET state = 'failed', note = 'too_complex' WHERE media_id = 2")
    said = reprocess("--watch")

    assert (1, "1 of 2 made again, 1 failed\n  failed: media 2: too_complex\n") == (said.exit_code, said.stdout)
    reprocess("--cancel", "--yes")
    change(database, "DELETE FROM media_reprocess")
    assert (0, "nothing was asked to be made again\n") == (
        reprocess("--status").exit_code,
        reprocess("--status").stdout,
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "say which pictures"),
        (("--yes",), "say which pictures"),
        (("--size", "grid"), "say which pictures"),
        (("0",), "greater than or equal to 1"),
        (("--all", "--since", "yesterday"), "2026-11-01"),
        (("--all", "--size", "huge"), "huge is none of thumbnail"),
        (("--all", "--format", "gif"), "gif is none of avif"),
        (("--all", "--step", "retrieve_file"), "retrieve_file is not done again"),
        (("--all", "--step", "update_callback", "--size", "grid"), "go with"),
        (("--all", "--yes", "--step", "ai_visual_analysis"), "nobody is set up to describe pictures"),
        (("--status", "--all"), "stand alone"),
        (("--status", "--cancel"), "stand alone"),
    ],
)
def test_what_is_typed_wrong_is_told(arguments: tuple[str, ...], says: str) -> None:
    """Exit code 2, and nothing is changed."""
    said = reprocess(*arguments)

    assert (2, 0) == (said.exit_code, waiting())
    assert says in " ".join(said.stderr.replace("│", " ").split())
