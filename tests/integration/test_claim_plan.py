"""How the database finds what to claim: by the (due_at, id) index, in its order, without sorting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, insert, text
from sqlmodel import SQLModel

from media_vm.adapters.leases import DatabaseLeases
from media_vm.rules.policy import Policy
from tests.integration.databases import migrated_engine

FINISHED, DUE = 2000, 300
UPLOADED = datetime(2025, 1, 1, tzinfo=UTC)


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
    with engine.begin() as connection:
        connection.execute(insert(tables["media_files"]), [{"id": n, **media, **times} for n in numbers])
        due = {n: UPLOADED + timedelta(seconds=n) if n > FINISHED else None for n in numbers}
        rows = [{"id": n, "media_id": n, "due_at": due[n], **steps, **times} for n in numbers]
        connection.execute(insert(tables["processing_checklist"]), rows)
    with engine.begin() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        connection.execute(text("ANALYZE" if is_sqlite else "ANALYZE TABLE processing_checklist"))


def statements_of_a_claim(engine: Engine) -> list[tuple[str, object]]:
    """The very SQL and values that a claim sends."""
    sent: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        sent.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    claim = DatabaseLeases(engine, Policy(), timedelta(seconds=60)).claim("worker-1")
    event.remove(engine, "before_cursor_execute", note)
    assert claim is not None and FINISHED + 1 == claim.media.id
    return sent


def test_a_claim_reads_its_index(engine: Engine) -> None:
    """The candidates come out of the index in order: no filesort, no temporary tree, no finished row looked at."""
    (query,) = [one for one in statements_of_a_claim(engine) if "ORDER BY processing_checklist.due_at" in one[0]]
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "

    with engine.connect() as connection:
        plan = connection.exec_driver_sql(explain + query[0], query[1]).mappings().all()  # type: ignore[arg-type]

    told = " ".join(str(value) for row in plan for value in row.values())
    assert "ix_processing_checklist_due" in told
    assert "filesort" not in told and "TEMP B-TREE" not in told
    assert all(int(row["rows"]) <= DUE for row in plan if "rows" in row)
