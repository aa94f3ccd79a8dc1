"""`media-vm migrate` on the running system's own tables, on a real MariaDB."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import select

from media_vm.adapters import engine as engines
from media_vm.adapters.analysis_rows import analysis_of
from media_vm.adapters.engine import open_engine
from media_vm.adapters.tables import MediaAIAnalysis
from media_vm.adapters.transactions import reading
from media_vm.errors import WrongUse
from migrations.seed_copy import preview
from tests.integration.test_migrations_killed import in_a_child
from tests.mariadb import PrivateMariaDB
from tests.takeover.rubbish import all_rows, seeded

GO_BACK = Path(__file__).parents[2] / "deploy" / "sql" / "go_back_to_seed.sql"


@dataclass(frozen=True)
class Migrated:
    """A database of the seed's after `migrate`, with what was foretold of it."""

    url: str
    engine: Engine
    foretold: Any

    def row(self, query: str) -> tuple[Any, ...]:
        with self.engine.connect() as connection:
            return tuple(connection.execute(text(query)).one())

    def notes(self, media_id: int) -> list[str]:
        query = "SELECT note FROM media_events WHERE media_id = :id AND name = 'taken over' ORDER BY id"
        with self.engine.connect() as connection:
            return [str(row[0]) for row in connection.execute(text(query), {"id": media_id})]


def migrate(url: str) -> None:
    engines.migrate(url, may_take_over=True)


@pytest.fixture(scope="module")
def migrated(mariadb: PrivateMariaDB) -> Iterator[Migrated]:
    url = seeded(mariadb, "seed_migrated")
    engine = open_engine(url)
    with engine.connect() as connection:
        foretold = preview(connection)
    migrate(url)
    yield Migrated(url, engine, foretold)
    engine.dispose()


def test_every_media_keeps_its_id(migrated: Migrated) -> None:
    """And with it its URL."""
    query = "SELECT GROUP_CONCAT(id ORDER BY id), SUM(id IN (SELECT id FROM seed_media_files)) FROM media_files"

    assert ("5,6,7,8,9", 5) == migrated.row(query)


def test_times_are_utc(migrated: Migrated) -> None:
    """Whatever zone the server's clock shows: TIMESTAMPs are UTC inside."""
    query = "SELECT created_at, updated_at FROM media_files WHERE id = 5"

    assert (datetime(2025, 7, 1, 10), datetime(2025, 7, 1, 22)) == migrated.row(query)


def test_a_main_api_id_stays_with_the_one_that_came_furthest(migrated: Migrated) -> None:
    """Of those alike with the last, which the main API heard of last; the others say so in their history."""
    query = "SELECT GROUP_CONCAT(CONCAT(id, '=', IFNULL(main_api_id, '-')) ORDER BY id) FROM media_files"

    assert ("5=-,6=60,7=50,8=-,9=-",) == migrated.row(query)
    assert "main_api_id 50 stays with media 7, which has it too" in migrated.notes(5)


def test_rows_of_rubbish_survive(migrated: Migrated) -> None:
    """What is not known becomes what the contract says, with a line of history."""
    query = "SELECT data_type, status, CHAR_LENGTH(original_name), created_at > '2025-02-01' FROM media_files"

    assert ("profile", "downloading", 255, 1) == migrated.row(f"{query} WHERE id = 8")
    assert ["data_type was '', is profile", "status was empty, is downloading"] == migrated.notes(8)[1:3]


def test_an_id_that_was_ever_given_out_is_not_given_again(migrated: Migrated) -> None:
    """Media 90 was deleted; its URL must never show another picture."""
    with migrated.engine.begin() as connection:
        following = connection.execute(
            text(
                "INSERT INTO media_files (user_id, data_type, original_name, mime_type, status, created_at,"
                " updated_at) VALUES (1, 'logo', '', '', 'failed', NOW(), NOW())"
            )
        ).lastrowid
        connection.execute(text("DELETE FROM media_files WHERE id > 90"))

    assert 91 == following


def test_one_checklist_a_media_and_nothing_of_it_due(migrated: Migrated) -> None:
    """The last row counts; a media without one gets one; adopt says what is to be done."""
    last = "SUM(media_id = 5 AND resize_optimize = 'failed')"
    query = f"SELECT COUNT(*), COUNT(due_at), {last} FROM processing_checklist"

    assert (5, 0, 1) == migrated.row(query)


def test_an_analysis_is_readable_and_keeps_what_was_paid_for(migrated: Migrated) -> None:
    """JSON of a known form is brought into ours, raw answers stay, rubbish is told."""
    with reading(migrated.engine) as session:
        found = {row.media_id: analysis_of(row) for row in session.exec(select(MediaAIAnalysis))}

    first, second = found[5], found[6]
    assert ("canvas", 0.98) == (
        first.described.detected_objects[0].name,
        first.described.detected_objects[0].confidence,
    )
    assert (("vibrant", "calm"), True, 85) == (
        first.described.mood_keywords,
        first.ai_enhanced,
        first.quality_score,
    )
    assert {"labels": [1, 2]} == json.loads(first.raw_google_response or "")
    assert (("calm", "wild"), False, None) == (
        second.described.mood_keywords,
        second.ai_enhanced,
        second.described.confidence_score,
    )
    assert "detected_objects has a form of its own and was left behind" in migrated.notes(6)


