"""Eight worker processes on one database, without pixels: every media walked once, by one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.crowd import WHOLE_STORY, left_behind, walk_together
from tests.integration.databases import migrated_engine

# Walking one takes seven commits with an fsync each: 2 s on an idle machine with a fast disk, more on a busy one.
# `python -m bench --only crowd` has 2,000.
WORKERS, ITEMS = 8, 120


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = migrated_engine(request.param, request)
    yield opened
    opened.dispose()


def test_eight_worker_processes_walk_every_media_once(engine: Engine) -> None:
    """All poll the same list at once: nothing is remembered or claimed twice, nothing is left, every worker ends
    well whatever deadlocks it met."""
    crowd = walk_together(engine.url.render_as_string(hide_password=False), workers=WORKERS, items=ITEMS)

    left = left_behind(engine)
    assert (ITEMS, 0) == (len(crowd.held), crowd.claimed_twice)
    assert Counter({WHOLE_STORY: ITEMS}) == left.stories
    assert (ITEMS, ITEMS, False) == (left.media, left.by_one_worker, left.is_stuck)
    assert {"remembered", "media_advanced", "transaction_replayed"} >= crowd.said.keys()
