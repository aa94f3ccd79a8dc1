"""The `MainTables` port: the same on memory, SQLite and MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine, text

from media_vm.adapters.engine import open_engine
from media_vm.adapters.main_schema import require_tables
from media_vm.adapters.main_tables import DatabaseMainTables
from media_vm.replacing_ports import Counts, MainTables
from media_vm.rules.replacing import Place, Processed, Upload
from media_vm.rules.undoing import Entry, Now, Undoing, undoing_of
from media_vm.testing.clock import EPOCH, MemoryClock
from media_vm.testing.main_tables import MemoryMainTables, PendingRow
from tests.integration.databases import empty_database
from tests.mariadb import PrivateMariaDB
from tests.replacing.festival import ARTIST, COLUMNS, HEADER, KEYS, PROFILE, PROMOTER, SITE, make_tables

BASE = "https://media.example/serve"
PATH = "/temp_images/profiles/4-profile-7.jpg"
URL = f"{BASE}/7?size=detail"
AT = "2025-01-15 10:00:00"


def at(user: int, column: Any = PROFILE) -> Place:
    return Place(column, ((KEYS[column.table][0], user),))


class Box(Protocol):
    """A main API's tables: the port, and what the main API itself does to them."""

    @property
    def tables(self) -> MainTables: ...

    def upload(self, image_id: int, path: str, status: str, permanent: str | None, at: str) -> None: ...

    def put(self, place: Place, value: str | None) -> None: ...

    def pending(self, image_id: int) -> tuple[str, str]: ...

    def value(self, place: Place) -> str | None: ...


@dataclass
class MemoryBox:
    tables: MemoryMainTables

    def upload(self, image_id: int, path: str, status: str, permanent: str | None, at: str) -> None:
        self.tables.pending[image_id] = PendingRow(path, status, permanent, at)

    def put(self, place: Place, value: str | None) -> None:
        self.tables.values[place] = value

    def pending(self, image_id: int) -> tuple[str, str]:
        return self.tables.pending[image_id].status, str(self.tables.pending[image_id].updated_at)

    def value(self, place: Place) -> str | None:
        return self.tables.values.get(place)


@dataclass
class RealBox:
    tables: DatabaseMainTables
    engine: Engine

    def upload(self, image_id: int, path: str, status: str, permanent: str | None, at: str) -> None:
        self._do(
            "INSERT INTO pending_images (id, user_id, image_path, status, permanent_url, updated_at)"
            " VALUES (:id, 4, :path, :status, :permanent, :at)",
            {"id": image_id, "path": path, "status": status, "permanent": permanent, "at": at},
        )

    def put(self, place: Place, value: str | None) -> None:
        ((key, number),) = place.key
        table, name = place.column.table, place.column.name
        given = {"key": number, "value": value}
        if self._do(f"UPDATE {table} SET {name} = :value WHERE {key} = :key", given) == 0:
            names = f"{key}, {name}" + (", user_id" if place.column is SITE else "")
            values = ":key, :value" + (", 4" if place.column is SITE else "")
            self._do(f"INSERT INTO {table} ({names}) VALUES ({values})", given)

    def pending(self, image_id: int) -> tuple[str, str]:
        with self.engine.connect() as connection:
            query = text("SELECT status, updated_at FROM pending_images WHERE id = :id")
            row = connection.execute(query, {"id": image_id}).one()
        return row[0], str(row[1])

    def value(self, place: Place) -> str | None:
        ((key, number),) = place.key
        with self.engine.connect() as connection:
            query = text(f"SELECT {place.column.name} FROM {place.column.table} WHERE {key} = :key")
            value = connection.execute(query, {"key": number}).scalar()
            return None if value is None else str(value)

    def _do(self, statement: str, given: dict[str, Any]) -> int:
        with self.engine.begin() as connection:
            return connection.execute(text(statement), given).rowcount


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def box(request: pytest.FixtureRequest) -> Iterator[Box]:
    """Empty tables."""
    if request.param == "memory":
        yield MemoryBox(MemoryMainTables(COLUMNS, MemoryClock()))
        return
    engine = open_engine(empty_database(request.param, request), connections=3)
    make_tables(engine)
    yield RealBox(DatabaseMainTables(engine, COLUMNS, require_tables(engine, COLUMNS, 100)), engine)
    engine.dispose()


