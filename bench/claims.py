"""How fast the queue is: claims a second by many workers, and one claim among many finished media."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from alembic import command
from sqlalchemy import Engine, insert, text
from sqlalchemy.dialects import mysql, sqlite

from bench.comparison import Comparison, NotMeasured, in_turns
from media_vm.adapters.engine import migrations_config, open_engine
from media_vm.adapters.lease_statements import LONGEST_DUE
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.tables import MediaFile, ProcessingChecklist
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.pictures import DataType, MediaStatus, Source
from media_vm.rules.policy import Policy
from tests.mariadb import private_mariadb
from tests.side_by_side import Ready, side_by_side

WORKERS, ITEMS = 8, 2000
FEW, MANY = 1000, 1_000_000  # finished media
CLAIMS_A_SAMPLE, ROUNDS = 40, 7
ASKED_FOR = 300.0  # claims a second, the bar set for both databases
PATIENCE_SECONDS = 60.0
UPLOADED = datetime(2025, 1, 1, tzinfo=UTC)
STEPS = {step.value: StepStatus.PENDING for step in Step}
POLICY, LEASE = Policy(), timedelta(seconds=60)


def compare_claims(scratch: Path) -> Iterator[Comparison]:
    """Both figures on SQLite and on a MariaDB of the bench's own. NotMeasured."""
    folder = scratch / "claims"
    folder.mkdir()
    yield from _compare("SQLite", *(f"sqlite:///{folder / name}.db" for name in ("queue", "few", "many")))
    with private_mariadb(folder / "mariadb") as server:
        names = ("queue", "few", "many")
        server.execute(*(f"CREATE DATABASE {name} CHARACTER SET utf8mb4" for name in names))
        yield from _compare("MariaDB", *map(server.url, names))


def _compare(product: str, queue: str, few: str, many: str) -> Iterator[Comparison]:
    _prepared(queue, due=ITEMS).dispose()
    rate = claims_a_second(queue)
    subject = f"{WORKERS} workers, {ITEMS:,} media, {product}"
    yield Comparison(subject, "claim and release", "1/s", (rate,), "asked for", (ASKED_FOR,), more_is_better=True)
    engines = {"few": _prepared(few, due=CLAIMS_A_SAMPLE), "many": _prepared(many, due=CLAIMS_A_SAMPLE)}
    _grow(engines["many"])
    print(f"bench: plan of a claim, {product}: {plan_of_a_claim(engines['many'])}", file=sys.stderr)
    samples = in_turns(
        {name: partial(claim_milliseconds, engine) for name, engine in engines.items()},
        rounds=ROUNDS,
        patience=PATIENCE_SECONDS,
    )
    for engine in engines.values():
        engine.dispose()
    subject = f"a claim among {MANY:,} finished, {product}"
    yield Comparison(subject, "time", "ms", samples["many"], f"among {FEW:,}", samples["few"])


def claims_a_second(url: str) -> float:
    """All that is due, claimed and released by workers of their own. NotMeasured if a media came twice."""
    shifts = side_by_side(partial(_claim_all, url), WORKERS)
    claimed = sorted(media_id for one in shifts for media_id in one.claimed)
    if claimed != list(range(1, ITEMS + 1)):
        raise NotMeasured(f"{len(claimed)} claims of {len(set(claimed))} media, not one of each of {ITEMS}")
    return ITEMS / (max(one.ended for one in shifts) - min(one.began for one in shifts))


@dataclass(frozen=True, slots=True)
class Shift:
    """What one worker claimed, and from when to when by the machine's monotonic clock."""

    claimed: list[int]
    began: float
    ended: float


def _claim_all(url: str, _number: int, ready: Ready) -> Shift:
    engine = open_engine(url, connections=1)
    leases = DatabaseLeases(engine, POLICY, LEASE)
    claimed: list[int] = []
    leases.next_due()  # connected before the clock runs
    ready()
    began = time.monotonic()
    while leases.next_due() is not None:
        while claim := leases.claim("bench"):
            claimed.append(claim.media.id)
            leases.release(claim, None)
    engine.dispose()
    return Shift(claimed, began, time.monotonic())


def claim_milliseconds(engine: Engine) -> float:
    """The median of some claims, each released until the same time as before."""
    leases = DatabaseLeases(engine, POLICY, LEASE)
    samples = []
    for _ in range(CLAIMS_A_SAMPLE):
        began = time.perf_counter()
        claim = leases.claim("bench")
        samples.append(1000 * (time.perf_counter() - began))
        if claim is None:
            raise NotMeasured("nothing was due")
        leases.release(claim, claim.now)
    return median(samples)


def plan_of_a_claim(engine: Engine) -> str:
    """What the database says it does for the very query that a claim sends."""
    is_sqlite = engine.dialect.name == "sqlite"
    dialect = sqlite.dialect() if is_sqlite else mysql.dialect()
    query = LONGEST_DUE.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{query}").mappings()
        return "; ".join(" ".join(f"{key}={value}" for key, value in row.items() if value) for row in rows)


def _prepared(url: str, *, due: int) -> Engine:
    """Migrated, some media due, and FEW finished ones."""
    command.upgrade(migrations_config(url), "head")
    engine = open_engine(url)
    times = {"created_at": UPLOADED, "updated_at": UPLOADED}
    media = {
        "user_id": 1,
        "data_type": DataType.PRODUCT,
        "original_name": "a.jpg",
        "mime_type": "image/jpeg",
        "status": MediaStatus.DOWNLOADING,
        "source": Source.MAIN_API,
        "image_path": "/temp_images/products/1-product-1.jpg",
    }
    ids = range(1, due + FEW + 1)
    rows: Sequence[dict[str, object]] = [
        {"id": one, "media_id": one, "due_at": UPLOADED if one <= due else None, **STEPS, **times} for one in ids
    ]
    with engine.begin() as connection:
        connection.execute(insert(MediaFile), [{"id": one, **media, **times} for one in ids])
        connection.execute(insert(ProcessingChecklist), rows)
    return engine


def _grow(engine: Engine) -> None:
    """As many finished rows as MANY; their media's rows would cost time and matter to no claim."""
    is_sqlite = engine.dialect.name == "sqlite"
    first = CLAIMS_A_SAMPLE + FEW + 1
    numbers = (
        f"(WITH RECURSIVE n(seq) AS (SELECT {first} UNION ALL SELECT seq + 1 FROM n WHERE seq < {MANY})"
        " SELECT seq FROM n)"
        if is_sqlite
        else f"seq_{first}_to_{MANY}"
    )
    columns = ", ".join([*STEPS, "created_at", "updated_at"])
    more = (
        f"INSERT INTO processing_checklist (id, media_id, {columns}) SELECT numbers.seq, numbers.seq, {columns}"
        f" FROM {numbers} AS numbers, processing_checklist AS one WHERE one.id = 1"
    )
    unchecked = "PRAGMA foreign_keys=OFF" if is_sqlite else "SET SESSION foreign_key_checks=0"
    with engine.connect() as connection:
        connection.connection.cursor().execute(unchecked)
        connection.execute(text(more))
        connection.commit()
        connection.execute(text("ANALYZE" if is_sqlite else "ANALYZE TABLE processing_checklist"))
        connection.commit()
        if is_sqlite:  # at rest, as such a database is: else the first claims would put the rows in their place
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.invalidate()  # so that nobody gets the connection that does not check
