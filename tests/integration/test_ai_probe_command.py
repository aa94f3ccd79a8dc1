"""`media-vm ai probe`: one true call to everybody who is set up, against servers on real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai  # noqa: F401 - a second of importing belongs to no test's budget
import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from media_vm.adapters.engine import migrate, open_engine
from media_vm.cli import app
from media_vm.environment import variables
from media_vm.secret_files import SECRETS
from media_vm.vision import google_client, model_wire  # noqa: F401 - nor does this
from tests import canaries
from tests.stand_ins.google_vision import GoogleStandIn, Refusal, google_over_rest
from tests.stand_ins.model_bodies import Model
from tests.stand_ins.model_faults import hang, status
from tests.stand_ins.model_server import ModelServer, model_server

CANARY = canaries.OPENAI_API_KEY


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SECRETS, *variables()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    url = f"sqlite:///{tmp_path / 'media_vm.db'}"
    migrate(url)
    monkeypatch.setenv("DATABASE_URL", url)


@pytest.fixture
def google() -> Iterator[GoogleStandIn]:
    with google_over_rest() as stand_in:
        yield stand_in


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as stand_in:
        yield stand_in


def ai_probe(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ("ai", "probe", *arguments), env=environment)


def everybody(google: GoogleStandIn, model: ModelServer) -> dict[str, str]:
    return {
        "GOOGLE_API_KEY": CANARY,
        "MEDIA_VM_GOOGLE_ENDPOINT": google.endpoint,
        "MEDIA_VM_GOOGLE_TRANSPORT": "rest",
        "OPENAI_API_KEY": CANARY,
        "OPENAI_BASE_URL": f"{model.url}/v1",
        "OLLAMA_BASE_URL": model.url,
    }


def bill() -> list[tuple[Any, ...]]:
    engine = open_engine(f"sqlite:///{Path.cwd() / 'media_vm.db'}")
    with engine.connect() as connection:
        query = "SELECT provider, media_id, prompt_version, reason FROM media_ai_usage ORDER BY provider"
        rows = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return rows


def test_everybody_who_works(google: GoogleStandIn, model: ModelServer) -> None:
    """Google is asked for labels alone, a model what it is asked of every picture; all is on the bill."""
    told = ai_probe(**everybody(google, model))

    lines = [line.split() for line in told.stdout.splitlines()]
    assert (0, "") == (told.exit_code, told.stderr)
    assert [
        ["provider", "model", "works?"],
        ["google", "vision-v1", "yes"],
        ["openai", "gpt-5.4-mini", "yes"],
        ["ollama", "llava:latest", "yes"],
    ] == [[*line[:2], line[3]] for line in lines]
    assert ("LABEL_DETECTION",) == google.asked[0].features
    assert 2 == len(model.calls)
    assert [(who, None, "probe", None) for who in ("google", "ollama", "openai")] == bill()


def test_who_does_not_work_is_told_with_a_remedy(google: GoogleStandIn, model: ModelServer) -> None:
    """And everybody else is asked all the same; the exit code says that something is wrong."""
    google.answer = Refusal("UNAUTHENTICATED")
    model.script(status(402), at="/chat/completions")
    told = ai_probe(**everybody(google, model), MEDIA_VM_VISION="google,openai")

    assert 1 == told.exit_code
    assert "google: Google Vision refuses our key (UNAUTHENTICATED): check GOOGLE_API_KEY or" in told.stdout
    assert "openai: openai has no credit left: top it up: top up the account" in told.stdout
    assert CANARY not in told.output


def test_a_program_gets_json(google: GoogleStandIn, model: ModelServer) -> None:
    """The same in full; a model that nobody found has no name."""
    model.models = [Model("words-only", ("completion",))]
    told = ai_probe("--json", **everybody(google, model))

    found = {one["provider"]: one for one in json.loads(told.stdout)}
    assert 1 == told.exit_code
    assert [True, True, False] == [one["works"] for one in found.values()]
    assert (None, "no_model_sees", "`ollama pull` a model that sees pictures") == tuple(
        found["ollama"][name] for name in ("model", "reason", "remedy")
    )
    assert all(isinstance(one["ms"], int) for one in found.values())


def test_who_hangs_is_not_waited_for(google: GoogleStandIn, model: ModelServer) -> None:
    """Longer than its share of a step."""
    model.otherwise = hang
    told = ai_probe(**everybody(google, model), MEDIA_VM_VISION="ollama", MEDIA_VM_STEP_SECONDS="1")

    assert 1 == told.exit_code
    assert "no: too_slow" in told.stdout


def test_nobody_is_set_up() -> None:
    """There is nothing to ask: settings, as for `ai run`."""
    told = ai_probe()

    assert (2, "") == (told.exit_code, told.stdout)
    assert "nobody is set up to describe pictures" in told.stderr
    assert "wrong_use" == json.loads(ai_probe("--json").stdout)["error"]


def test_what_a_server_calls_its_model_moves_no_cursor(google: GoogleStandIn, model: ModelServer) -> None:
    """Names are the server's."""
    model.models = [Model("llava\x1b[2J")]
    told = ai_probe(**everybody(google, model), MEDIA_VM_VISION="ollama")

    assert "\x1b" not in told.stdout
    assert "llava?[2J" in told.stdout
