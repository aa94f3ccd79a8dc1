"""All that a model's server may do wrong, in three dialects: which failure follows, at what cost, how soon."""

from __future__ import annotations

import logging
import socket
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from media_vm.errors import Misconfigured, ProviderDown, StepFailed, TooSlow
from media_vm.rules.failures import Kind
from media_vm.rules.findings import Provider
from media_vm.rules.pictures import DataType
from tests.model_endpoints import KEY, PICTURE, PROVIDERS, eyes, seconds
from tests.stand_ins import model_answers as said
from tests.stand_ins import model_faults as faults
from tests.stand_ins.model_faults import status
from tests.stand_ins.model_server import ModelServer, Step

BUDGET = 0.4
AMPLE = 20.0  # for what is no question of time: a busy machine is no fault
SLACK = 2.0


@dataclass(frozen=True)
class Fault:
    """What the server does at every call, and what is to follow."""

    name: str
    step: Step
    kind: Kind
    reason: str
    calls: int = 1
    retry_after: float | None = None


LEAK = f"Incorrect API key provided: {KEY}"
FAULTS = (
    Fault("400", status(400, "bad picture"), Kind.TRANSIENT, "request_refused"),
    Fault("401", status(401, LEAK), Kind.MISCONFIGURED, "key_refused"),
    Fault("402", status(402), Kind.OUTAGE, "no_credit"),
    Fault("403", status(403, LEAK), Kind.MISCONFIGURED, "key_refused"),
    Fault("403 moderated", faults.body(faults.MODERATED, 403), Kind.TRANSIENT, "refused"),
    Fault("403 moderated within 200", faults.body(faults.MODERATED), Kind.TRANSIENT, "refused"),
    Fault("a policy", faults.failed("content_policy_violation", 400), Kind.TRANSIENT, "refused"),
    Fault("a policy within 200", faults.failed("image_content_policy_violation"), Kind.TRANSIENT, "refused"),
    Fault("a bad picture within 200", faults.failed("image_parse_error"), Kind.TRANSIENT, "request_refused"),
    Fault("500 within 200", faults.failed("server_error"), Kind.OUTAGE, "unavailable"),
    Fault("429 within 200", faults.failed("rate_limit_exceeded"), Kind.OUTAGE, "busy"),
    Fault("404", status(404, "no such model"), Kind.MISCONFIGURED, "model_unknown"),
    Fault("408", status(408), Kind.TIMEOUT, "too_slow"),
    Fault("413", status(413), Kind.TRANSIENT, "request_refused"),
    Fault("429", status(429, Retry_After="7"), Kind.OUTAGE, "busy", retry_after=7),
    Fault("429 for years", status(429, Retry_After="999999999"), Kind.OUTAGE, "busy", retry_after=86400),
    Fault("429 of nonsense", status(429, Retry_After="soon"), Kind.OUTAGE, "busy"),
    Fault("no quota", faults.body({"error": {"code": "insufficient_quota"}}, 429), Kind.OUTAGE, "no_credit"),
    Fault("500", status(500), Kind.OUTAGE, "unavailable"),
    Fault("503", status(503, Retry_After="2"), Kind.OUTAGE, "unavailable", retry_after=2),
    Fault("502 within 200", faults.body({"error": {"code": 502}}), Kind.OUTAGE, "unavailable"),
    Fault("redirect", faults.redirect("http://127.0.0.1:1/v1"), Kind.MISCONFIGURED, "redirected"),
    Fault("hang", faults.hang, Kind.TIMEOUT, "too_slow"),
    Fault("drip", faults.drip, Kind.TIMEOUT, "too_slow"),
    Fault("dripping headers", faults.drip_headers, Kind.TIMEOUT, "too_slow"),
    Fault("reset", faults.reset, Kind.OUTAGE, "hung_up"),
    Fault("cut off", faults.cut_off, Kind.OUTAGE, "hung_up"),
    Fault("compressed", faults.GZIPPED, Kind.OUTAGE, "not_the_api"),
    Fault("gigabyte", faults.gigabyte, Kind.TRANSIENT, "answer_too_long"),
    Fault("deep body", faults.DEEP_BODY, Kind.OUTAGE, "not_the_api"),
    Fault("a page", faults.NOT_JSON, Kind.OUTAGE, "not_the_api"),
    Fault("NaN everywhere", faults.NAN_BODY, Kind.TRANSIENT, "empty_answer"),
    Fault("wrong types everywhere", faults.WRONG_BODY, Kind.TRANSIENT, "empty_answer"),
    Fault("empty", said.EMPTY, Kind.TRANSIENT, "empty_answer"),
    Fault("cut", said.CUT, Kind.TRANSIENT, "cut_answer"),
    Fault("refused", said.REFUSED, Kind.TRANSIENT, "refused"),
    Fault("filtered", said.FILTERED, Kind.TRANSIENT, "refused"),
    Fault("off schema", said.WRONG_SCHEMA, Kind.TRANSIENT, "off_schema", calls=2),
    Fault("prose", said.NO_JSON, Kind.TRANSIENT, "off_schema", calls=2),
    Fault("wrong types", said.WRONG_TYPES, Kind.TRANSIENT, "off_schema", calls=2),
    Fault("deep answer", said.DEEP, Kind.TRANSIENT, "off_schema", calls=2),
)


