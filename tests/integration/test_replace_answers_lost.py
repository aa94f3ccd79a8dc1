"""A replacement that never hears whether its COMMIT took effect is one replacement, and is told as one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import text

from media_vm.adapters.engine import open_engine
from media_vm.adapters.main_schema import require_tables
from media_vm.adapters.main_tables import DatabaseMainTables
from media_vm.rules.replacing import Place
from media_vm.rules.undoing import Entry, Now, Undoing
from tests.faults.tcp_proxy import TcpProxy, tcp_proxy
from tests.mariadb import PrivateMariaDB
from tests.replacing.festival import COLUMNS, PROFILE, make_tables

PATH = "/temp_images/profiles/4-profile-7.jpg"
URL = "https://media.example/serve/7?size=detail"
AT = "2026-11-20 10:00:00"
PLACE = Place(PROFILE, (("user_id", 4),))
ENTRY = Entry(1, PATH, URL, AT, (PLACE,))
_NUMBERS = count(1)


@pytest.fixture
def proxy(mariadb: PrivateMariaDB) -> Iterator[TcpProxy]:
    with tcp_proxy(("127.0.0.1", mariadb.port)) as running:
        yield running


@pytest.fixture
def tables(mariadb: PrivateMariaDB, proxy: TcpProxy) -> Iterator[DatabaseMainTables]:
    """Behind the proxy, with one image that waits to be replaced."""
    name = f"festival_lost_{next(_NUMBERS)}"
    mariadb.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    engine = open_engine(f"mysql+pymysql://root@127.0.0.1:{proxy.port}/{name}")
    make_tables(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO pending_images (id, user_id, image_path, permanent_url, status, updated_at)"
                f" VALUES (1, 4, '{PATH}', '7', 'processed', '{AT}')"
            )
        )
        connection.execute(text(f"INSERT INTO user_profiles (user_id, profile_image_path) VALUES (4, '{PATH}')"))
    yield DatabaseMainTables(engine, COLUMNS, require_tables(engine, COLUMNS, 100))
    engine.dispose()


def test_the_answer_to_commit_is_lost(tables: DatabaseMainTables, proxy: TcpProxy) -> None:
    """It took effect: the second try finds its own work, and logs it no second time."""
    (image,) = tables.processed_after(0, None)
    told: list[tuple[Place, ...]] = []
    proxy.lose_answer_to(b"\x03COMMIT")

    assert (PLACE,) == tables.replace(image, URL, [PLACE], told.append)

    assert not proxy.is_armed
    assert [(PLACE,)] == told
    assert Now({PLACE: URL}, "complete") == tables.now_of(ENTRY)


def test_the_connection_is_lost_before(tables: DatabaseMainTables, proxy: TcpProxy) -> None:
    """It took no effect: the second try does the whole of it."""
    (image,) = tables.processed_after(0, None)
    told: list[tuple[Place, ...]] = []

    def cut_once(places: tuple[Place, ...]) -> None:
        told.append(places)
        if len(told) == 1:
            proxy.reset()

    assert (PLACE,) == tables.replace(image, URL, [PLACE], cut_once)

    assert [(PLACE,), (PLACE,)] == told
    assert Now({PLACE: URL}, "complete") == tables.now_of(ENTRY)


def test_undoing_whose_answer_is_lost(tables: DatabaseMainTables, proxy: TcpProxy) -> None:
    """The second try finds its own work, and takes it for no change of the user's."""
    (image,) = tables.processed_after(0, None)
    tables.replace(image, URL, [PLACE], lambda _: None)
    proxy.lose_answer_to(b"\x03COMMIT")

    undoing = Undoing(ENTRY, (PLACE,), (), is_reopened=True)
    assert undoing == tables.put_back(undoing)

    assert Now({PLACE: PATH}, "processed") == tables.now_of(ENTRY)
    assert [image] == [*tables.processed_after(0, None)]
