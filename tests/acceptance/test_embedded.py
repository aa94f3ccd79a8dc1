"""Texts made into vectors by the real worker, which looks for them every five seconds: each test waits so long."""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import canaries
from tests.acceptance.machine import Machine, machine_in, run_media_vm, wait_until
from tests.pictures import photo, saved
from tests.stand_ins.model_faults import body, status
from tests.stand_ins.model_server import ModelServer, model_server
from tests.tiny_bert import HIDDEN, tiny_bert, write_folder

CANARY = canaries.OPENAI_API_KEY
MODEL, WIDTH = "text-embedding-3-small", 64
ROWS = """SELECT media_files.id, searchable_text, media_embeddings.model, dim, vec, text_hash, embedding_due_at
    FROM media_files JOIN media_ai_analysis ON media_ai_analysis.media_id = media_files.id
    LEFT JOIN media_embeddings ON media_embeddings.media_id = media_files.id AND kind = 'text'
    WHERE main_api_id = ?"""


@dataclass(frozen=True)
class Embedding:
    """A machine, and the server that describes its pictures and embeds their texts."""

    machine: Machine
    server: ModelServer
    drawn: Path

    def upload(self, name: str, width: int) -> int:
        """A photograph that no other test has, walked to its end."""
        pending_id = self.machine.upload("product_image", saved(photo(width, 300), self.drawn / f"{name}.jpg"))
        assert ["completed"] == self.machine.decided(pending_id)
        return pending_id

    def row(self, pending_id: int) -> dict[str, Any]:
        return row_of(self.machine, pending_id)

    def embedded(self, pending_id: int) -> dict[str, Any]:
        """Wait until its vector is that of its text."""
        wait_until(lambda: is_sound(self.row(pending_id)))
        return self.row(pending_id)

    @property
    def sent(self) -> list[str]:
        """All texts that went out."""
        asked = [one for one in self.server.asked if one.path.endswith("/embeddings")]
        return [text for one in asked for text in one.body["input"]]

    def told(self) -> dict[str, Any]:
        story = json.loads(run_media_vm(self.machine.surroundings, "status", "--json").stdout)
        told: dict[str, Any] = story["embeddings"]
        return told


def row_of(machine: Machine, pending_id: int) -> dict[str, Any]:
    with closing(sqlite3.connect(machine.surroundings.folder / "media_vm.db", timeout=10)) as db:
        db.row_factory = sqlite3.Row
        return dict(db.execute(ROWS, (pending_id,)).fetchone())


def is_sound(row: dict[str, Any]) -> bool:
    return row["embedding_due_at"] is None and row["text_hash"] == digest(row["searchable_text"])


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def vector_of(text: str, width: int) -> list[float]:
    """Its length in the first direction."""
    return [float(len(text)), 1.0] + [0.0] * (width - 2)


@contextmanager
def embedding_in(folder: Path, drawn: Path, **settings: str) -> Iterator[Embedding]:
    with model_server() as server:
        server.vector = vector_of
        usual = {
            "OPENAI_BASE_URL": f"{server.url}/v1",
            "OPENAI_API_KEY": CANARY,
            "MEDIA_VM_EMBEDDING_DIMENSIONS": str(WIDTH),
            "MEDIA_VM_AI_PER_MINUTE": "6000",
            "MEDIA_VM_FEATURES": "embeddings",
        }
        with machine_in(folder, **usual | settings) as machine:
            yield Embedding(machine, server, drawn)


@pytest.fixture(scope="module")
def embedding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedding]:
    with embedding_in(tmp_path_factory.mktemp("embedding"), tmp_path_factory.mktemp("drawn")) as running:
        yield running


def test_a_described_picture_is_embedded(embedding: Embedding) -> None:
    """Its searchable text, as float16 of length one, with model, width and the text's hash beside it."""
    pending_id = embedding.upload("first", 640)
    row = embedding.embedded(pending_id)
    vector = struct.unpack(f"<{WIDTH}e", row["vec"])
    length = len(row["searchable_text"])

    assert (MODEL, WIDTH) == (row["model"], row["dim"])
    assert "Storm at dusk" in row["searchable_text"]
    assert 1 == embedding.sent.count(row["searchable_text"])
    assert length / math.hypot(length, 1) == pytest.approx(vector[0], rel=2**-10)
    assert 1.0 == pytest.approx(math.hypot(*vector), rel=2**-9)