def processed(box: Box, image_id: int = 1, path: str = PATH, permanent: str | None = "7") -> Processed:
    """An image that waits to be replaced."""
    box.upload(image_id, path, "processed", permanent, AT)
    (image,) = box.tables.processed_after(image_id - 1, None)
    return image


def refuse(_: tuple[Place, ...]) -> None:
    raise OSError(28, "No space left on device")


def test_processed_images_come_in_order(box: Box) -> None:
    """Of all states they alone; from the database's own text."""
    for image_id, status in enumerate(["pending", "processed", "complete", "failed", "processed"], start=1):
        box.upload(image_id, f"{PATH}{image_id}", status, None if image_id == 5 else "7", AT)

    first = box.tables.processed_after(0, None)
    assert Processed(2, f"{PATH}2", "7", AT) == first[0]
    assert [Processed(5, f"{PATH}5", "", AT)] == [*box.tables.processed_after(2, None)]
    assert ([], 2) == ([*box.tables.processed_after(5, None)], box.tables.count(None))


def test_since_counts_from_when_it_became_processed(box: Box) -> None:
    """In UTC; that moment itself is in it."""
    for image_id, moment in enumerate(["09:59:59", "10:00:00", "10:00:01"], start=1):
        box.upload(image_id, f"{PATH}{image_id}", "processed", "7", f"2025-01-15 {moment}")
    since = datetime(2025, 1, 15, 11, tzinfo=UTC) - timedelta(hours=1)

    assert [2, 3] == [one.image_id for one in box.tables.processed_after(0, since)]
    assert (2, 0) == (box.tables.count(since), box.tables.count(since + timedelta(hours=1)))


def test_places_are_found_byte_for_byte(box: Box) -> None:
    """A collation holds more for equal; several columns and rows may hold the same path."""
    held = [PATH, PATH.upper(), f"{PATH} ", f"{PATH}x", f"x{PATH}", None, "", PATH]
    for user, value in enumerate(held, start=1):
        box.put(at(user), value)
    box.put(at(3, PROMOTER), PATH)
    box.put(at(9, SITE), "/temp_images/sites/9-site-1.jpg")

    found = box.tables.places_of({PATH, "/temp_images/sites/9-site-1.jpg", "/temp_images/none.jpg"})

    assert {at(1), at(8), at(3, PROMOTER)} == {*found[PATH]}
    assert [at(9, SITE)] == [*found["/temp_images/sites/9-site-1.jpg"]]
    assert {PATH, "/temp_images/sites/9-site-1.jpg"} == {path for path, places in found.items() if places}


def test_uploads_are_found_byte_for_byte(box: Box) -> None:
    """Of every status."""
    box.upload(1, PATH, "failed", None, AT)
    box.upload(2, PATH, "processed", "7", AT)
    box.upload(3, PATH.upper(), "pending", None, AT)

    found = box.tables.uploads_of([PATH])

    assert {Upload(1, "failed", ""), Upload(2, "processed", "7")} == {*found[PATH]}
    assert {PATH} == {*found}


def test_replacing_is_one_transaction(box: Box) -> None:
    """Every place, the image complete and its time moved; told before it is committed."""
    image = processed(box)
    for place in (at(4), at(4, ARTIST), at(4, PROMOTER)):
        box.put(place, PATH)
    told: list[tuple[Place, ...]] = []

    places = box.tables.replace(image, URL, (at(4), at(4, ARTIST), at(4, PROMOTER)), told.append)

    assert (at(4), at(4, ARTIST), at(4, PROMOTER)) == places == told[0]
    assert [URL] * 3 == [box.value(one) for one in places]
    status, moved = box.pending(1)
    assert "complete" == status and AT != moved


