"""Several vision models, true clients against stand-ins: the first that answers; what is told when none does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from media_vm.errors import GiveUp, StepFailed
from media_vm.rules.failures import Kind
from media_vm.rules.findings import Provider, Told
from media_vm.rules.pictures import DataType
from media_vm.vision.chain import first_answer, said_by
from media_vm.vision.model import ModelVision
from tests.model_endpoints import PICTURE, PROVIDERS, eyes, seconds
from tests.stand_ins.model_answers import RIGHT, WRONG_SCHEMA
from tests.stand_ins.model_bodies import Model
from tests.stand_ins.model_faults import hang, status
from tests.stand_ins.model_server import ModelServer, Step, model_server


@dataclass(frozen=True)
class Chained:
    """OpenAI, OpenRouter and Ollama, each with a server of its own."""

    models: list[ModelVision]
    servers: list[ModelServer]
    budget: timedelta

    def answer(self, *steps: Step) -> None:
        for server, step in zip(self.servers, steps, strict=True):
            server.otherwise = step

    def asked(self) -> tuple[Told | None, tuple[StepFailed, ...]]:
        return first_answer(self.models, PICTURE, DataType.PRODUCT, "{}", self.budget)

    def look(self) -> Provider | None:
        told, _ = self.asked()
        return told.provider if told else None

    @property
    def calls(self) -> list[int]:
        return [len(server.calls) for server in self.servers]


@contextmanager
def chained(budget: float = 5) -> Iterator[Chained]:
    with ExitStack() as stack:
        servers = [stack.enter_context(model_server()) for _ in PROVIDERS]
        models = [
            stack.enter_context(eyes(server, provider)).vision
            for server, provider in zip(servers, PROVIDERS, strict=True)
        ]
        yield Chained(models, servers, seconds(budget))


def test_the_first_that_answers_is_the_only_one_asked() -> None:
    """Nobody pays for a second opinion."""
    with chained() as given:
        assert Provider.OPENAI == given.look()
        assert [1, 0, 0] == given.calls


@pytest.mark.parametrize("step", [status(401), status(500), status(429), WRONG_SCHEMA])
def test_who_fails_is_followed_by_the_next(step: Step) -> None:
    """A wrong key, an outage, an answer of no use: the next one is asked within the same look."""
    with chained() as given:
        given.answer(step, step, RIGHT)

        assert Provider.OLLAMA == given.look()


def test_a_blind_model_is_passed_over() -> None:
    """OpenRouter's model only reads: it is not asked, the next one is."""
    with chained() as given:
        given.answer(status(500), RIGHT, RIGHT)
        given.servers[1].models = [Model("llava:latest", ("completion",))]

        assert Provider.OLLAMA == given.look()
        assert [1, 0, 1] == given.calls


def test_whose_failure_it_is_is_told() -> None:
    """Of each who was asked before, whoever answered in the end."""
    with chained() as given:
        given.answer(status(401), status(500), RIGHT)
        told, failures = given.asked()
        given.answer(status(401), status(500), WRONG_SCHEMA)
        nobody, all_of_them = given.asked()

    assert (Provider.OLLAMA, None) == (told.provider if told else None, nobody)
    expected = [(Provider.OPENAI, Kind.MISCONFIGURED), (Provider.OPENROUTER, Kind.OUTAGE)]
    assert expected == [(one.provider, one.kind) for one in failures]
    assert [*expected, (Provider.OLLAMA, Kind.TRANSIENT)] == [(one.provider, one.kind) for one in all_of_them]


def test_that_it_does_not_take_the_picture_says_nothing_of_it() -> None:
    """GiveUp would condemn bytes that we can read."""
    said = said_by(Provider.GOOGLE, GiveUp("provider_refused_image", "it does not take it"))

    assert (Kind.TRANSIENT, "provider_refused_image", Provider.GOOGLE) == (said.kind, said.reason, said.provider)


def test_of_nobody_nothing_comes() -> None:
    """No model is set up, or all are away."""
    assert (None, ()) == first_answer([], PICTURE, DataType.PRODUCT, "{}", seconds(1))


def test_a_hanging_first_leaves_the_others_their_share() -> None:
    """A third of the time each: the second one still answers within the whole budget."""
    with chained(budget=6) as given:
        given.answer(hang, RIGHT, RIGHT)
        began = time.monotonic()

        assert Provider.OPENROUTER == given.look()
        assert 2 <= time.monotonic() - began < 5


def test_the_whole_chain_ends_within_its_budget() -> None:
    """Three that hang cost one budget, not three."""
    with chained(budget=0.6) as given:
        given.answer(hang, hang, hang)
        began = time.monotonic()
        told, failures = given.asked()

    assert (None, {"too_slow"}) == (told, {one.reason for one in failures})
    assert time.monotonic() - began < 1.7
