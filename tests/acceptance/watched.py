"""A machine whose pictures are described by stand-ins of Google Vision and of two models on real sockets."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import canaries
from tests.acceptance.machine import Json, Machine, machine_in
from tests.stand_ins.google_vision import GoogleStandIn, google_over_rest
from tests.stand_ins.model_server import ModelServer, model_server

GOOGLE_KEY, OPENAI_KEY = canaries.GOOGLE_API_KEY, canaries.OPENAI_API_KEY


@dataclass
class Watched:
    """A machine, and who describes its pictures. second: asked when the first model does not answer."""

    machine: Machine
    google: GoogleStandIn
    first: ModelServer
    second: ModelServer
    drawn: Path

    @property
    def calls(self) -> tuple[int, int, int]:
        """On the wire: of Google, of the first model, of the second."""
        return len(self.google.asked), len(self.first.calls), len(self.second.calls)

    def row(self, pending_id: int) -> Json:
        """`media_ai_analysis` of one picture, JSON columns read."""
        return self.select(
            "SELECT media_ai_analysis.* FROM media_ai_analysis JOIN media_files ON media_files.id = media_id"
            " WHERE main_api_id = ?",
            pending_id,
        )[0]

    def select(self, statement: str, *values: object) -> list[Json]:
        """Rows of media VM's database."""
        path = self.machine.surroundings.folder / "media_vm.db"
        with closing(sqlite3.connect(path, timeout=10)) as db:
            db.row_factory = sqlite3.Row
            return [{name: _read(row[name]) for name in row.keys()} for row in db.execute(statement, values)]  # noqa: SIM118 - a Row iterates over its values


@contextmanager
def watched_in(folder: Path, drawn: Path) -> Iterator[Watched]:
    """The machine, its data in `folder`: Google over REST, then a server of OpenAI's kind, then an Ollama."""
    with google_over_rest() as google, model_server() as first, model_server() as second:
        settings = {
            "MEDIA_VM_MAX_SOURCE_MEGAPIXELS": "2",
            "MEDIA_VM_VISION": "google,openai,ollama",
            "MEDIA_VM_GOOGLE_ENDPOINT": google.endpoint,
            "MEDIA_VM_GOOGLE_TRANSPORT": "rest",
            "GOOGLE_API_KEY": GOOGLE_KEY,
            "OPENAI_BASE_URL": f"{first.url}/v1",
            "OPENAI_API_KEY": OPENAI_KEY,
            "OLLAMA_BASE_URL": second.url,
            "MEDIA_VM_AI_PER_MINUTE": "6000",
            "MEDIA_VM_FEATURES": "background_removal",  # embeddings are calls too, which are counted
            "MEDIA_VM_SITE_CONTEXT": "on",
        }
        with machine_in(folder, **settings) as machine:
            yield Watched(machine, google, first, second, drawn)


def _read(value: Any) -> Any:
    """A column's value; JSON as what it stands for."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.loads(value)
    return value