def test_what_cannot_be_logged_is_not_written(box: Box) -> None:
    """Not a byte, and it can be done later."""
    image = processed(box)
    box.put(at(4), PATH)

    with pytest.raises(OSError, match="No space"):
        box.tables.replace(image, URL, [at(4)], refuse)

    assert (PATH, ("processed", AT)) == (box.value(at(4)), box.pending(1))
    assert (at(4),) == box.tables.replace(image, URL, [at(4)], lambda _: None)


@pytest.mark.parametrize("value", [PATH.upper(), f"{PATH} ", "mine", None, URL])
def test_a_place_that_changed_is_kept(box: Box, value: str | None) -> None:
    """If that was the only one, the image stays processed and nothing is logged; else the others are replaced."""
    image = processed(box)
    box.put(at(4), value)

    assert box.tables.replace(image, URL, [at(4)], refuse) is None
    assert (value, ("processed", AT)) == (box.value(at(4)), box.pending(1))
    box.put(at(4, SITE), PATH)
    assert (at(4, SITE),) == box.tables.replace(image, URL, [at(4), at(4, SITE)], lambda _: None)
    assert (value, URL, "complete") == (box.value(at(4)), box.value(at(4, SITE)), box.pending(1)[0])


@pytest.mark.parametrize(
    "seen",
    [
        Processed(2, PATH, "7", AT),
        Processed(1, PATH.upper(), "7", AT),
        Processed(1, PATH, "7 ", AT),
        Processed(1, PATH, "8", AT),
    ],
)
def test_an_image_that_changed_is_left(box: Box, seen: Processed) -> None:
    """Somebody else has its row; its places are not touched."""
    processed(box)
    box.put(at(4), PATH)

    assert box.tables.replace(seen, URL, [at(4)], refuse) is None
    assert (PATH, ("processed", AT)) == (box.value(at(4)), box.pending(1))


@pytest.mark.parametrize("status", ["pending", "complete", "failed"])
def test_only_what_is_processed_is_replaced(box: Box, status: str) -> None:
    """Another run may have been faster."""
    box.upload(1, PATH, status, "7", AT)
    box.put(at(4), PATH)

    assert box.tables.replace(Processed(1, PATH, "7", AT), URL, [at(4)], refuse) is None
    assert (PATH, (status, AT)) == (box.value(at(4)), box.pending(1))


def test_an_image_without_a_place_is_completed(box: Box) -> None:
    """When it is asked for with none."""
    told: list[tuple[Place, ...]] = []

    assert () == box.tables.replace(processed(box), URL, [], told.append)
    assert ([()], "complete") == (told, box.pending(1)[0])


def test_putting_back_is_byte_for_byte(box: Box) -> None:
    """The place, the status and the time."""
    image = processed(box)
    box.put(at(4), PATH)
    box.tables.replace(image, URL, [at(4)], lambda _: None)
    entry = Entry(1, PATH, URL, image.updated_at, (at(4),))
    assert Now({at(4): URL}, "complete") == box.tables.now_of(entry)

    undoing = box.tables.put_back(undoing_of(entry, box.tables.now_of(entry)))

    assert Undoing(entry, (at(4),), (), is_reopened=True) == undoing
    assert (PATH, ("processed", AT)) == (box.value(at(4)), box.pending(1))


def test_putting_back_compares_too(box: Box) -> None:
    """The user changed the place between look and write; the image was failed by somebody."""
    box.upload(1, PATH, "failed", "7", AT)
    box.put(at(4), URL.upper())
    box.put(at(5), URL)
    entry = Entry(1, PATH, URL, AT, (at(4), at(5)))

    undoing = box.tables.put_back(Undoing(entry, (at(4), at(5)), (), is_reopened=True))

    assert Undoing(entry, (at(5),), (at(4),), is_reopened=False) == undoing
    assert (URL.upper(), PATH, ("failed", AT)) == (box.value(at(4)), box.value(at(5)), box.pending(1))


def test_what_is_back_already_is_put_back(box: Box) -> None:
    """Whoever did it: another undo at once, or this one whose answer was lost."""
    image = processed(box)
    box.put(at(4), PATH)
    undoing = Undoing(Entry(1, PATH, URL, image.updated_at, (at(4),)), (at(4),), (), is_reopened=True)

    assert undoing == box.tables.put_back(undoing)
    assert (PATH, ("processed", AT)) == (box.value(at(4)), box.pending(1))


