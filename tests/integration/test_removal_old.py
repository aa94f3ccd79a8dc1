"""A deleted media that came with the system before ours: all of it goes, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, text

from media_vm.adapters.adopting_rows import DatabaseOldRows
from media_vm.adapters.engine import open_engine
from media_vm.adapters.machine_status import by_status
from media_vm.adapters.transactions import reading
from media_vm.adopting_ports import Settlement
from media_vm.rules.adopting import Found, Verdict
from media_vm.rules.upkeep import Role
from tests.integration.removals import delete, files, upload
from tests.integration.storages import Storage, storage_of

WHERE_IT_RAN = "/var/www/media-backend/storage/"
LIBRARY = "library/user_400/product/img"
TAKEN_OVER = "INSERT INTO media_events (media_id, at, name) SELECT id, created_at, 'taken over' FROM media_files"


@dataclass
class Taken:
    """Two finished media of two users; the first is as `migrate` left it."""

    storage: Storage
    engine: Engine

    def run(self, sql: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(sql))

    def number(self, sql: str) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text(sql)).scalar_one())

    def remove(self, media_id: int = 1) -> None:
        delete(self.storage, media_id)
        self.storage.work()

    def is_removed(self, media_id: int = 1) -> bool:
        return self.number(f"SELECT removed_at IS NOT NULL FROM media_files WHERE id = {media_id}") == 1

    def is_raw(self, bulk_path: str, media_id: int = 1) -> None:
        """Its row as the seed had it."""
        self.run(f"UPDATE media_files SET bulk_path = '{bulk_path}', sha256 = NULL WHERE id = {media_id}")


@pytest.fixture(params=["sqlite", "mariadb"])
def taken(request: pytest.FixtureRequest) -> Iterator[Taken]:
    with storage_of(request.param, request) as storage:
        upload(storage, 1)
        upload(storage, 2, user_id=401)
        storage.work()
        engine = open_engine(storage.url)
        taken = Taken(storage, engine)
        taken.run(f"{TAKEN_OVER} WHERE id = 1")
        yield taken
        engine.dispose()


@pytest.mark.parametrize("before", [WHERE_IT_RAN, "storage/", ""])
def test_its_row_may_spell_its_path_in_any_way(taken: Taken, before: str) -> None:
    """The file that it means goes, with those that have names of old, legacy thumbnails too."""
    storage = taken.storage
    old = ("bulk/2025-01-15/400-product-1.jpg", f"{LIBRARY}/1_thumb.webp", "thumbnails/2025/1_thumbnail.webp")
    stays = (f"{LIBRARY}/12_thumb.webp", "thumbnails/12_thumbnail.webp", "bulk/2025-01-15/400-product-2.jpg")
    for path in (*old, *stays):
        storage.put(path, b"of old")
    taken.is_raw(before + old[0])
    taken.run(f"UPDATE media_files SET library_path = '{before}{LIBRARY}/1-a.jpg' WHERE id = 1")

    taken.remove()

    assert taken.is_removed()
    assert set(stays) == {path for path in files(storage) if storage.disk[storage.root / path] == b"of old"}


@pytest.mark.parametrize("path", ["/etc/passwd", "../../bulk/../x.jpg", "bulk/../../x.jpg"])
def test_a_path_that_leads_outside_is_dropped(taken: Taken, path: str) -> None:
    """It is removed all the same, and is not due for ever."""
    taken.is_raw(path)

    taken.remove()

    assert taken.is_removed()
    assert taken.storage.world.leases.next_due() is None


@pytest.mark.parametrize("other", ["another user's", "not adopted yet", "a variant"])
def test_an_original_that_another_row_names_stays(taken: Taken, other: str) -> None:
    """Whoever's that is; it goes with the last of them."""
    storage, path = taken.storage, "bulk/2025-01-15/7-a.jpg"
    storage.put(path, b"of old")
    taken.run(f"UPDATE media_files SET bulk_path = '{path}' WHERE id = 1")
    if other == "another user's":
        taken.run(f"UPDATE media_files SET bulk_path = '{path}' WHERE id = 2")
    elif other == "not adopted yet":
        taken.is_raw(f"{WHERE_IT_RAN}{path}", 2)
        taken.run(f"{TAKEN_OVER} WHERE id = 2")
    else:
        one = taken.number("SELECT min(id) FROM media_variants WHERE media_id = 2 AND path IS NOT NULL")
        taken.run(f"UPDATE media_variants SET path = '{path}' WHERE id = {one}")

    taken.remove()
    first = taken.is_removed(), path in files(storage)
    taken.remove(2)

    assert (True, True) == first
    assert (True, False) == (taken.is_removed(2), path in files(storage))


def test_a_users_upload_is_no_trace(taken: Taken) -> None:
    """A temp name begins with the user's id, and user 1's picture is not media 1."""
    storage = taken.storage
    day = storage.path_of(1, Role.ORIGINAL).rpartition("/")[0]
    storage.put(path := f"{day}/1-product-1736900000.jpg", b"user 1's")

    taken.remove()

    assert path in files(storage)


def test_what_is_deleted_meanwhile_is_not_adopted(taken: Taken) -> None:
    """Between the look at its files and the writing of its rows; no row comes back of it."""
    rows = DatabaseOldRows(taken.engine, "http://media.test")
    [old] = rows.after(0)
    settlement = Settlement(old, Verdict.LOST, Found(False, old.kept, True), ())
    delete(taken.storage, 1)
    asked = rows.settle(settlement)
    taken.storage.work()

    assert [Verdict.UNCHANGED] * 2 == [asked, rows.settle(settlement)]
    assert taken.is_removed()
    assert 0 == taken.number("SELECT count(*) FROM media_events WHERE name = 'adopted'")


def test_a_request_to_make_it_again_goes_too(taken: Taken) -> None:
    """It would be begun, and fail, for ever."""
    state = "'waiting', 'resize_optimize'"
    columns = "media_id, state, steps, asked_at"
    taken.run(f"INSERT INTO media_reprocess ({columns}) SELECT id, {state}, created_at FROM media_files")

    taken.remove()

    assert 0 == taken.number("SELECT count(*) FROM media_reprocess WHERE media_id = 1")
    assert 1 == taken.number("SELECT count(*) FROM media_reprocess WHERE media_id = 2")


def test_a_media_of_an_unknown_user_is_counted(taken: Taken) -> None:
    """The rows of old may have none; only what is removed is counted no more."""
    taken.run("UPDATE media_files SET user_id = 0 WHERE id = 1")
    with reading(taken.engine) as session:
        before = sum(by_status(session).values())
    taken.remove(2)
    with reading(taken.engine) as session:
        after = sum(by_status(session).values())

    assert (2, 1) == (before, after)


def test_names_are_anothers_by_their_last_part(taken: Taken) -> None:
    """However the rows spell what stands before it; what two rows say is nobody's."""
    rows = DatabaseOldRows(taken.engine, "http://media.test")
    taken.is_raw(f"{WHERE_IT_RAN}bulk/a/1.jpg")
    taken.is_raw("C:\\\\bulk\\\\a\\\\2.jpg" if "mysql" in str(taken.engine.url) else "C:\\bulk\\a\\2.jpg", 2)
    [old] = rows.after(0)

    assert [False, True, False] == [rows.is_anothers(old, name) for name in ("1.jpg", "2.jpg", "3.jpg")]
