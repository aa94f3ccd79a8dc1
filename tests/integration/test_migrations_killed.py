"""`migrate` killed with kill -9 in the middle of any revision, and two of them at once."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect

from media_vm.adapters import migrating
from media_vm.adapters.engine import migrations_config, open_engine, require_migrated
from media_vm.errors import DatabaseDown
from tests.integration.databases import empty_database

MADE = re.compile(r"\s*(?:CREATE (?:UNIQUE )?INDEX|CREATE TABLE|ALTER TABLE \S+ ADD COLUMN) (\w+)")
KINDS = pytest.mark.parametrize("kind", ["sqlite", "mariadb"])


def migrate(url: str) -> None:
    command.upgrade(migrations_config(url), "head")


def in_a_child(work: Callable[[], object]) -> int:
    """Run it in a process of its own; how that ended, as `Popen.returncode` says it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def made_by(statement: str) -> str | None:
    """The table, index or column that a DDL statement of ours makes."""
    found = MADE.match(statement)
    return found[1] if found and found[1] != "alembic_version" else None


def killed_at(url: str, name: str, moment: str) -> int:
    """Migrate, and die just before or just after the statement that makes this."""

    def die(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if made_by(statement) == name:
            os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        event.listen(Engine, f"{moment}_cursor_execute", die)
        migrate(url)

    return in_a_child(work)


def schema(url: str) -> dict[str, object]:
    """Every table's columns and indexes."""
    engine = open_engine(url)
    look = inspect(engine)
    tables = {
        table: (
            sorted((column["name"], str(column["type"])) for column in look.get_columns(table)),
            sorted(str(index["name"]) for index in look.get_indexes(table)),
        )
        for table in look.get_table_names()
    }
    require_migrated(engine)
    engine.dispose()
    return dict(tables)


def statements_of_a_migration(url: str) -> list[str]:
    made: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        made.extend(filter(None, [made_by(statement)]))

    event.listen(Engine, "before_cursor_execute", note)
    migrate(url)
    event.remove(Engine, "before_cursor_execute", note)
    return made


@KINDS
@pytest.mark.parametrize(("moment", "one_in"), [("before", 8), ("after", 1)])
def test_a_killed_migration_goes_on_where_it_was(
    kind: str, moment: str, one_in: int, request: pytest.FixtureRequest
) -> None:
    """One database, killed around the statement of one revision after the other: the next run always goes on.

    After every statement, for then it is made and not yet noted; before one it is as if nobody had begun it, so
    that some of these do.
    """
    undisturbed, url = empty_database(kind, request), empty_database(kind, request)
    names = statements_of_a_migration(undisturbed)[::one_in]

    ends = [killed_at(url, name, moment) for name in names]
    migrate(url)

    assert [-signal.SIGKILL] * len(names) == ends
    assert schema(undisturbed) == schema(url)


WIDENED_ENUMS = (
    "processing_checklist.redo",  # by crops
    "processing_checklist.redo",  # by face
    "processing_checklist.redo",  # by polish
    "processing_checklist.remakes",  # by polish
    "processing_checklist.redo",  # by reprocess
    "processing_checklist.remakes",  # by reprocess
)
OF_A_SEEDS_DATABASE_ALONE = ("0094", "0095", "0096", "0097")  # test_seed_migrated.py


def test_a_revision_is_one_statement(tmp_path: Path) -> None:
    """MariaDB commits each by itself: with two in a revision, a kill between them could not be told apart. SQLite
    has no ENUM to widen, and an empty database no rows of the seed's: those revisions say nothing there."""
    url = f"sqlite:///{tmp_path / 'media_vm.db'}"
    revisions = list(ScriptDirectory.from_config(migrations_config(url)).walk_revisions())

    silent = len(WIDENED_ENUMS) + len(OF_A_SEEDS_DATABASE_ALONE)
    assert len(revisions) - silent == len(statements_of_a_migration(url))


@KINDS
def test_two_migrations_at_once_take_turns(kind: str, request: pytest.FixtureRequest) -> None:
    """Both end well, whoever is first: deploying on two machines needs no order."""
    url = empty_database(kind, request)
    ready, go = os.pipe()
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            os.close(go)
            os.read(ready, 1)  # until the parent closes its end
            os._exit(in_a_child(lambda: migrate(url)))
        children.append(child)
    os.close(go)

    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    os.close(ready)

    assert [0, 0] == ends
    assert "media_marks" in schema(url)


@KINDS
def test_a_migration_that_waits_for_ever_says_why(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one is at work: exit with a sentence, not a hang."""
    url = empty_database(kind, request)
    monkeypatch.setattr(migrating, "PATIENCE_SECONDS", 0)
    engine = open_engine(url)

    with migrating.alone(engine), pytest.raises(DatabaseDown, match="another"):
        migrate(url)
    migrate(url)

    engine.dispose()


def test_a_lock_whose_file_went_with_its_holder_is_none(tmp_path: Path) -> None:
    """Who waited for it takes the next: at no moment do two hold one."""
    engine = open_engine(f"sqlite:///{tmp_path / 'media_vm.db'}")
    holders: list[int] = []
    most: list[int] = []

    def hold() -> None:
        with migrating.alone(engine):
            holders.append(1)
            most.append(len(holders))
            time.sleep(0.01)
            holders.pop()

    with ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda _: hold(), range(20)))

    assert ([1] * 20, False) == (most, (tmp_path / "media_vm.db.migrating").exists())
    engine.dispose()
