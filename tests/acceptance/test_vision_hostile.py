"""Pictures that order a model about, and a model that obeys: through the real worker, to the last byte of it."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests import canaries
from tests.acceptance.hostile_pictures import ORDER, PICTURES, Hostile, by_width, drawn
from tests.acceptance.machine import Json, Machine, machine_in
from tests.stand_ins.google_vision import Asked, GoogleStandIn, found, google_over_rest
from tests.stand_ins.model_answers import family
from tests.stand_ins.model_bodies import response
from tests.stand_ins.model_server import ModelServer, model_server, send

LONGEST = {
    "alt_text": 500,
    "caption": 500,
    "style": 255,
    "medium": 255,
    "subject_matter": 500,
    "description": 2000,
}
KEY = canaries.OPENAI_API_KEY


def acts(text: str) -> bool:
    """Would it do something in a page, a terminal or a line of writing, or is it hidden?"""
    is_hidden = any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn") for one in text)
    return is_hidden or bool(re.search(r"[<>]|://|javascript:|data:", text, re.IGNORECASE))


@dataclass
class Told:
    """What became of all of them, by name. row: of `media_ai_analysis`."""

    machine: Machine
    google: GoogleStandIn
    model: ModelServer
    ids: dict[str, int] = field(default_factory=dict)

    def analysis(self, name: str) -> Json:
        """`ai_analysis` of the newest callback."""
        found: Json = self.machine.callback(self.ids[name])["ai_analysis"]
        return found

    def row(self, name: str) -> Json:
        path = self.machine.surroundings.folder / "media_vm.db"
        with closing(sqlite3.connect(path, timeout=10)) as db:
            db.row_factory = sqlite3.Row
            found = db.execute(
                "SELECT media_ai_analysis.* FROM media_ai_analysis JOIN media_files ON media_files.id = media_id"
                " WHERE main_api_id = ?",
                (self.ids[name],),
            ).fetchone()
            return dict(found)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """All of them uploaded, and decided."""
    folder, pictures = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("drawn")
    with google_over_rest() as google, model_server() as model:
        google.next_answer = partial(_reads, google)  # type: ignore[method-assign]
        model.otherwise = _obeys
        settings = {
            "MEDIA_VM_VISION": "google,openai",
            "MEDIA_VM_GOOGLE_ENDPOINT": google.endpoint,
            "MEDIA_VM_GOOGLE_TRANSPORT": "rest",
            "OPENAI_BASE_URL": f"{model.url}/v1",
            "OPENAI_API_KEY": KEY,
            "MEDIA_VM_AI_PER_MINUTE": "6000",
            "MEDIA_VM_FEATURES": "background_removal",  # embeddings are calls too, which are counted
            "MEDIA_VM_AI_CONCURRENCY": "1",  # the newest request is the one that is answered
            "MEDIA_VM_BACKOFF_SECONDS": "2",  # so long is a turn waited for
        }
        with machine_in(folder, **settings) as machine:
            made = Told(machine, google, model)
            for name, hostile in PICTURES.items():
                made.ids[name] = _upload(machine, hostile, drawn(name, pictures))
                if len(made.ids) == 1:  # the clients are loaded, within the one turn that there is
                    machine.decided(made.ids[name])
            machine.decided(*made.ids.values())
            yield made


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_told_is_harmless(told: Told, name: str) -> None:
    """Every text of the callback is clean and fits its column; numbers are numbers within their ranges."""
    analysis, measured = told.analysis(name), told.row(name)

    assert [] == [text for text in _texts(analysis) if acts(text)]
    assert all(len(analysis[key] or "") <= most for key, most in LONGEST.items())
    assert all(len(tag) <= 60 for tag in analysis["tags"])
    assert 0 <= analysis["quality_score"] <= min(100, measured["technical_score"] + 25)
    assert analysis["confidence_score"] is None or 0 <= analysis["confidence_score"] <= 1


def test_praise_on_order_lifts_a_poor_picture_by_little(told: Told) -> None:
    """The model gives 100, as it was told to; what was measured counts."""
    row = told.row("an order that the model repeats")

    assert row["technical_score"] < 45
    assert (100, row["technical_score"] + 25) == (row["aesthetic_score"], row["quality_score"])


@pytest.mark.parametrize("name", PICTURES)
def test_what_orders_a_model_about_is_looked_at_by_a_person(told: Told, name: str) -> None:
    """`review` at least, and flagged; one that only looks odd is not."""
    safety = json.loads(told.row(name)["safety"])

    assert PICTURES[name].is_suspected == ("suspected_injection" in safety["flags"])
    assert not PICTURES[name].is_suspected or safety["verdict"] in ("review", "block")


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_is_live_whatever_it_says(told: Told, name: str) -> None:
    """And whoever asks serve for its analysis gets nothing else."""
    media_id = told.machine.status(told.ids[name])["media_id"]
    asked = told.machine.serve.get(f"/api/media/analysis/{media_id}", headers=told.machine.key)
    body = told.machine.callback(told.ids[name])

    assert 200 == asked.status_code
    assert [] == [text for text in _texts(asked.json()["analysis"]) if acts(text)]
    assert 200 == told.machine.serve.get(f"/serve/{media_id}?size=grid").status_code
    reasons = [one["reason"] for one in body["degraded"]]
    assert ([] if PICTURES[name].is_described else ["failed"], True) == (reasons, body["ai_enhanced"])


def test_nobody_is_shown_what_is_written_beside_a_picture(told: Told) -> None:
    """Neither provider gets metadata, and the model no name that a file was given."""
    sent = [one.picture for one in told.google.asked] + [one.picture or b"" for one in told.model.calls]

    assert len(sent) >= 2 * len(PICTURES)
    assert not [body for body in sent if b"canary" in body or b"Ignore all" in body or b"Photoshop" in body]
    assert not [
        one for one in told.model.calls if ORDER.encode() in json.dumps(one.body).encode() and not _repairs(one)
    ]


def test_no_file_and_no_line_of_a_log_has_any_of_it(told: Told) -> None:
    """But the originals, which are kept byte for byte. Names of files are plain; logs have no hidden character."""
    folder = told.machine.surroundings.folder
    storage = folder / "storage"
    variants = [path for path in (storage / "library").rglob("*") if path.is_file()]
    logs = [folder / name for name in ("worker.log", "serve.log")]

    assert [path for path in (storage / "bulk").rglob("*.jpg") if b"canary-markup" in path.read_bytes()]
    assert len(variants) > 2 * len(PICTURES)
    assert all(re.fullmatch(r"[\w.-]{1,150}", path.name, re.ASCII) for path in variants)
    for path in variants + logs:
        body = path.read_bytes()
        assert not [one for one in (b"canary", b"evil.example", b"<script", b"\xe2\x80\xae") if one in body], path
    assert not [path for path in logs if b"gnp.exe" in path.read_bytes() or ORDER.encode() in path.read_bytes()]


def _reads(google: GoogleStandIn, asked: Asked) -> Any:
    """Google finds nothing dangerous, and reads what is drawn."""
    google.asked.append(asked)
    text = by_width(asked.picture).drawn or ""
    safe = dict.fromkeys(("adult", "spoof", "medical", "violence", "racy"), "VERY_UNLIKELY")
    read = [{"description": text}] if text else []
    return found(safeSearchAnnotation=safe, textAnnotations=read, fullTextAnnotation={"text": text})


def _obeys(handler: BaseHTTPRequestHandler, server: ModelServer) -> None:
    """The answer that the picture asks for, on whatever it was asked."""
    asked = server.asked[-1]
    said = by_width(asked.picture or b"").said
    text = said.text if said.text is not None else json.dumps(family(asked.body))
    is_chat = asked.path.endswith("/chat/completions")
    send(handler, 200, _completion(text) if is_chat else response(text, said))


def _completion(text: str) -> Json:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def _repairs(asked: Any) -> bool:
    """A second round shows a model its own answer."""
    return '"role": "assistant"' in json.dumps(asked.body)


def _upload(machine: Machine, hostile: Hostile, path: Path) -> int:
    with path.open("rb") as file:
        answer = machine.api.patch("/users/me", files={hostile.field: (f"{hostile.name}.jpg", file, "image/jpeg")})
    assert answer.status_code == 200, answer.text
    pending_id: int = answer.json()["pending_image_ids"][0]
    return pending_id


def _texts(value: Any) -> Iterator[str]:
    """All that stand in it, however deep; colours and empty ones left out."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str) and value and not re.fullmatch("#[0-9A-F]{6}", value):
        yield value
