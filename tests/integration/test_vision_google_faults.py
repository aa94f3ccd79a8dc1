"""Google Vision's true client when the other side fails, is slow or away: what follows, over gRPC and REST."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from media_vm.errors import GiveUp, Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain
from media_vm.rules.findings import Call, Provider
from media_vm.rules.pictures import DataType
from media_vm.vision.google import GoogleSetup, GoogleVision, Transport
from tests.integration.google_set import ALL, BUDGET, KEY, SERVERS, Set, jpeg_of
from tests.stand_ins.google_vision import (
    Answer,
    Fault,
    Refusal,
    refused_picture,
)


@pytest.fixture(params=Transport)
def on(request: pytest.FixtureRequest) -> Iterator[Set]:
    """Once over each transport."""
    with SERVERS[request.param]() as server:
        yield Set(server, request.param)


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    return jpeg_of(400, 200)


FAULTS: dict[str, tuple[Answer, type[StepFailed], str, int]] = {
    "no key": (Refusal("UNAUTHENTICATED"), Misconfigured, "key_refused", 1),
    "forbidden": (Refusal("PERMISSION_DENIED", cause="BILLING_DISABLED"), Misconfigured, "key_refused", 1),
    "wrong key": (Refusal("INVALID_ARGUMENT", cause="API_KEY_INVALID"), Misconfigured, "key_refused", 1),
    "not enabled": (Refusal("FAILED_PRECONDITION"), Misconfigured, "not_enabled", 1),
    "another service": (Refusal("UNIMPLEMENTED"), Misconfigured, "wrong_endpoint", 1),
    "bad request": (Refusal("INVALID_ARGUMENT"), GiveUp, "provider_refused_image", 1),
    "rate": (Refusal("RESOURCE_EXHAUSTED", retry_after=7), ProviderDown, "rate_limited", 1),
    "500": (Refusal("INTERNAL"), ProviderDown, "provider_failed", 1),
    "503": (Refusal("UNAVAILABLE"), ProviderDown, "unavailable", 2),
    "503, later": (Refusal("UNAVAILABLE", retry_after=7), ProviderDown, "unavailable", 1),
    "504": (Refusal("DEADLINE_EXCEEDED"), TooSlow, "too_slow", 1),
    "hang": (Fault.HANG, TooSlow, "too_slow", 1),
    "drip": (Fault.DRIP, TooSlow, "too_slow", 1),
    "reset": (Fault.RESET, ProviderDown, "hung_up", 2),
    "cut": (Fault.CUT, ProviderDown, "hung_up", 2),
    "not its format": (Fault.NOT_ITS_FORMAT, ProviderDown, "not_the_api", 1),
    "wrong types": (Fault.WRONG_TYPES, ProviderDown, "not_the_api", 1),
    "no answer": (Fault.NO_ANSWER, ProviderDown, "not_the_api", 1),
    "nothing said": ({}, TryAgain, "empty_answer", 1),
    "gigabyte": (Fault.GIGABYTE, TryAgain, "answer_too_long", 1),
    "bad picture": (refused_picture(3), GiveUp, "provider_refused_image", 1),
    "picture's deadline": (refused_picture(4), TooSlow, "image_too_slow", 1),
    "picture's quota": (refused_picture(8), ProviderDown, "rate_limited", 1),
    "picture not now": (refused_picture(14), ProviderDown, "image_unavailable", 1),
    "picture failed": (refused_picture(13), TryAgain, "image_failed", 1),
    "picture forbidden": (refused_picture(7), Misconfigured, "key_refused", 1),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named_by_what_follows_from_it(
    on: Set, jpeg: bytes, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    """Within the budget, each call on the bill, and the key nowhere."""
    on.server.answer, kind, reason, calls = FAULTS[fault]
    caplog.set_level(logging.DEBUG)

    # Only who keeps silent is a question of time: a busy machine is no fault.
    budget = BUDGET if reason == "too_slow" else timedelta(seconds=20)
    with closing(on.google(budget=budget)) as google:
        started = time.monotonic()
        with pytest.raises(StepFailed) as caught:
            google.look(jpeg, DataType.PRODUCT)
        took = time.monotonic() - started

    assert (kind, reason) == (type(caught.value), caught.value.reason)
    assert calls == len(on.server.asked)
    assert [reason] * calls == [call.reason for call in on.bills]
    assert BUDGET.total_seconds() + 2 > took
    assert KEY not in f"{caught.getrepr(style='long', chain=True)} {[vars(one) for one in caplog.records]}"


def test_a_page_for_people_is_an_outage(on: Set, jpeg: bytes) -> None:
    """A login page with status 200, or HTML where frames of HTTP/2 should be."""
    on.server.answer = Fault.PAGE

    with closing(on.google()) as google, pytest.raises(ProviderDown, match="not_the_api"):
        google.look(jpeg, DataType.PRODUCT)


def test_how_long_to_wait_is_told(on: Set, jpeg: bytes) -> None:
    """RetryInfo's seconds, at most a day of them."""
    waits = []
    with closing(on.google()) as google:
        for seconds in (7, 10**9):
            on.server.answer = Refusal("RESOURCE_EXHAUSTED", retry_after=seconds)
            with pytest.raises(ProviderDown) as caught:
                google.look(jpeg, DataType.PRODUCT)
            waits.append(caught.value.retry_after)

    assert [timedelta(seconds=7), timedelta(days=1)] == waits


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.CUT, Refusal("UNAVAILABLE")], ids=str)
def test_a_passing_fault_is_tried_once_more(on: Set, jpeg: bytes, fault: Answer) -> None:
    """A connection that idle time closed costs no attempt of the picture's."""
    on.server.first.append(fault)

    with closing(on.google()) as google:
        seen = google.look(jpeg, DataType.PRODUCT)

    assert "Art" == seen.labels[0].name
    broke_off = isinstance(fault, Fault)  # what was sent may be billed, whatever became of the answer
    assert ["hung_up" if broke_off else "unavailable", None] == [call.reason for call in on.bills]
    assert [ALL if broke_off else (), ALL] == [call.units for call in on.bills]


