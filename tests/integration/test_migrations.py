"""The tables: what `media-vm migrate` makes, and what happens without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

from media_vm.adapters.engine import migrate, migrations_config, open_engine, require_migrated
from media_vm.errors import DatabaseDown, NotMigrated
from tests.integration.databases import sqlite_engine

SEED_TABLES = {
    "media_files": "id main_api_id user_id data_type original_name mime_type file_size bulk_path library_path "
    "status created_at updated_at",
    "processing_checklist": "id media_id worker_id retrieve_file retrieve_file_attempts ai_visual_analysis "
    "ai_visual_analysis_attempts resize_optimize resize_optimize_attempts update_callback "
    "update_callback_attempts created_at updated_at",
    "media_ai_analysis": "id media_id dominant_colors detected_objects detected_text style_classification "
    "medium_detected subject_matter quality_score mood_keywords confidence_score raw_google_response "
    "raw_gpt4_response created_at",
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = sqlite_engine(tmp_path)
    yield opened
    opened.dispose()


def test_the_revisions_make_the_tables_that_the_code_expects(engine: Engine) -> None:
    """Nothing is left that a new revision would have to change."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert [] == compare_metadata(context, SQLModel.metadata)


@pytest.mark.parametrize("table", SEED_TABLES)
def test_the_seeds_tables_keep_their_columns(engine: Engine, table: str) -> None:
    """Names letter for letter; what was added stands beside them."""
    columns = {column["name"] for column in inspect(engine).get_columns(table)}

    assert set(SEED_TABLES[table].split()) <= columns


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    """`media-vm migrate` is safe to run at every start."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO media_marks (name, at) VALUES ('poll', '2025-01-01 00:00:00')"))

    command.upgrade(migrations_config(str(engine.url)), "head")

    with engine.connect() as connection:
        assert 1 == connection.scalar(text("SELECT count(*) FROM media_marks"))


def test_ids_are_never_reused(engine: Engine) -> None:
    """A URL that was given out must never show another picture."""
    insert = text(
        "INSERT INTO media_files (user_id, data_type, original_name, mime_type, status, source, image_path, "
        "created_at, updated_at) VALUES (1, 'product', 'a', 'b', 'failed', 'upload', '/a', 0, 0)"
    )
    with engine.begin() as connection:
        first = connection.execute(insert).lastrowid
        connection.execute(text("DELETE FROM media_files"))
        second = connection.execute(insert).lastrowid

    assert first < second


def test_an_unmigrated_database_names_the_command(tmp_path: Path) -> None:
    """A worker or serve on it says so instead of failing at the first query."""
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")

    with pytest.raises(NotMigrated, match="media-vm migrate"):
        require_migrated(engine)

    engine.dispose()


def test_looking_brings_no_database_into_the_world(tmp_path: Path) -> None:
    """`status` in the wrong folder leaves nothing behind."""
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(NotMigrated):
        require_migrated(engine)
    engine.dispose()

    assert [] == list(tmp_path.iterdir())


def test_migrate_makes_the_folder(tmp_path: Path) -> None:
    """The first command on a fresh machine."""
    migrate(f"sqlite:///{tmp_path / 'deep/er/media_vm.db'}")

    assert (tmp_path / "deep/er/media_vm.db").is_file()


@pytest.mark.parametrize("url", ["mysql+pymysql://a:secret-pw@127.0.0.1:9/d", "sqlite:////dev/null/x/media_vm.db"])
def test_migrate_says_what_it_cannot_reach(url: str) -> None:
    """A sentence, and no password in it."""
    with pytest.raises(DatabaseDown) as caught:
        migrate(url)

    assert "secret-pw" not in str(caught.value)


def test_a_database_that_does_not_answer_is_down() -> None:
    """Nobody listens on this port."""
    engine = open_engine("mysql+pymysql://nobody@127.0.0.1:9/oaf_media")

    with pytest.raises(DatabaseDown):
        require_migrated(engine)

    engine.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
def test_sqlite_is_set_for_several_processes(engine: Engine, pragma: str, value: object) -> None:
    """Read from a live connection, not from our own source."""
    with engine.connect() as connection:
        assert value == connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()


def test_a_claim_reads_its_index(engine: Engine) -> None:
    """The plan of the claim's query: the (due_at, id) index, and no sorting."""
    query = "SELECT id FROM processing_checklist WHERE due_at <= '2030-01-01' ORDER BY due_at, id LIMIT 16"
    with engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))

    assert "ix_processing_checklist_due" in plan
    assert "TEMP B-TREE" not in plan
