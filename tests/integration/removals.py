"""What tests of deleting ask a storage, and do to it."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import text

from media_vm.adapters.deleting import delete_media
from media_vm.adapters.engine import open_engine
from media_vm.adapters.transactions import transact
from media_vm.testing import MemoryDatabase, picture
from media_vm.values import Claim
from tests.integration.storages import Storage


def delete(storage: Storage, media_id: int) -> None:
    """As serve and the command line ask for it."""
    if isinstance(storage.world.store, MemoryDatabase):
        storage.world.store.delete(media_id)
        return
    engine = open_engine(storage.url)
    assert transact(engine, lambda session: delete_media(media_id, session)) is not None
    engine.dispose()


def upload(storage: Storage, pending_id: int, width: int | None = None, user_id: int = 400) -> None:
    storage.api.upload(pending_id, "A Photo.jpg", picture(width=width or 600 + pending_id), user_id=user_id)


def files(storage: Storage) -> list[str]:
    """Every file, relative to the root."""
    places = storage.disk if isinstance(storage.world.store, MemoryDatabase) else storage.root.rglob("*")
    found = (place for place in places if "temp_images" not in str(place))
    return sorted(
        one.relative_to(storage.root).as_posix() for one in found if one in storage.disk and not one.is_dir()
    )


def of(storage: Storage, media_id: int) -> list[str]:
    """What is named after a media, wherever it is."""
    return [path for path in files(storage) if re.match(rf"(\.tmp-)?{media_id}\b", Path(path).name)]


def tell(storage: Storage, sql: str) -> None:
    engine = open_engine(storage.url)
    with engine.begin() as connection:
        connection.execute(text(sql))
    engine.dispose()


def claimed(storage: Storage) -> Claim:
    claim = storage.world.leases.claim("worker-2")
    assert claim is not None
    return claim