def test_another_databases_log_finds_nothing(box: Box) -> None:
    """The id is known, but of another path; or it is not."""
    box.upload(1, PATH.upper(), "complete", "7", AT)
    box.put(at(4), URL)

    assert Now({at(4): URL}, None) == box.tables.now_of(Entry(1, PATH, URL, AT, (at(4),)))
    assert Now({at(5): None}, None) == box.tables.now_of(Entry(2, PATH, URL, AT, (at(5),)))


def test_temp_paths_of_a_column(box: Box) -> None:
    """All of them, in batches, whoever they are of."""
    for user in range(1, 6):
        box.put(at(user, HEADER), f"/temp_images/{user}.jpg")
    for user, value in ((6, URL), (7, None), (8, "/TEMP_IMAGES/8.jpg"), (9, "x/temp_images/9.jpg")):
        box.put(at(user, HEADER), value)

    found = [pair for some in box.tables.temp_paths(HEADER) for pair in some]

    assert [(at(user, HEADER), f"/temp_images/{user}.jpg") for user in range(1, 6)] == found
    assert [] == [*box.tables.temp_paths(SITE)]


def test_temp_paths_come_in_batches(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """None twice, none left out."""
    monkeypatch.setattr("media_vm.adapters.main_tables.AT_ONCE", 2)
    for user in range(1, 6):
        box.put(at(user, SITE), f"/temp_images/{user}.jpg")

    assert [1, 2, 3, 4, 5] == [place.key[0][1] for some in box.tables.temp_paths(SITE) for place, _ in some]


def test_what_a_column_holds(box: Box) -> None:
    """Neither NULL nor nothing counts."""
    for user, value in enumerate([PATH, URL, f"{BASE}/8", f"{BASE}x/8", "else", "", None], start=1):
        box.put(at(user), value)

    counts = box.tables.counts(BASE)

    assert [*COLUMNS] == [one.column for one in counts]
    assert Counts(PROFILE, total=5, temp=1, permanent=2) == counts[0]
    assert Counts(SITE, 0, 0, 0) == counts[4]


def test_since_when_an_image_is_processed(box: Box) -> None:
    """In UTC, as the database's own clock is."""
    box.upload(1, PATH, "processed", "7", "2025-01-15 09:00:00")

    (image,) = box.tables.processed_after(0, None)

    assert datetime(2025, 1, 15, 9, tzinfo=UTC) == image.since
    assert box.tables.now() >= EPOCH


def test_a_key_of_two_columns(mariadb: PrivateMariaDB) -> None:
    """Batches go on behind the whole of it, and a place names all of it."""
    name = f"festival_keys_{next(_NUMBERS)}"
    mariadb.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    engine = open_engine(mariadb.url(name))
    make_tables(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE site_media MODIFY id BIGINT, DROP PRIMARY KEY"))
        connection.execute(text("ALTER TABLE site_media ADD tenant VARCHAR(20), ADD PRIMARY KEY (tenant, id)"))
        for number in range(501):
            row = {"id": number % 100, "tenant": f"t{number // 100}", "path": f"/temp_images/{number}.jpg"}
            connection.execute(
                text("INSERT INTO site_media (id, tenant, user_id, media_path) VALUES (:id, :tenant, 1, :path)"),
                row,
            )
    tables = DatabaseMainTables(engine, COLUMNS, require_tables(engine, COLUMNS, 100))

    found = [pair for some in tables.temp_paths(SITE) for pair in some]

    assert sorted(f"/temp_images/{number}.jpg" for number in range(501)) == sorted(path for _, path in found)
    place = Place(SITE, (("id", 0), ("tenant", "t5")))
    assert (place, "/temp_images/500.jpg") in found
    assert {"/temp_images/500.jpg": [place]} == tables.places_of({"/temp_images/500.jpg"})
    engine.dispose()


_NUMBERS = count(1)
