"""The tables: what `media-vm migrate` makes, on both databases, and what happens without it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Engine, Enum, inspect, make_url, text
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from media_vm.adapters import engine as opening
from media_vm.adapters.dumps import load_database
from media_vm.adapters.engine import migrate, migrations_config, open_engine, require_migrated
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.server_versions import OLDEST
from media_vm.errors import DatabaseDown, NotMigrated, WrongUse
from media_vm.rules.policy import Policy
from tests.integration.databases import empty_database, migrated_engine
from tests.mariadb import PrivateMariaDB

CHECKLIST_REVISION = "0003"
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


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = migrated_engine(request.param, request)
    yield opened
    opened.dispose()


def url_of(engine: Engine) -> str:
    return str_of(engine.url)


def str_of(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def insert_as_the_seed_would(engine: Engine, main_api_id: int) -> int:
    """By the seed's own columns alone; returns the media's id."""
    media = (
        "INSERT INTO media_files (main_api_id, user_id, data_type, original_name, mime_type, status, created_at,"
        " updated_at) VALUES (:id, 1, 'product', 'a', 'b', 'failed', '2025-01-01', '2025-01-01')"
    )
    checklist = (
        "INSERT INTO processing_checklist (media_id, retrieve_file, ai_visual_analysis, resize_optimize,"
        " update_callback, created_at, updated_at)"
        " VALUES (:id, 'pending', 'pending', 'pending', 'pending', '2025-01-01', '2025-01-01')"
    )
    with engine.begin() as connection:
        media_id: int = connection.execute(text(media), {"id": main_api_id}).lastrowid
        connection.execute(text(checklist), {"id": media_id})
    return media_id


def differs(
    context: MigrationContext, _: object, __: object, ___: TypeEngine[Any], expected: TypeEngine[Any]
) -> bool | None:
    """None: as Alembic finds. SQLite keeps an ENUM as text, and takes any length of it."""
    return False if context.dialect.name == "sqlite" and isinstance(expected, Enum) else None


def test_the_revisions_make_the_tables_that_the_code_expects(engine: Engine) -> None:
    """Nothing is left that a new revision would have to change."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": differs})

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

    command.upgrade(migrations_config(url_of(engine)), "head")

    with engine.connect() as connection:
        assert 1 == connection.scalar(text("SELECT count(*) FROM media_marks"))


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_what_is_stored_survives_later_revisions(kind: str, request: pytest.FixtureRequest) -> None:
    """Forward on a populated database: the rows are there, and the code can work with them."""
    url = empty_database(kind, request)
    command.upgrade(migrations_config(url), CHECKLIST_REVISION)
    engine = open_engine(url)
    for number in range(1, 4):
        insert_as_the_seed_would(engine, number)

    command.upgrade(migrations_config(url), "head")

    with engine.begin() as connection:
        assert 3 == connection.scalar(text("SELECT count(*) FROM processing_checklist WHERE deaths = 0"))
        connection.execute(text("UPDATE processing_checklist SET due_at = created_at WHERE media_id = 2"))
    claim = DatabaseLeases(engine, Policy(), timedelta(seconds=60)).claim("worker-1")
    engine.dispose()
    assert claim is not None
    assert (2, "a") == (claim.media.id, claim.media.original_name)


def test_an_older_versions_insert_still_works(engine: Engine) -> None:
    """What was added to the seed's tables has a default in the database itself."""
    insert_as_the_seed_would(engine, 1)

    query = "SELECT source, image_path, looks, has_variants FROM media_files, processing_checklist"
    with engine.connect() as connection:
        assert ("main_api", "", 0, 0) == tuple(connection.execute(text(query)).one())


def test_an_older_version_runs_on_a_newer_schema(engine: Engine) -> None:
    """A worker that was not replaced yet starts again, and its migrate leaves all as it is; on an older schema it
    refuses."""
    for revision in ("9999", "0001"):
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": revision})
        if revision == "9999":
            require_migrated(engine)
            migrate(url_of(engine))

    with pytest.raises(NotMigrated, match="revision 0001"):
        require_migrated(engine)


def test_ids_are_never_reused(engine: Engine) -> None:
    """A URL that was given out must never show another picture."""
    first = insert_as_the_seed_would(engine, 1)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM media_files"))

    assert first < insert_as_the_seed_would(engine, 2)


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


