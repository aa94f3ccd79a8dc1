"""Many worker processes on one database, walking media whose pictures are words: what the queue itself can do."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from alembic import command

from bench.comparison import Comparison, NotMeasured
from media_vm.adapters.engine import migrations_config, open_engine
from tests.crowd import WHOLE_STORY, left_behind, walk_together
from tests.mariadb import private_mariadb

WORKERS, ITEMS = 8, 2000
ALONE = 250  # media that one worker walks by itself, to compare


def compare_crowds(scratch: Path) -> Iterator[Comparison]:
    """On SQLite and on a MariaDB of the bench's own. NotMeasured if a media was not walked exactly once."""
    folder = scratch / "crowd"
    folder.mkdir()
    yield _compare("SQLite", *(f"sqlite:///{folder / name}.db" for name in ("many", "one")))
    with private_mariadb(folder / "mariadb") as server:
        server.execute(*(f"CREATE DATABASE {name} CHARACTER SET utf8mb4" for name in ("many", "one")))
        yield _compare("MariaDB", *map(server.url, ("many", "one")))


def _compare(product: str, many: str, one: str) -> Comparison:
    together = walks_a_second(many, WORKERS, ITEMS)
    alone = walks_a_second(one, 1, ALONE)
    subject = f"{WORKERS} workers, {ITEMS:,} media without pixels, {product}"
    return Comparison(subject, "walked", "1/s", (together,), "one worker", (alone,), more_is_better=True)


def walks_a_second(url: str, workers: int, items: int) -> float:
    """From the first poll until nothing is due; tells what was replayed. NotMeasured."""
    command.upgrade(migrations_config(url), "head")
    crowd = walk_together(url, workers=workers, items=items)
    engine = open_engine(url)
    left = left_behind(engine)
    engine.dispose()
    stuck = items - left.stories[WHOLE_STORY]
    replayed = crowd.said["transaction_replayed"]
    print(
        f"bench: {workers} workers, {items:,} media, {engine.dialect.name}: {crowd.claimed_twice} claimed twice,"
        f" {stuck} stuck, {replayed} transactions replayed",
        file=sys.stderr,
    )
    if crowd.claimed_twice or left.is_stuck or left.stories != Counter({WHOLE_STORY: items}):
        raise NotMeasured("not every media was walked exactly once")
    return items / crowd.seconds