def test_another_alt_text_is_embedded_again(embedding: Embedding) -> None:
    """Its words are searched for; the picture is neither analysed nor told of again."""
    pending_id = embedding.upload("alt", 641)
    before = embedding.embedded(pending_id)
    calls = len(embedding.machine.calls(pending_id))
    answer = embedding.machine.serve.put(
        f"/api/media/alt/{before['id']}", json={"alt_text": "My own words"}, headers=embedding.machine.key
    )
    wait_until(lambda: before["text_hash"] != embedding.row(pending_id)["text_hash"])
    after = embedding.embedded(pending_id)

    assert answer.is_success
    assert "My own words" in after["searchable_text"]
    assert before["vec"] != after["vec"]
    assert calls == len(embedding.machine.calls(pending_id))


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (status(503), "unavailable"),
        (body(b'{"data": [{"index": 0, "embedding": [NaN]}]}'), "bad_vectors"),
    ],
    ids=["away", "NaN"],
)
def test_a_failure_is_nobodys_step(embedding: Embedding, step: Any, reason: str) -> None:
    """The picture is complete and live all the same; the text is embedded once the provider answers as it
    should."""
    before = reasons(embedding.machine).count(reason)
    embedding.server.script(step, at="/embeddings")
    pending_id = embedding.upload(reason, 642 + len(embedding.server.asked))
    row = embedding.embedded(pending_id)
    story = embedding.machine.explain(pending_id)

    assert MODEL == row["model"]
    assert before + 1 == reasons(embedding.machine).count(reason)
    assert ([], None) == (story["degraded"], story["error"])
    assert {"completed"} == {one["status"] for one in story["steps"].values()}
    assert 1 == len(embedding.machine.calls(pending_id))


def bill(machine: Machine) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(machine.surroundings.folder / "media_vm.db", timeout=10)) as db:
        db.row_factory = sqlite3.Row
        return [dict(one) for one in db.execute("SELECT * FROM media_ai_usage WHERE task = 'embedding'")]


def made_folder(folder: Path) -> Path:
    folder.mkdir()
    return folder


def reasons(machine: Machine) -> list[str | None]:
    return [one["reason"] for one in bill(machine)]


def test_the_operator_is_told(embedding: Embedding) -> None:
    """How many, by whom; every call is on the bill, no key anywhere."""
    pending_id = embedding.upload("told", 700)
    embedding.embedded(pending_id)
    told = embedding.told()
    log = (embedding.machine.surroundings.folder / "worker.log").read_text()

    assert (MODEL, WIDTH, 0, 0, None, None) == (
        *(told[name] for name in ("model", "dim", "stale", "waiting", "trouble", "off")),
    )
    assert told["embedded"] >= 1
    assert {(MODEL, None, 0)} == {
        (one["model"], one["media_id"], one["cost_micro_usd"]) for one in bill(embedding.machine)
    }
    assert '"event": "texts_embedded"' in log
    assert CANARY not in log + json.dumps(told)


def test_a_folder_embeds_without_anybody(tmp_path: Path) -> None:
    """A worker of its own, whose pictures are only measured: titles and colours are texts too. Starting three
    processes takes longer than 5 s."""
    folder = write_folder(tmp_path / "tiny", tiny_bert())
    settings = {"MEDIA_VM_EMBEDDING_FOLDER": str(folder), "MEDIA_VM_FEATURES": "embeddings"}
    with machine_in(made_folder(tmp_path / "machine"), **settings) as machine:
        pending_id = machine.upload("product_image", saved(photo(320, 240), tmp_path / "storm.jpg"))
        assert ["completed"] == machine.decided(pending_id)
        wait_until(lambda: is_sound(row_of(machine, pending_id)))
        row = row_of(machine, pending_id)

    assert ("local:", HIDDEN, 2 * HIDDEN) == (row["model"][:6], row["dim"], len(row["vec"]))