def test_what_is_foretold_is_what_is_written(migrated: Migrated) -> None:
    """`--check` reads the same rows by the same rules; rows that stay behind are named."""
    with migrated.engine.connect() as connection:
        after = preview(connection)
    assert after is not None

    assert {"media_files": 5, "processing_checklist": 5, "media_ai_analysis": 2} == migrated.foretold.taken
    assert migrated.foretold.taken == after.taken
    assert [
        ("processing_checklist", 3, "its media is not there"),
        ("processing_checklist", 1, "its media has a later row"),
        ("media_ai_analysis", 3, "its media is not there"),
    ] == migrated.foretold.left
    assert len(migrated.foretold.notes) == len(
        [note for one in (5, 6, 7, 8, 9) for note in migrated.notes(one)[1:]]
    )


def test_the_seeds_tables_stay_as_they_were(migrated: Migrated) -> None:
    """Going back is dropping ours and renaming three tables."""
    query = "SELECT (SELECT COUNT(*) FROM seed_media_files), (SELECT COUNT(*) FROM seed_processing_checklist)"

    assert (5, 3) == migrated.row(query)


def test_times_without_a_zone_are_the_servers(mariadb: PrivateMariaDB) -> None:
    """A copy whose columns are DATETIME holds what a clock showed. The hour that it showed twice is told."""
    url = seeded(mariadb, "seed_datetime")
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE media_files MODIFY created_at DATETIME"))
        connection.execute(text("SET GLOBAL time_zone = '+02:00'"))
        connection.execute(text("UPDATE media_files SET created_at = '2025-07-01 12:00:00' WHERE id = 5"))
    try:
        migrate(url)
        with engine.connect() as connection:
            query = text("SELECT created_at FROM media_files WHERE id = 5")
            found = connection.execute(query).scalar_one()
    finally:
        mariadb.execute("SET GLOBAL time_zone = 'SYSTEM'")
        engine.dispose()

    assert datetime(2025, 7, 1, 10, tzinfo=UTC) == found.replace(tzinfo=UTC)


def test_two_seeds_at_once_are_refused(mariadb: PrivateMariaDB) -> None:
    """Somebody went back by hand and left one behind: nothing is done."""
    url = seeded(mariadb, "seed_twice")
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE seed_media_files (id BIGINT)"))

    with pytest.raises(WrongUse, match="both media_files of the system before media VM and seed_media_files"):
        migrate(url)

    engine.dispose()


def test_there_is_a_way_back(mariadb: PrivateMariaDB) -> None:
    """The script leaves the seed's tables as they were and none of ours; and there is a way forward again."""
    url = seeded(mariadb, "seed_back")
    engine = open_engine(url)
    before = all_rows(engine)
    migrate(url)

    go_back(engine)
    with pytest.raises(ProgrammingError, match="seed_media_files"):
        go_back(engine)  # whose tables have their own names again: nothing may be dropped
    after = all_rows(engine)
    migrate(url)

    assert before == after
    assert before == {
        name.removeprefix("seed_"): rows for name, rows in all_rows(engine).items() if name.startswith("seed_")
    }
    engine.dispose()


def go_back(engine: Engine) -> None:
    """As `mariadb` does it: the first statement that fails is the last."""
    with engine.connect() as connection:
        for statement in filter(str.strip, re.sub("--.*", "", GO_BACK.read_text()).split(";")):
            connection.execute(text(statement))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_any_statement_it_goes_on(mariadb: PrivateMariaDB, moment: str) -> None:
    """Around the renaming, and around each write to a table of ours: nothing is lost, and nothing there twice."""
    url = seeded(mariadb, f"seed_killed_{moment}")
    deadly = ("RENAME TABLE", *(f"INSERT INTO {one}" for one in ("media_files", "media_events", "media_marks")))
    deadly += ("INSERT INTO processing_checklist", "INSERT INTO media_ai_analysis", "ALTER TABLE media_files AUTO")

    ends = [killed_around(url, start, moment) for start in deadly]
    migrate(url)

    engine = open_engine(url)
    counts = " , ".join(f"(SELECT COUNT(*) FROM {one})" for one in ("media_files", "processing_checklist"))
    with engine.connect() as connection:
        found = tuple(connection.execute(text(f"SELECT {counts}, (SELECT COUNT(*) FROM media_ai_analysis)")).one())
    engine.dispose()
    assert [-signal.SIGKILL] * len(deadly) == ends
    assert (5, 5, 2) == found


def killed_around(url: str, start: str, moment: str) -> int:
    """How a migration ends that is killed at its first statement that begins so."""

    def die(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(start):
            os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        event.listen(Engine, f"{moment}_cursor_execute", die)
        migrate(url)

    return in_a_child(work)
