"""Transactions on real databases: run again whole when undone or cut off, and then written exactly once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine, text
from sqlmodel import Session

from media_vm.adapters import engine as opening
from media_vm.adapters.engine import open_engine
from media_vm.adapters.transactions import TRIES, reading, transact
from media_vm.errors import DatabaseDown
from tests.faults.tcp_proxy import TcpProxy, tcp_proxy
from tests.integration.databases import empty_mariadb, migrated, migrated_engine
from tests.mariadb import PrivateMariaDB, private_mariadb

Cut = Callable[[TcpProxy], None]


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = migrated_engine("mariadb", request)
    with opened.begin() as connection:
        connection.execute(text("INSERT INTO media_marks VALUES ('a', NOW(), ''), ('b', NOW(), '')"))
    yield opened
    opened.dispose()


@pytest.fixture
def proxy(mariadb: PrivateMariaDB) -> Iterator[TcpProxy]:
    with tcp_proxy(("127.0.0.1", mariadb.port)) as running:
        yield running


@pytest.fixture
def far(engine: Engine, proxy: TcpProxy) -> Iterator[Engine]:
    """The same database, reached through the proxy."""
    opened = open_engine(f"mysql+pymysql://root@127.0.0.1:{proxy.port}/{engine.url.database}")
    yield opened
    opened.dispose()


@pytest.fixture
def replays() -> list[object]:
    """The codes of all replays, in order."""
    codes: list[object] = []

    def note(_logger: object, _method: str, line: MutableMapping[str, object]) -> Mapping[str, object]:
        codes.append((line["event"], line["code"]))
        raise structlog.DropEvent

    structlog.configure(processors=[note], cache_logger_on_first_use=False)
    return codes


def stroke(session: Session, name: str) -> None:
    """One effect more on a mark: an `x` at the end of its note."""
    session.connection().execute(
        text("UPDATE media_marks SET note = CONCAT(note, 'x') WHERE name = :name"), {"name": name}
    )


def strokes(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        return {
            name: len(note)
            for name, note in session.connection().execute(text("SELECT name, note FROM media_marks"))
        }


def replayed(*codes: int) -> list[object]:
    return [("transaction_replayed", code) for code in codes]


def test_the_victim_of_a_deadlock_runs_again(engine: Engine, replays: list[object]) -> None:
    """Two that lock the same two rows crosswise: one is undone (1213), and both are written once."""
    both_hold_one = threading.Barrier(2)

    def crosswise(first: str, second: str) -> None:
        runs = []

        def work(session: Session) -> None:
            runs.append(first)
            stroke(session, first)
            if len(runs) == 1:
                both_hold_one.wait()
            stroke(session, second)

        transact(engine, work)

    threads = [threading.Thread(target=crosswise, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {"a": 2, "b": 2} == strokes(engine)
    assert replayed(1213) == replays


def test_a_lock_wait_that_ends_undoes_the_whole_transaction(engine: Engine, replays: list[object]) -> None:
    """The server undoes the last statement alone (1205); what was written before it must not count twice."""
    other = engine.connect()
    other.execute(text("UPDATE media_marks SET note = '' WHERE name = 'b'"))
    runs: list[Session] = []

    def work(session: Session) -> None:
        if runs:
            other.rollback()
        runs.append(session)
        session.connection().execute(text("SET SESSION innodb_lock_wait_timeout = 1"))
        stroke(session, "a")
        stroke(session, "b")

    transact(engine, work)
    other.close()

    assert {"a": 1, "b": 1} == strokes(engine)
    assert replayed(1205) == replays


@pytest.mark.parametrize(
    "fault",
    [
        TcpProxy.cut,
        TcpProxy.reset,
        lambda proxy: proxy.cut_after(3),
        lambda proxy: proxy.lose_answer_to(b"UPDATE"),
    ],
    ids=["cut", "reset", "in the middle of an answer", "answer lost"],
)
def test_a_connection_lost_on_the_way_costs_nothing(
    far: Engine, proxy: TcpProxy, replays: list[object], fault: Cut
) -> None:
    """Whatever the network does to the first run, the second one is the only one."""
    runs = []

    def work(session: Session) -> None:
        runs.append(session)
        stroke(session, "a")
        if len(runs) == 1:
            fault(proxy)
        stroke(session, "b")

    transact(far, work)

    assert {"a": 1, "b": 1} == strokes(far)
    assert replayed(2013) == replays or replayed(2006) == replays


def test_a_stalled_connection_is_given_up(
    engine: Engine, proxy: TcpProxy, replays: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for an answer longer than the time limit; the transaction runs on another connection."""
    monkeypatch.setitem(opening.SERVER, "read_timeout", 1)
    far = open_engine(f"mysql+pymysql://root@127.0.0.1:{proxy.port}/{engine.url.database}")
    runs = []

    def work(session: Session) -> None:
        runs.append(session)
        if len(runs) == 1:
            session.connection()  # else it would be made after the stall
            proxy.stall()
        stroke(session, "a")

    transact(far, work)
    far.dispose()

    assert {"a": 1, "b": 0} == strokes(engine)
    assert replayed(2013) == replays


def test_a_connection_that_went_stale_in_the_pool_is_not_noticed(
    far: Engine, proxy: TcpProxy, replays: list[object]
) -> None:
    """It is tried before it is used: a restarted server costs nobody a transaction."""
    transact(far, lambda session: stroke(session, "a"))
    proxy.cut()

    transact(far, lambda session: stroke(session, "a"))

    assert 2 == strokes(far)["a"]
    assert [] == replays


def test_a_network_that_stays_broken_is_a_database_that_is_down(far: Engine, proxy: TcpProxy) -> None:
    """After a few runs the caller hears of it, and nothing is written."""
    runs = []

    def work(session: Session) -> None:
        runs.append(session)
        stroke(session, "a")
        proxy.cut()
        stroke(session, "b")

    with pytest.raises(DatabaseDown) as raised:
        transact(far, work)

    assert TRIES == len(runs)
    assert {"a": 0, "b": 0} == strokes(far)
    assert "UPDATE" not in str(raised.value)


def test_a_mistake_of_ours_does_not_run_again(engine: Engine, replays: list[object]) -> None:
    """It is raised as it is: replaying would only hide it."""
    runs = []

    def work(session: Session) -> None:
        runs.append(session)
        stroke(session, "a")
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        transact(engine, work)

    assert (1, []) == (len(runs), replays)
    assert {"a": 0, "b": 0} == strokes(engine)


def test_a_server_killed_in_the_middle_undoes_all(tmp_path: Path, replays: list[object]) -> None:
    """kill -9 between two statements, then a restart: the transaction runs again and is written once."""
    with private_mariadb(tmp_path / "own") as server:
        engine = migrated(empty_mariadb(server))
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO media_marks VALUES ('a', NOW(), ''), ('b', NOW(), '')"))
        runs = []

        def work(session: Session) -> None:
            runs.append(session)
            stroke(session, "a")
            if len(runs) == 1:
                server.kill()
                server.start()
            stroke(session, "b")

        transact(engine, work)

        assert {"a": 1, "b": 1} == strokes(engine)
        assert 1 == len(replays)
        engine.dispose()


def test_a_pool_without_a_free_connection_is_down(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever behind threads that never let go."""
    narrow = open_engine(engine.url.render_as_string(hide_password=False), connections=1)
    monkeypatch.setattr(narrow.pool, "_timeout", 0.05)
    monkeypatch.setattr(narrow.pool, "_max_overflow", 0)

    with narrow.connect(), pytest.raises(DatabaseDown, match="every connection"), reading(narrow) as session:
        session.connection()

    narrow.dispose()
