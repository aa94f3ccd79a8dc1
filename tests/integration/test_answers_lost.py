"""A worker that never hears whether its COMMIT took effect: every write of a lease has exactly one effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import Engine, text
from sqlmodel import col, select

from media_vm.adapters.engine import open_engine
from media_vm.adapters.tables import MediaCallback, MediaEvent, ProcessingChecklist
from media_vm.adapters.transactions import reading
from media_vm.errors import LeaseLost
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.checklist import Step, spend
from media_vm.rules.outcomes import announced, completed
from media_vm.rules.policy import Policy
from media_vm.values import Claim, Outcome, PendingImage
from tests.faults.tcp_proxy import TcpProxy, tcp_proxy
from tests.integration.databases import Box, migrated_engine, real_box, remembered
from tests.mariadb import PrivateMariaDB

POLICY, LEASE = Policy(), timedelta(seconds=60)
IMAGE = PendingImage(123, 456, "/temp_images/products/456-product-1.jpg", "a.jpg", "image/jpeg", None, None)
COMMIT = b"\x03COMMIT"


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = migrated_engine("mariadb", request)
    yield opened
    opened.dispose()


@pytest.fixture
def proxy(mariadb: PrivateMariaDB) -> Iterator[TcpProxy]:
    with tcp_proxy(("127.0.0.1", mariadb.port)) as running:
        yield running


@pytest.fixture
def box(engine: Engine, proxy: TcpProxy) -> Iterator[Box]:
    """Leases and store behind the proxy, one media remembered."""
    far = open_engine(f"mysql+pymysql://root@127.0.0.1:{proxy.port}/{engine.url.database}")
    box = real_box(far, POLICY, LEASE)
    remembered(box.store, IMAGE)
    yield box
    far.dispose()


def claimed(box: Box) -> Claim:
    claim = box.leases.claim("worker-1")
    assert claim is not None
    return claim


def row_of(engine: Engine) -> ProcessingChecklist:
    with reading(engine) as session:
        return session.exec(select(ProcessingChecklist)).one()


def history(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.exec(select(MediaEvent.name).order_by(col(MediaEvent.id))))


def test_a_claim_is_known_by_its_token(box: Box, engine: Engine, proxy: TcpProxy) -> None:
    """The worker that took it has it: one attempt spent, and it can go on."""
    proxy.lose_answer_to(COMMIT)

    claim = claimed(box)

    assert claim.token == row_of(engine).lease_token
    assert (Step.RETRIEVE_FILE, 1) == (claim.media.checklist.running, row_of(engine).retrieve_file_attempts)
    box.leases.renew(claim)


def test_an_outcome_is_recorded_once(box: Box, engine: Engine, proxy: TcpProxy) -> None:
    """One line of history, one event, and the checklist as it was meant."""
    claim = claimed(box)
    checklist = spend(completed(claim.media.checklist, Step.RETRIEVE_FILE), claim.now, POLICY)
    event = Event(EventKind.COMPLETE, 123, "key", "{}")
    proxy.lose_answer_to(COMMIT)

    media = box.store.record(
        claim,
        announced(checklist, EventKind.COMPLETE, claim.now),
        Outcome(Step.RETRIEVE_FILE, new_event=event),
    )

    assert ["remembered", "retrieve_file completed"] == history(engine)
    assert event == box.store.open_event(claim.media.id)
    assert Step.AI_VISUAL_ANALYSIS == media.checklist.running
    assert 1 == media.checklist[Step.AI_VISUAL_ANALYSIS].attempts


def test_an_attempt_to_tell_is_counted_once(box: Box, engine: Engine, proxy: TcpProxy) -> None:
    """An answered event is answered; the second outcome of one lease is not taken for the first."""
    claim = claimed(box)
    event = Event(EventKind.COMPLETE, 123, "key", "{}")
    checklist = announced(claim.media.checklist, EventKind.COMPLETE, claim.now)
    box.store.record(claim, checklist, Outcome(Step.RESIZE_OPTIMIZE, new_event=event))
    proxy.lose_answer_to(COMMIT)

    box.store.record(claim, checklist, Outcome(Step.UPDATE_CALLBACK, "answered 200", answered=event))

    with reading(engine) as session:
        callback = session.exec(select(MediaCallback)).one()
    assert (1, "answered 200") == (callback.attempts, callback.answer)
    assert ["remembered", "resize_optimize completed", "update_callback completed"] == history(engine)


def test_a_release_gives_one_attempt_back(box: Box, engine: Engine, proxy: TcpProxy) -> None:
    """And the media is due when it was said to be."""
    claim = claimed(box)
    later = claim.now + timedelta(seconds=30)
    proxy.lose_answer_to(COMMIT)

    box.leases.release(claim, later)

    row = row_of(engine)
    assert (0, None, later) == (row.retrieve_file_attempts, row.lease_expires_at, row.due_at)


def test_a_renewal_holds(box: Box, engine: Engine, proxy: TcpProxy) -> None:
    """Pushed twice is pushed once."""
    claim = claimed(box)
    first = row_of(engine).lease_expires_at
    proxy.lose_answer_to(COMMIT)

    box.leases.renew(claim)

    last = row_of(engine).lease_expires_at
    assert first is not None and last is not None and first < last


def test_a_media_is_remembered_once(box: Box, engine: Engine, proxy: TcpProxy) -> None:
    """The second run finds it known."""
    proxy.lose_answer_to(COMMIT)

    remembered(box.store, PendingImage(124, 456, "/temp_images/products/b.jpg", "b.jpg", "image/jpeg", None, None))

    with engine.connect() as connection:
        assert 2 == connection.scalar(text("SELECT count(*) FROM media_files"))
        assert 2 == connection.scalar(text("SELECT count(*) FROM processing_checklist"))
    assert ["remembered", "remembered"] == history(engine)


def test_who_was_replaced_meanwhile_is_told_so(box: Box, engine: Engine, proxy: TcpProxy) -> None:
    """The outcome took effect, the answer got lost, and before the worker came back somebody else had the item."""
    claim = claimed(box)

    def take_over(_logger: object, _method: str, line: MutableMapping[str, object]) -> Mapping[str, object]:
        with engine.begin() as connection:
            connection.execute(text("UPDATE processing_checklist SET lease_token = 'somebody else'"))
        raise structlog.DropEvent

    structlog.configure(processors=[take_over], cache_logger_on_first_use=False)
    proxy.lose_answer_to(COMMIT)

    with pytest.raises(LeaseLost):
        box.store.record(claim, claim.media.checklist, Outcome(Step.RETRIEVE_FILE))

    assert ["remembered", "retrieve_file completed"] == history(engine)
