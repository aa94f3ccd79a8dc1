"""The composition root of `media-vm replace-urls`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from media_vm.adapters.engine import open_engine
from media_vm.adapters.main_schema import require_tables
from media_vm.adapters.main_tables import DatabaseMainTables
from media_vm.adapters.undo_log import FileUndoLog
from media_vm.adapters.url_answers import HttpAnswers
from media_vm.environment import require_replacing
from media_vm.replacing_ports import MainTables, UrlAnswers
from media_vm.rules.temp_urls import longest_url
from media_vm.settings import Settings


@dataclass(frozen=True, slots=True)
class ReplacingWorld:
    """All that replacing needs. log: of this run, not yet begun."""

    tables: MainTables
    answers: UrlAnswers
    log: FileUndoLog
    base_url: str


@contextmanager
def build_replacing(settings: Settings) -> Iterator[ReplacingWorld]:
    """Let go of at the end. SettingsProblem, WrongUse (tables or rights are missing), DatabaseDown."""
    url, base_url = require_replacing(settings)
    engine = open_engine(url, connections=2)
    folder = settings.replace_log_dir or settings.storage_dir / "replaced"
    try:
        keys = require_tables(engine, settings.replace_columns, longest_url(base_url))
        with (
            closing(HttpAnswers()) as answers,
            closing(FileUndoLog(folder.absolute(), datetime.now(UTC))) as log,
        ):
            yield ReplacingWorld(
                DatabaseMainTables(engine, settings.replace_columns, keys), answers, log, base_url
            )
    finally:
        engine.dispose()