SLOW = (faults.hang, faults.drip, faults.drip_headers)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_has_its_kind_its_price_and_its_end(
    server: ModelServer, provider: Provider, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """Kind and reason by the table, no call too many, each on the bill, within the budget, and no key anywhere."""
    caplog.set_level(logging.DEBUG)
    server.otherwise = fault.step
    budget = BUDGET if fault.step in SLOW else AMPLE
    with eyes(server, provider, budget=seconds(budget), call_timeout=seconds(budget)) as seen:
        seen.vision.model(seconds(2))
        began = time.monotonic()
        with pytest.raises(StepFailed) as raised:
            seen.vision.look(PICTURE, DataType.PRODUCT, "{}")
        took = time.monotonic() - began

    failure = raised.value
    assert (fault.kind, fault.reason) == (failure.kind, failure.reason)
    assert (timedelta(seconds=fault.retry_after) if fault.retry_after else None) == failure.retry_after
    assert fault.calls == len(server.calls)
    assert [fault.reason if fault.calls == 1 else "off_schema"] * fault.calls == [one.reason for one in seen.bill]
    assert took < BUDGET + SLACK
    told = [str(failure), repr(failure), repr(seen.bill), repr(seen.vision.setup), caplog.text]
    told += traceback.format_exception(failure)
    assert KEY not in "".join(told)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_gigabyte_is_not_read(server: ModelServer, provider: Provider) -> None:
    """The cap stops it: what is in flight beyond it are buffers of sockets."""
    server.otherwise = faults.gigabyte
    with eyes(server, provider) as seen, pytest.raises(StepFailed, match="answer_too_long"):
        seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert server.sent < 20_000_000


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_repair_lives_on_what_is_left(server: ModelServer, provider: Provider) -> None:
    """A second call that hangs ends with the budget of the picture, not with one of its own."""
    server.script(said.WRONG_SCHEMA, faults.hang)
    with eyes(server, provider, budget=seconds(0.5), call_timeout=seconds(10)) as seen:
        seen.vision.model(seconds(2))
        began = time.monotonic()
        with pytest.raises(TooSlow):
            seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert time.monotonic() - began < 3
    assert ["off_schema", "too_slow"] == [one.reason for one in seen.bill]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_call_ends_at_its_own_timeout(server: ModelServer, provider: Provider) -> None:
    """One call's limit holds even where the budget is larger."""
    server.otherwise = faults.drip
    with eyes(server, provider, budget=seconds(10), call_timeout=seconds(0.3)) as seen:
        seen.vision.model(seconds(2))
        began = time.monotonic()
        with pytest.raises(TooSlow):
            seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert time.monotonic() - began < 3


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_debug_log_holds_neither_key_nor_picture_nor_prompt(
    server: ModelServer, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the client and its sockets tell about themselves: a log may be read by anyone."""
    caplog.set_level(logging.DEBUG)
    with eyes(server, provider) as seen:
        seen.vision.look(PICTURE, DataType.PRODUCT, '{"brand": "canary-brand"}')

    assert "canary" not in caplog.text and "base64" not in caplog.text and "You describe" not in caplog.text


def test_a_server_that_never_reads_costs_no_more_than_the_budget() -> None:
    """Connected, but its buffers fill up: writing shares the deadline."""
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        silent = ModelServer(f"http://127.0.0.1:{deaf.getsockname()[1]}")
        with eyes(silent, Provider.OPENAI, budget=seconds(BUDGET)) as seen:
            began = time.monotonic()
            with pytest.raises(TooSlow):
                seen.vision.look(b"x" * 12_000_000, DataType.PRODUCT, "{}")

    assert time.monotonic() - began < BUDGET + SLACK


def test_nobody_there_is_an_outage() -> None:
    """A refused connection says nothing of the picture."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = ModelServer(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with eyes(nobody, Provider.OPENAI) as seen, pytest.raises(ProviderDown, match="unreachable"):
            seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert ["unreachable"] == [one.reason for one in seen.bill]


@contextmanager
def blackhole() -> Iterator[ModelServer]:
    """Nobody accepts and the queue is full: further connections are not answered, as if packets vanished."""
    with socket.socket() as full, ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield ModelServer(f"http://127.0.0.1:{full.getsockname()[1]}")


@pytest.mark.parametrize(
    ("budget", "kind", "reason"), [(1.1, Kind.OUTAGE, "unreachable"), (0.3, Kind.TIMEOUT, "too_slow")]
)
def test_who_takes_no_connection_is_not_there(budget: float, kind: Kind, reason: str) -> None:
    """An outage for all, not this picture's slowness; but what was left of a budget may have been too little."""
    with (
        blackhole() as nobody,
        eyes(nobody, Provider.OPENAI, budget=seconds(budget)) as seen,
        pytest.raises(StepFailed) as raised,
    ):
        seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert (kind, reason) == (raised.value.kind, raised.value.reason)
    assert [reason] == [one.reason for one in seen.bill]


@pytest.mark.parametrize("key", ["", "canary key", "canary\n", "schlüssel-canary"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_key_that_is_none_is_refused_before_it_is_sent(
    server: ModelServer, provider: Provider, key: str
) -> None:
    """A header cannot carry it, and the error of who tries would show it."""
    with eyes(server, provider, key=key) as seen, pytest.raises(Misconfigured, match="key_unusable") as raised:
        seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert [] == server.asked
    assert "canary" not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("url", ["", "localhost:11434", "ftp://127.0.0.1/v1", "http://[::1", "http://h:99999/v1"])
def test_a_base_url_that_is_none_is_misconfigured(server: ModelServer, url: str) -> None:
    """Told to the operator, not tried."""
    with (
        eyes(server, Provider.OLLAMA, base_url=url or "http://") as seen,
        pytest.raises(Misconfigured, match="base_url_unusable"),
    ):
        seen.vision.look(PICTURE, DataType.PRODUCT, "{}")