def test_no_second_try_beyond_the_budget(on: Set, jpeg: bytes) -> None:
    """Where too little is left for one."""
    on.server.answer = Refusal("UNAVAILABLE")

    with closing(on.google(budget=timedelta(seconds=0.35))) as google, pytest.raises(ProviderDown):
        google.look(jpeg, DataType.PRODUCT)

    assert 1 == len(on.server.asked)


def test_one_call_has_its_own_limit(on: Set, jpeg: bytes) -> None:
    """Shorter than the budget."""
    on.server.answer = Fault.HANG
    started = time.monotonic()

    with (
        closing(on.google(budget=timedelta(seconds=30), limit=timedelta(seconds=0.3))) as google,
        pytest.raises(TooSlow),
    ):
        google.look(jpeg, DataType.PRODUCT)

    assert 5 > time.monotonic() - started


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DRIP])
def test_what_is_too_slow_holds_nothing(on: Set, jpeg: bytes, fault: Fault) -> None:
    """The call's thread ends soon after the wait for it did: a drip would hold it for ever."""
    on.server.answer = fault

    with closing(on.google(budget=timedelta(seconds=0.3))) as google:
        with pytest.raises(TooSlow):
            google.look(jpeg, DataType.PRODUCT)
        for thread in threading.enumerate():
            if thread.name == "vision-call":
                thread.join(2)

    assert [] == [thread for thread in threading.enumerate() if thread.name == "vision-call"]


def test_a_call_that_may_have_been_done_is_billed(on: Set, jpeg: bytes) -> None:
    """Who gave up waiting does not know; who was refused does."""
    on.server.answer = Fault.HANG
    with closing(on.google(budget=timedelta(seconds=0.3))) as google, pytest.raises(TooSlow):
        google.look(jpeg, DataType.PRODUCT)
    on.server.answer = Refusal("RESOURCE_EXHAUSTED")
    with closing(on.google()) as google, pytest.raises(ProviderDown):
        google.look(jpeg, DataType.PRODUCT)

    assert [ALL, ()] == [call.units for call in on.bills]
    assert (Provider.GOOGLE, "vision-v1", "vision") == (
        on.bills[0].provider,
        on.bills[0].model,
        on.bills[0].task,
    )
    assert 250 < on.bills[0].ms < 1000


@pytest.mark.parametrize("transport", Transport)
def test_nobody_there_is_an_outage(transport: Transport, jpeg: bytes) -> None:
    """A refused connection, tried twice."""
    bills: list[Call] = []
    setup = GoogleSetup("127.0.0.1:9", transport, KEY)

    with closing(GoogleVision(setup, bills.append, BUDGET)) as google, pytest.raises(ProviderDown):
        google.look(jpeg, DataType.PRODUCT)

    assert [("unreachable", ())] * 2 == [(call.reason, call.units) for call in bills]


def test_a_provider_that_comes_back_is_found_at_once(on: Set, jpeg: bytes) -> None:
    """gRPC by itself calls nobody for a second after a refused connection, then for two, up to two minutes."""
    with SERVERS[on.transport]() as gone:
        setup = GoogleSetup(gone.endpoint, on.transport, KEY)
    with closing(GoogleVision(setup, on.bills.append, timedelta(seconds=0.35))) as google:
        with pytest.raises(ProviderDown):
            google.look(jpeg, DataType.PRODUCT)
        with SERVERS[on.transport](port=gone.port):
            time.sleep(0.5)  # a few of the tenths of seconds between its first tries to connect
            seen = google.look(jpeg, DataType.PRODUCT)

    assert "Art" == seen.labels[0].name


def test_many_threads_share_one_client(on: Set, jpeg: bytes) -> None:
    """Eight at once, while the provider takes its time: they wait together, not one after the other."""
    on.server.latency = 0.3
    with closing(on.google(budget=timedelta(seconds=5))) as google, ThreadPoolExecutor(8) as pool:
        google.look(jpeg, DataType.PRODUCT)
        started = time.monotonic()
        seen = list(pool.map(lambda _: google.look(jpeg, DataType.PRODUCT), range(8)))
        took = time.monotonic() - started

    assert ["Art"] * 8 == [one.labels[0].name for one in seen]
    assert 2.0 > took
