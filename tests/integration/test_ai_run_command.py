"""`media-vm ai run`: what is said before, and what `--yes` does; what becomes of a picture is in test_ai_again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.engine import migrate, open_engine
from media_vm.cli import app
from media_vm.environment import variables
from media_vm.rules.policy import Policy
from media_vm.secret_files import SECRETS
from media_vm.values import PendingImage, PendingList
from tests import canaries

OPENAI = {"OPENAI_API_KEY": canaries.OPENAI_API_KEY}
ANALYSED = """UPDATE processing_checklist SET due_at = NULL, retrieve_file = 'completed',
 ai_visual_analysis = 'completed', resize_optimize = 'completed', has_variants = 1, degraded = 'not_configured'"""

DESCRIBED = """INSERT INTO media_ai_analysis (media_id, is_ai_enhanced, raw_google_response, created_at,
 generated_at) SELECT id, 1, '{}', created_at, created_at FROM media_files WHERE id < 3"""


@pytest.fixture(autouse=True)
def _three_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Live, and never described."""
    for name in (*SECRETS, *variables()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    url = f"sqlite:///{tmp_path / 'media_vm.db'}"
    migrate(url)
    monkeypatch.setenv("DATABASE_URL", url)
    engine = open_engine(url)
    store = DatabaseStore(engine, Policy())
    paths = [f"/temp_images/logos/456-logo-{one}.jpg" for one in (1, 2, 3)]
    images = tuple(
        PendingImage(one, 456, path, "a", "image/jpeg", None, None) for one, path in enumerate(paths, 1)
    )
    store.remember(PendingList(images, is_whole=False), store.now())
    with engine.begin() as connection:
        connection.execute(text(ANALYSED))
        connection.execute(text("UPDATE media_files SET status = 'completed'"))
    engine.dispose()


def ai_run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ("ai", "run", *arguments), env=environment)


def pending() -> int:
    engine = open_engine(f"sqlite:///{Path.cwd() / 'media_vm.db'}")
    with engine.connect() as connection:
        query = (
            "SELECT count(*) FROM processing_checklist WHERE ai_visual_analysis = 'pending' AND due_at NOT NULL"
        )
        found: int = connection.execute(text(query)).scalar_one()
    engine.dispose()
    return found


def test_without_yes_nothing_is_changed() -> None:
    """How many and for how much: three times 3,000 tokens in and 800 out at the list's price."""
    told = ai_run("--missing", **OPENAI)

    assert (0, "", 0) == (told.exit_code, told.stderr, pending())
    assert (
        "3 pictures would be described again (`--yes`), for some 0.02 USD; answers that are kept cost nothing\n"
        == told.stdout
    )


def test_with_yes_it_is_done() -> None:
    """A second time there is nothing left."""
    first, second = ai_run("--missing", "--yes", **OPENAI), ai_run("--missing", "--yes", **OPENAI)

    assert (0, 0, 3) == (first.exit_code, second.exit_code, pending())
    assert first.stdout.startswith("3 pictures will be described again, ")
    assert second.stdout.startswith("0 pictures will be described again, ")


def test_a_minutes_worth_after_the_other() -> None:
    """Where a provider takes one a minute, the third begins after two."""
    told = ai_run("--since", "1", "--yes", **OPENAI, MEDIA_VM_AI_PER_MINUTE="1")

    assert "a minute's worth after the other, over 2 min" in told.stdout
    assert 3 == pending()


def test_a_program_gets_json() -> None:
    """The same; Google is asked for a mark in logos, at its price."""
    told = ai_run("--missing", "--json", GOOGLE_API_KEY="k")

    assert {
        "pictures": 3,
        "by_type": {"logo": 3},
        "held": 0,
        "estimated_usd": 0.02475,
        "last_due_in_seconds": 0.0,
        "asked": False,
    } == json.loads(told.stdout)


def test_a_price_that_nobody_knows_is_none() -> None:
    """Never nought; what runs at home costs nothing."""
    unknown = ai_run("--missing", **OPENAI, MEDIA_VM_VISION_MODEL="nobodys-model")
    free = ai_run("--missing", OLLAMA_BASE_URL="http://127.0.0.1:11434")

    assert "at a price that nobody knows" in unknown.stdout
    assert "for some 0.00 USD" in free.stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        ((), OPENAI, "--missing, --since or both"),
        (("--since", "yesterday"), OPENAI, "2026-11-01"),
        (("--missing",), {}, "nobody is set up to describe pictures"),
        (("--missing",), {"MEDIA_VM_VISION": "openai"}, "OPENAI_API_KEY is missing"),
    ],
)
def test_what_is_typed_wrong_is_told(arguments: tuple[str, ...], environment: dict[str, str], says: str) -> None:
    """Exit code 2, and nothing is changed."""
    told = ai_run(*arguments, "--yes", **environment)

    assert (2, 0) == (told.exit_code, pending())
    assert says in told.stderr


def test_whoever_was_set_up_later_was_not_heard_yet() -> None:
    """Pictures that Google alone described lack a model's words once there is a model, and no longer Google's."""
    engine = open_engine(f"sqlite:///{Path.cwd() / 'media_vm.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE processing_checklist SET degraded = NULL"))
        connection.execute(text(DESCRIBED))
    engine.dispose()

    google, both = ai_run("--missing", "--json", GOOGLE_API_KEY="k"), ai_run("--missing", "--json", **OPENAI)

    assert (1, 3) == (json.loads(google.stdout)["pictures"], json.loads(both.stdout)["pictures"])
