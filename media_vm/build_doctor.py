"""What `media-vm doctor` looks at, put together: Settings → checks. Part of the composition root."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from media_vm.adapters.asking import HttpAsking
from media_vm.adapters.database_facts import read_clock, read_database
from media_vm.adapters.engine import open_migrated
from media_vm.adapters.machine_facts import look_at_machine, secret_files
from media_vm.adapters.main_database_facts import read_main_database
from media_vm.adapters.pending_list import read_pending
from media_vm.adapters.storage_facts import look_at_storage
from media_vm.adapters.storage_identity import agreed
from media_vm.build_doctor_ai import ai_checks
from media_vm.doctor import Check
from media_vm.environment import advice, unknown_names
from media_vm.errors import DatabaseDown, Misconfigured, NotMigrated, StepFailed
from media_vm.imaging.proof import Prover, prover
from media_vm.imaging.replies import TaskBroke
from media_vm.rules.checkup import Line, ok, problem, warning
from media_vm.rules.checkup_answers import (
    Exchange,
    certificate_of,
    date_of,
    line_of_certificate,
    lines_of_main_api,
    lines_of_public_url,
)
from media_vm.rules.checkup_database import line_of_connections, lines_of_database
from media_vm.rules.checkup_machine import line_of_clock, lines_of_machine, skew_of
from media_vm.rules.checkup_main_database import (
    line_of_no_base,
    line_of_no_main_database,
    lines_of_main_database,
)
from media_vm.rules.checkup_pictures import INSTALL, line_of_remover, lines_of_pictures
from media_vm.rules.checkup_settings import line_of_own_key, lines_of_secrets, lines_of_settings
from media_vm.rules.checkup_storage import line_of_belonging, lines_of_storage
from media_vm.rules.connections import held
from media_vm.rules.pictures import NobodyThere
from media_vm.rules.temp_urls import longest_url
from media_vm.secret_files import SECRETS
from media_vm.settings import Settings

AREAS: Final = (
    "settings",
    "secrets",
    "machine",
    "pictures",
    "database",
    "storage",
    "main-api",
    "main-database",
    "public-url",
    "ai",
)
LIMIT: Final = timedelta(seconds=45)  # a provider's share of `_STEP` (build_doctor_ai.py), and half of it again
A_SECOND: Final = timedelta(seconds=1)  # a Date header tells no less
PENDING: Final = "/api/media/pending/all"


@dataclass(frozen=True, slots=True)
class Looking:
    """A `Check` made of a function."""

    area: str
    look: Callable[[], Iterable[Line]]
    limit: timedelta = LIMIT

    def lines(self) -> Sequence[Line]:
        """What it finds."""
        return list(self.look())


@contextmanager
def build_doctor(settings: Settings, wrong: Mapping[str, str], areas: Sequence[str]) -> Iterator[list[Check]]:
    """The checks of these areas. wrong: sentences by the variable that keeps its default because of them."""
    with ExitStack() as open_:
        # Before any thread runs: see `prover`.
        pictures = _Pictures(open_, settings) if "pictures" in areas else None
        looks: dict[str, Callable[[], Iterable[Line]]] = {
            "settings": partial(_settings, settings, wrong),
            "secrets": _secrets,
            "machine": lambda: lines_of_machine(look_at_machine(), settings.cpu_slots, settings.items_in_flight),
            "pictures": pictures.look if pictures else tuple,
            "database": partial(_database, settings),
            "storage": partial(_storage, settings),
            "main-api": partial(_main_api, settings),
            "main-database": partial(_main_database, settings),
            "public-url": partial(_public_url, settings),
        }
        checks: list[Check] = [_unless_wrong(name, look, wrong) for name, look in looks.items() if name in areas]
        ai = [Looking("ai", look) for look in ai_checks(settings)] if "ai" in areas else []
        yield [*checks, *ai]


_RESTS_ON: Final = {
    "database": ("DATABASE_URL",),
    "storage": ("MEDIA_VM_STORAGE_DIR", "MEDIA_VM_DISK_FLOOR_BYTES"),
    "main-api": ("MAIN_API_URL", "MAIN_API_KEY"),
    "main-database": ("MAIN_API_DATABASE_URL", "SMART_MEDIA_BASE_URL", "MEDIA_VM_REPLACE_COLUMNS"),
    "public-url": ("MEDIA_BACKEND_URL",),
}


def _unless_wrong(area: str, look: Callable[[], Iterable[Line]], wrong: Mapping[str, str]) -> Looking:
    """A default in the place of what was meant would be looked at in vain."""
    names = [name for name in _RESTS_ON.get(area, ()) if name in wrong]
    if not names:
        return Looking(area, look)
    seen, remedy = f"not looked at, since {names[0]} is not right", f"correct {names[0]} first"
    return Looking(area, lambda: [warning(area, seen, remedy)])


def _settings(settings: Settings, wrong: Mapping[str, str]) -> Iterator[Line]:
    yield from lines_of_settings(list(wrong.values()), unknown_names(os.environ), advice(settings))
    yield line_of_own_key(_told(settings.own_api_key), _told(settings.main_api_key))


def _secrets() -> Iterator[Line]:
    named = [*(f"{name}_FILE" for name in SECRETS), "GOOGLE_APPLICATION_CREDENTIALS"]
    files = secret_files(os.environ, named)
    yield from lines_of_secrets(files)
    if not files:
        yield ok("secrets", "none comes from a file")


class _Pictures:
    """A child that cannot even be started is a line as well."""

    def __init__(self, open_: ExitStack, settings: Settings) -> None:
        self._remover = settings.remover
        self._prover: Prover | None = None
        self._why = ""
        try:
            self._prover = open_.enter_context(prover(settings.model_dir))
        except OSError as error:
            self._why = f"no picture process can be started ({error.strerror or type(error).__name__})"

    def look(self) -> Iterator[Line]:
        if self._prover is None:
            yield problem(
                "pictures", self._why, "make room in the folder for temporary files (TMPDIR), and in memory"
            )
            return
        try:
            codecs = self._prover.codecs()
        except (StepFailed, TaskBroke) as error:
            yield problem("pictures", f"picture processes do not work here: {error}", INSTALL)
            return
        yield from lines_of_pictures(codecs)
        yield line_of_remover(self._remover, self._missing(self._prover))

    def _missing(self, prover: Prover) -> NobodyThere | None:
        try:
            return prover.remover(self._remover)
        except (StepFailed, TaskBroke):  # a model that is too much for a child's memory, or breaks it
            return NobodyThere.MODEL_MISSING


def _database(settings: Settings) -> Iterator[Line]:
    facts = read_database(settings.database_url)
    yield from lines_of_database(facts)
    if facts.server is not None:
        yield line_of_connections(facts.server, held(settings.items_in_flight, settings.cpu_slots))
    told = read_clock(settings.database_url)
    if told is None:
        yield ok("clock: the database", "ours")
    else:
        yield line_of_clock(skew_of(*told), "the database")


def _storage(settings: Settings) -> Iterator[Line]:
    yield from lines_of_storage(look_at_storage(settings.storage_dir), settings.disk_floor_bytes)
    with suppress(DatabaseDown, NotMigrated, SQLAlchemyError, OSError):  # other lines say so
        engine = open_migrated(settings.database_url)
        try:
            yield line_of_belonging(agreed(engine, settings.storage_dir) is not None, None)
        except Misconfigured as trouble:
            yield line_of_belonging(False, trouble.detail)
        finally:
            engine.dispose()


def _main_api(settings: Settings) -> Iterator[Line]:
    url, key = settings.main_api_url or "", _told(settings.main_api_key)
    began = datetime.now(UTC)
    with closing(HttpAsking()) as asking:
        answer = asking.ask("GET", url + PENDING, {"Authorization": f"Bearer {key}"})
    yield from lines_of_main_api(answer, bad=_bad_entries(answer), url=url)
    if date := date_of(answer):
        yield line_of_clock(skew_of(date, began - A_SECOND, datetime.now(UTC)), "the main API")
    if until := certificate_of(answer):
        yield line_of_certificate(until, datetime.now(UTC))


def _main_database(settings: Settings) -> Iterator[Line]:
    url, base_url = settings.main_api_database_url, settings.smart_media_base_url
    if url is None:
        yield line_of_no_main_database()
        return
    if base_url is None:
        yield line_of_no_base()
    longest = longest_url(base_url or "")
    yield from lines_of_main_database(read_main_database(url, settings.replace_columns, longest))


def _bad_entries(answer: object) -> list[str] | None:
    """What is wrong with entries; None: it is no pending list."""
    if not isinstance(answer, Exchange) or answer.is_cut:
        return None
    try:
        return read_pending(json.loads(answer.body))[1]
    except (ValueError, RecursionError):
        return None


def _public_url(settings: Settings) -> Iterator[Line]:
    url = settings.media_backend_url
    with closing(HttpAsking()) as asking:
        yield from lines_of_public_url(asking.ask("GET", f"{url}/livez", most=1000), url)


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
