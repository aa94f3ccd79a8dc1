"""How the database finds what to claim, by the (due_at, id) index, in its order, without sorting; and whose a file
is, by its path."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, insert, text
from sqlmodel import Session, SQLModel

from media_vm.adapters.fsck_rows import DatabasePromises
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.shared_files import is_shared, named_elsewhere
from media_vm.adapters.tables import MediaFile
from media_vm.rules.policy import Policy
from tests.integration.databases import migrated_engine

FINISHED, DUE = 600, 100
UPLOADED = datetime(2025, 1, 1, tzinfo=UTC)
OLD = "bulk/2025-01-15/7-a.jpg"  # as a system before ours named it: it may be anybody's


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database in which most media are finished, as in a real one, its statistics up to date."""
    opened = migrated_engine(request.param, request)
    fill(opened)
    yield opened
    opened.dispose()


def fill(engine: Engine) -> None:
    tables = SQLModel.metadata.tables
    media = {"user_id": 1, "data_type": "product", "original_name": "a", "mime_type": "image/jpeg"}
    media |= {"status": "completed", "source": "main_api", "image_path": "/a"}
    times = {"created_at": UPLOADED, "updated_at": UPLOADED}
    steps = dict.fromkeys(("retrieve_file", "ai_visual_analysis", "resize_optimize", "update_callback"), "pending")
    numbers = range(1, FINISHED + DUE + 1)
    variant = {"size": "grid", "format": "avif", "bg": "original"}
    with engine.begin() as connection:
        files = [{"id": n, "bulk_path": f"bulk/{n}.jpg", "sha256": f"{n}", **media, **times} for n in numbers]
        connection.execute(insert(tables["media_files"]), files)
        due = {n: UPLOADED + timedelta(seconds=n) if n > FINISHED else None for n in numbers}
        rows = [{"id": n, "media_id": n, "due_at": due[n], **steps, **times} for n in numbers]
        connection.execute(insert(tables["processing_checklist"]), rows)
        variants = [{"media_id": n, "path": f"library/{n}.avif", **variant} for n in numbers]
        connection.execute(insert(tables["media_variants"]), variants)
        connection.execute(
            insert(tables["media_events"]),
            [{"media_id": n, "at": UPLOADED, "name": "taken over" if n == 1 else "remembered"} for n in numbers],
        )
    with engine.begin() as connection:
        for table in ("processing_checklist", "media_files", "media_variants", "media_events"):
            connection.execute(text(f"ANALYZE {'' if engine.dialect.name == 'sqlite' else 'TABLE '}{table}"))


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, object]]]:
    """The very SQL and values that are sent meanwhile."""
    sent: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        sent.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def plan_of(engine: Engine, query: tuple[str, object]) -> list[dict[str, object]]:
    """A row for each table, in the words of the database."""
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        found = connection.exec_driver_sql(explain + query[0], query[1])  # type: ignore[arg-type]
        return [dict(row) for row in found.mappings()]


def test_a_claim_reads_its_index(engine: Engine) -> None:
    """The candidates come out of the index in order: no filesort, no temporary tree, no finished row looked at."""
    with statements(engine) as sent:
        claim = DatabaseLeases(engine, Policy(), timedelta(seconds=60)).claim("worker-1")
    assert claim is not None and FINISHED + 1 == claim.media.id
    (query,) = [one for one in sent if "ORDER BY processing_checklist.due_at" in one[0]]

    plan = plan_of(engine, query)

    told = " ".join(str(value) for row in plan for value in row.values())
    assert "ix_processing_checklist_due" in told
    assert "filesort" not in told and "TEMP B-TREE" not in told
    assert all(int(str(row["rows"])) <= DUE for row in plan if "rows" in row)


def test_whose_a_file_is_takes_no_look_at_all_rows(engine: Engine) -> None:
    """As a deletion, retention and fsck ask: by its path, and among what was taken over."""
    with Session(engine) as session:
        media = session.get_one(MediaFile, 2)
        media.bulk_path = OLD
        session.flush()
        with statements(engine) as sent:
            assert not is_shared(session, media, is_locking=True)
            assert set() == named_elsewhere(session, media, [OLD, "library/old.avif"])
        session.rollback()
    with statements(engine) as asked:
        assert [OLD] == DatabasePromises(engine).without_row([OLD])

    queries = [one for one in (*sent, *asked) if one[0].startswith("SELECT")]
    plans = {query[0]: plan_of(engine, query) for query in queries}
    assert len(plans) >= 6
    assert {} == {query: plan for query, plan in plans.items() if any(reads_all(row) for row in plan)}


def reads_all(row: dict[str, object]) -> bool:
    """Of a table, or of an index."""
    return str(row.get("detail", "")).startswith("SCAN") or row.get("type") in ("ALL", "index")
