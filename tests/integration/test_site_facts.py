"""What our own tables know of a user's site."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from media_vm.adapters.database import DatabaseStore
from media_vm.rules.known import SiteKnown
from media_vm.rules.pictures import DataType
from media_vm.rules.policy import Policy
from media_vm.values import Media, PendingImage, PendingList
from tests.integration.databases import migrated_engine
from tests.paid_vision import media_of

ANALYSED = """INSERT INTO media_ai_analysis (media_id, brand_colors, created_at, generated_at)
 SELECT id, '["#C8861D"]', created_at, created_at FROM media_files WHERE id < 3"""


@pytest.fixture(params=["sqlite", "mariadb"])
def store(request: pytest.FixtureRequest) -> DatabaseStore:
    """A user's two logos of the same bytes, both measured, and a third of other bytes."""
    engine = migrated_engine(request.param, request)
    store = DatabaseStore(engine, Policy())
    paths = [f"/temp_images/logos/7-logo-{one}.jpg" for one in (1, 2, 3)]
    images = tuple(PendingImage(one, 7, path, "a", "image/jpeg", None, None) for one, path in enumerate(paths, 1))
    store.remember(PendingList(images, is_whole=False), store.now())
    with engine.begin() as connection:
        connection.execute(text("UPDATE media_files SET sha256 = 'aa' WHERE id < 3"))
        connection.execute(text("UPDATE media_files SET sha256 = 'bb' WHERE id = 3"))
        connection.execute(text(ANALYSED))
    return store


@pytest.mark.parametrize(("media_id", "expected"), [(1, ()), (2, ()), (3, ("#C8861D",))])
def test_a_logo_tells_nothing_of_its_own_brand(
    store: DatabaseStore, media_id: int, expected: tuple[str, ...]
) -> None:
    """Nor do its twins: the model would be asked another question each time, and paid for it."""
    assert expected == store.known(logo(media_id)).site.brand_colors


def test_a_site_is_told_the_brand_of_its_logo(store: DatabaseStore) -> None:
    """Of the newest one that was measured."""
    known = store.known(media_of(99, DataType.SITES))

    assert SiteKnown(("#C8861D",), (), (), ("own",)) == known.site


def logo(media_id: int) -> Media:
    return media_of(media_id, DataType.LOGO)
