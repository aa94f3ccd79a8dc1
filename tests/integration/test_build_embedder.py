"""Settings made into whoever turns texts into vectors, against a server on a real socket; the bill in a real
database."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import openai  # noqa: F401 - a second of importing belongs to no test's budget
import pytest
import structlog
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from media_vm.adapters.database import DatabaseStore
from media_vm.ai_ports import Embedder
from media_vm.build_embedder import build_embedder
from media_vm.build_vision import build_till
from media_vm.environment import SettingsProblem
from media_vm.errors import Misconfigured, ProviderDown, StepFailed, TryAgain
from media_vm.rules.outages import NO_TURN, OUT_OF_MONEY
from media_vm.settings import Settings
from media_vm.told_embeddings import NO_VECTORS, SWITCHED_OFF
from media_vm.vision import model_wire  # noqa: F401 - nor does this
from tests import canaries
from tests.integration.databases import sqlite_engine
from tests.stand_ins import model_faults as faults
from tests.stand_ins.model_server import ModelServer, Step, model_server
from tests.tiny_bert import HIDDEN, tiny_bert, write_folder

CANARY = canaries.OPENAI_API_KEY
PRICES = """as_of = 2026-11-20
[openai."text-embedding-3-small"]
input = 100
"""


@dataclass
class House:
    """A stand-in, a database, and who is built of settings."""

    server: ModelServer
    engine: Engine
    folder: Path
    ending: ExitStack
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def openai(self) -> dict[str, Any]:
        return {"OPENAI_BASE_URL": f"{self.server.url}/v1", "OPENAI_API_KEY": CANARY}

    @property
    def priced(self) -> dict[str, Any]:
        """100 USD for a million tokens."""
        (self.folder / "prices.toml").write_text(PRICES)
        return self.openai | {"MEDIA_VM_AI_PRICES": self.folder / "prices.toml"}

    def built(self, **environment: Any) -> Embedder | None:
        settings = Settings.model_validate(environment)
        now = DatabaseStore(self.engine, settings.policy).now
        till = build_till(settings, self.engine, worker="worker-1", now=now, pause=self.stopping.wait)
        return self.ending.enter_context(build_embedder(settings, till))

    def made(self, **environment: Any) -> Embedder:
        embedder = self.built(**environment)
        assert embedder is not None
        return embedder

    def rows(self, columns: str, table: str = "media_ai_usage") -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1"))]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    structlog.reset_defaults()
    with model_server() as server, ExitStack() as ending:
        engine = sqlite_engine(tmp_path)
        ending.callback(engine.dispose)
        yield House(server, engine, tmp_path, ending)


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, NO_VECTORS),
        ({"GOOGLE_API_KEY": "k"}, NO_VECTORS),
        ({"OLLAMA_BASE_URL": "http://127.0.0.1:9"}, NO_VECTORS),
        ({"OPENAI_API_KEY": "k", "MEDIA_VM_VISION": "local"}, NO_VECTORS),
        ({"OPENAI_API_KEY": "k", "MEDIA_VM_FEATURES": "polish"}, SWITCHED_OFF),
        ({"MEDIA_VM_EMBEDDING_FOLDER": "/nowhere", "MEDIA_VM_FEATURES": "none"}, SWITCHED_OFF),
    ],
)
def test_where_nobody_is_set_up_nobody_embeds(house: House, environment: dict[str, str], why: str) -> None:
    """Told plainly, once, at the start."""
    with capture_logs() as logs:
        embedder = house.built(**environment)

    assert (None, [("no_embeddings", why)]) == (embedder, [(one["event"], one["why"]) for one in logs])


def test_texts_go_out_at_the_width_that_is_stored(house: House) -> None:
    """On this machine for nothing, and on the bill all the same; a batch is no one picture's."""
    embedder = house.made(**house.openai, MEDIA_VM_EMBEDDING_DIMENSIONS=512)
    vectors = embedder.embed(["boats", "ships"])
    (asked,) = house.server.calls

    assert ("text-embedding-3-small", 512) == (embedder.model, embedder.dim)
    assert ("/v1/embeddings", ["boats", "ships"], 512) == (
        asked.path,
        asked.body["input"],
        asked.body["dimensions"],
    )
    assert [512, 512] == [len(one) for one in vectors]
    assert [1.0, 1.0] == pytest.approx([math.hypot(*one) for one in vectors])
    columns = "provider, model, task, media_id, prompt_version, tokens_in, cost_micro_usd, reason"
    expected = ("openai", "text-embedding-3-small", "embedding", None, "text", 10, 0, None)
    assert [expected] == house.rows(columns)


