"""Texts as vectors over real sockets, of three providers: checked, of length one, in order, and on the bill."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from media_vm.errors import Misconfigured, StepFailed, TryAgain
from media_vm.rules.failures import Kind
from media_vm.rules.findings import Call, Provider
from media_vm.vision.embeddings import ModelEmbeddings
from tests.model_endpoints import KEY, PROVIDERS, seconds, setup_of
from tests.stand_ins import model_faults as faults
from tests.stand_ins.model_faults import status
from tests.stand_ins.model_server import ModelServer, Step

MODEL = "text-embedding-3-small"


@contextmanager
def embeddings(
    server: ModelServer, provider: Provider, budget: float = 5
) -> Iterator[tuple[ModelEmbeddings, list[Call]]]:
    bill: list[Call] = []
    made = ModelEmbeddings(setup_of(server, provider, budget=seconds(budget)), bill.append)
    try:
        yield made, bill
    finally:
        made.close()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_text_has_its_vector_of_length_one(server: ModelServer, provider: Provider) -> None:
    """In the order of the texts, whatever the answer's; asked with the width that we store."""
    server.vector = lambda text, width: [float(text)] + [2.0] * (width - 1)
    with embeddings(server, provider) as (made, bill):
        vectors = made.embed(["1", "2", "3"], MODEL, 8)

    assert [1.0] * 3 == pytest.approx([math.hypot(*one) for one in vectors])
    assert [0.5, 1.0, 1.5] == pytest.approx([one[0] / one[1] for one in vectors])
    (asked,) = server.calls
    assert ("/embeddings", MODEL, 8) == (asked.path[-11:], asked.body["model"], asked.body["dimensions"])
    assert [("embedding", MODEL, 15, "req_e1", None)] == [
        (one.task, one.model, one.tokens_in, one.request_id, one.reason) for one in bill
    ]


def test_many_texts_go_in_several_calls(server: ModelServer) -> None:
    """So that no request is over a provider's limit; each is on the bill."""
    server.vector = lambda text, width: [float(text), 1.0]
    with embeddings(server, Provider.OPENAI) as (made, bill):
        vectors = made.embed([str(number) for number in range(70)], MODEL, 2)

    assert list(range(70)) == [round(one[0] / one[1]) for one in vectors]
    assert [32, 32, 6] == [len(one.body["input"]) for one in server.calls]
    assert 3 == len(bill)


def test_no_texts_cost_nothing(server: ModelServer) -> None:
    """And ask nobody."""
    with embeddings(server, Provider.OLLAMA) as (made, _):
        assert [] == made.embed([], MODEL, 8)
    assert [] == server.asked


BAD: list[list[Any]] = [
    [math.nan, 1.0],
    [math.inf, 1.0],
    [0.0, 0.0],
    [True, False],
    ["1", "2"],
    [None, 1.0],
    [[1.0], 1.0],
    [1.7e308, 1.7e308],
]


@pytest.mark.parametrize("vector", BAD, ids=str)
def test_a_vector_that_is_none_is_refused(server: ModelServer, vector: list[Any]) -> None:
    """Not finite, no numbers or no direction: a failure, and billed as one."""
    server.vector = lambda _text, _width: vector
    with embeddings(server, Provider.OPENAI) as (made, bill), pytest.raises(TryAgain, match="bad_vectors"):
        made.embed(["a"], MODEL, 2)

    assert [("bad_vectors", 5)] == [(one.reason, one.tokens_in) for one in bill]


def test_a_vector_of_another_width_is_a_matter_of_settings(server: ModelServer) -> None:
    """The sentence says which number to set."""
    server.vector = lambda _text, _width: [0.1] * 768
    with embeddings(server, Provider.OLLAMA) as (made, _), pytest.raises(Misconfigured, match="768"):
        made.embed(["a"], MODEL, 1536)


ENTRY = {"object": "embedding", "index": 0, "embedding": [1.0, 0.0]}
WRONG_BODIES: list[dict[str, Any]] = [
    {},
    {"data": "x"},
    {"data": [7]},
    {"data": [ENTRY, ENTRY]},
    {"data": [ENTRY | {"index": 5}]},
    {"data": [ENTRY | {"index": "0"}]},
    {"data": [ENTRY, ENTRY | {"index": 1}]},
    {"data": [ENTRY | {"embedding": "AAAA"}]},
]


@pytest.mark.parametrize("body", WRONG_BODIES, ids=str)
def test_an_answer_of_wrong_types_or_numbers_is_refused(server: ModelServer, body: dict[str, Any]) -> None:
    """One vector a text, numbered once each, or none at all."""
    server.script(faults.body(body))
    with embeddings(server, Provider.OPENAI) as (made, _), pytest.raises(TryAgain, match="bad_vectors"):
        made.embed(["a"], MODEL, 2)


FAULTS: list[tuple[Step, Kind]] = [
    (status(401, f"no such key {KEY}"), Kind.MISCONFIGURED),
    (status(402), Kind.OUTAGE),
    (status(404), Kind.MISCONFIGURED),
    (status(429, Retry_After="3"), Kind.OUTAGE),
    (status(500), Kind.OUTAGE),
    (status(400, "the schema of your request"), Kind.TRANSIENT),
    (faults.hang, Kind.TIMEOUT),
    (faults.drip, Kind.TIMEOUT),
    (faults.reset, Kind.OUTAGE),
    (faults.gigabyte, Kind.TRANSIENT),
    (faults.DEEP_BODY, Kind.OUTAGE),
]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("step", "kind"), FAULTS)
def test_faults_are_told_as_for_pictures(server: ModelServer, provider: Provider, step: Step, kind: Kind) -> None:
    """The same client, the same kinds; within the budget, billed once, without the key."""
    server.otherwise = step
    with embeddings(server, provider, budget=0.4) as (made, bill):
        began = time.monotonic()
        with pytest.raises(StepFailed) as raised:
            made.embed(["a"], MODEL, 2)

    assert kind == raised.value.kind
    assert time.monotonic() - began < 0.65
    assert ("embedding", 1) == (bill[0].task, len(bill))
    assert KEY not in str(raised.value) + repr(bill)