def test_migrate_makes_the_default_folder_alone(tmp_path: Path) -> None:
    """The first command on a fresh machine; a mistyped path is no wish for a folder."""
    url = f"sqlite:///{tmp_path / 'deep/er/media_vm.db'}"
    with pytest.raises(WrongUse, match="deep/er is not there"):
        migrate(url)
    was_made = (tmp_path / "deep").exists()
    migrate(url, may_make_folder=True)

    assert (False, True) == (was_made, (tmp_path / "deep/er/media_vm.db").is_file())


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql+pymysql://a:secret-pw@127.0.0.1:9/d", "Connection refused.*DATABASE_URL"),
        ("mysql+pymysql://a:secret-pw@nowhere.invalid/d", "nowhere.invalid"),
        ("sqlite:////dev/null/x/media_vm.db", "cannot be made"),
    ],
)
def test_migrate_says_what_it_cannot_reach(url: str, says: str) -> None:
    """A sentence with the driver's own reason, and no password in it."""
    with pytest.raises((DatabaseDown, WrongUse), match=says) as caught:
        migrate(url, may_make_folder=True)

    assert "secret-pw" not in str(caught.value)


def test_a_file_that_is_no_database_is_named_so(tmp_path: Path) -> None:
    """One sentence, not a stack trace."""
    (tmp_path / "letter.db").write_text("Dear reader, this is not a database." * 100)
    engine = open_engine(f"sqlite:///{tmp_path / 'letter.db'}")
    with pytest.raises(DatabaseDown, match="file is not a database"):
        require_migrated(engine)
    engine.dispose()


def test_a_refused_login_is_told_as_the_server_says_it(mariadb: PrivateMariaDB) -> None:
    """Which user, and which database; never the password."""
    url = make_url(mariadb.url("nowhere"))
    refused, missing = (
        open_engine(str_of(url.set(username="nobody", password="secret-pw"))),
        open_engine(str_of(url)),
    )

    with pytest.raises(DatabaseDown, match="Access denied for user 'nobody'") as caught:
        require_migrated(refused)
    with pytest.raises(DatabaseDown, match="Unknown database 'nowhere'"):
        require_migrated(missing)

    assert "secret-pw" not in str(caught.value)
    refused.dispose()
    missing.dispose()


def test_a_revision_may_take_longer_than_a_query(
    mariadb: PrivateMariaDB, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index of millions of rows: nothing is heard of the server until it is done."""
    monkeypatch.setitem(opening.SERVER, "read_timeout", 0.3)
    url = empty_database("mariadb", request)
    command.upgrade(migrations_config(url), "0099")
    reader = open_engine(url)
    with reader.connect() as connection:
        connection.execute(text("SELECT id FROM media_variants"))  # until its end no index is begun
        ends = threading.Timer(0.6, connection.commit)
        ends.start()
        migrate(url)
        ends.join()

    require_migrated(reader)
    reader.dispose()


def test_the_daily_user_is_told_to_let_the_owner_do_it(mariadb: PrivateMariaDB, tmp_path: Path) -> None:
    """Who may read and write rows alone neither makes tables nor puts a backup in their place."""
    mariadb.execute(
        "CREATE DATABASE daily_own",
        "CREATE TABLE daily_own.media_files (id INT)",
        "CREATE USER daily@localhost IDENTIFIED BY 'daily-pw'",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON daily_own.* TO daily@localhost",
    )
    url = str_of(make_url(mariadb.url("daily_own")).set(username="daily", password="daily-pw"))
    dump = tmp_path / "dump.sql"
    dump.write_text("DROP TABLE IF EXISTS media_files;\n")

    with pytest.raises(DatabaseDown, match=r"CREATE command denied to user 'daily'.*the URL of their owner"):
        migrate(url)
    with pytest.raises(DatabaseDown, match=r"DROP command denied to user 'daily'.*the URL of their owner"):
        load_database(url, dump)


def test_a_database_that_does_not_answer_is_down() -> None:
    """Nobody listens on this port: neither a worker nor migrate shows a stack trace."""
    url = "mysql+pymysql://nobody@127.0.0.1:9/oaf_media"
    engine = open_engine(url)

    with pytest.raises(DatabaseDown):
        require_migrated(engine)
    with pytest.raises(DatabaseDown):
        command.upgrade(migrations_config(url), "head")

    engine.dispose()


def test_a_database_that_is_too_old_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, by name and version, rather than by the first odd query."""
    product = {"sqlite": "SQLite", "mysql": "MariaDB"}[engine.dialect.name]
    monkeypatch.setitem(OLDEST, product, (99, 1))

    with pytest.raises(NotMigrated, match=rf"is {product} \d+\.\d+.*needs {product} 99.1 or newer"):
        require_migrated(engine)
    with pytest.raises(NotMigrated, match="upgrade it"):
        command.upgrade(migrations_config(url_of(engine)), "head")