@pytest.mark.parametrize(
    ("environment", "model", "has_key"),
    [
        ({"EMBEDDING_MODEL": "text-embedding-3-large"}, "text-embedding-3-large", True),
        ({"EMBEDDING_MODEL": "ollama=nomic-embed-text"}, "nomic-embed-text", False),
        ({"MEDIA_VM_VISION": "ollama", "EMBEDDING_MODEL": "bge-m3"}, "bge-m3", False),
        ({"MEDIA_VM_VISION": "local", "EMBEDDING_MODEL": "openai=m"}, "m", True),
    ],
)
def test_the_setting_says_who_and_which(
    house: House, environment: dict[str, str], model: str, *, has_key: bool
) -> None:
    """A provider that is named need not describe pictures; a key goes to whom it belongs."""
    embedder = house.made(**house.openai, OLLAMA_BASE_URL=house.server.url, **environment)
    embedder.embed(["boats"])
    (asked,) = house.server.calls

    assert ("/v1/embeddings", model) == (asked.path, asked.body["model"])
    assert has_key == (f"Bearer {CANARY}" in asked.headers.values())


def test_what_it_may_cost_at_most_is_set_aside(house: House) -> None:
    """A token is a byte at least: 4 bytes are 400 micro-USD at most, which a cap of 399 does not allow. Nobody is
    asked then, and nothing stays set aside."""
    poor = house.made(**house.priced, MEDIA_VM_AI_DAILY_USD=0.000399)
    with pytest.raises(ProviderDown, match=OUT_OF_MONEY) as refused:
        poor.embed(["sea", "."])
    rich = house.made(**house.priced, MEDIA_VM_AI_DAILY_USD=0.002)
    rich.embed(["sea", "."])

    assert refused.value.retry_after is not None
    assert timedelta(0) < refused.value.retry_after <= timedelta(days=1)
    assert 1 == len(house.server.calls)
    assert [(1000, "computed")] == house.rows("cost_micro_usd, cost_source")
    assert [] == house.rows("micro_usd", "media_ai_reservations")


def test_calls_begin_at_the_pace_of_pictures(house: House) -> None:
    """The provider counts both."""
    embedder = house.made(**house.openai, MEDIA_VM_AI_PER_MINUTE=1, MEDIA_VM_BACKOFF_SECONDS=0.2)
    embedder.embed(["boats"])

    with pytest.raises(ProviderDown, match=NO_TURN):
        embedder.embed(["ships"])
    assert 1 == len(house.server.calls)


FAULTS: list[tuple[Step, type[StepFailed], str]] = [
    (faults.status(401, f"no such key {CANARY}"), Misconfigured, "key_refused"),
    (faults.status(404), Misconfigured, "check EMBEDDING_MODEL"),
    (faults.status(503), ProviderDown, "unavailable"),
    (faults.status(400, "too long"), TryAgain, "request_refused"),
    (faults.body({"data": []}), TryAgain, "bad_vectors"),
    (faults.NAN_BODY, TryAgain, "bad_vectors"),
    (faults.gigabyte, TryAgain, "answer_too_long"),
]


@pytest.mark.parametrize(("step", "kind", "says"), FAULTS, ids=[says for *_, says in FAULTS])
def test_a_failure_is_billed_and_told_in_our_words(
    house: House, step: Step, kind: type[StepFailed], says: str
) -> None:
    """Without the key. What was set aside is free again, but for an answer that may be billed unread."""
    house.server.otherwise = step
    embedder = house.made(**house.priced, MEDIA_VM_AI_DAILY_USD=1)
    with pytest.raises(kind, match=says) as raised:
        embedder.embed(["boats"])

    assert CANARY not in str(raised.value)
    assert [(raised.value.reason,)] == house.rows("reason")
    assert (says == "answer_too_long") is bool(house.rows("micro_usd", "media_ai_reservations"))


def test_a_folder_takes_everybodys_place(house: House) -> None:
    """Nobody is asked, nothing is billed; the width is its own."""
    folder = write_folder(house.folder / "tiny", tiny_bert())
    embedder = house.made(**house.openai, MEDIA_VM_EMBEDDING_FOLDER=folder)

    assert [HIDDEN] == [len(one) for one in embedder.embed(["a storm"])]
    assert HIDDEN == embedder.dim
    assert ([], []) == (house.server.calls, house.rows("id"))


def test_a_folder_that_cannot_be_used_is_told_at_the_start(house: House) -> None:
    """By its setting; the path is not repeated."""
    with pytest.raises(SettingsProblem, match=r"^MEDIA_VM_EMBEDDING_FOLDER: config\.json is not there$"):
        house.built(MEDIA_VM_EMBEDDING_FOLDER=house.folder / "secret-place")
