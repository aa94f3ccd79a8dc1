"""Which model is asked for a picture: found before one is sent, remembered, and never one that only reads."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from media_vm.errors import Misconfigured, StepFailed
from media_vm.rules.failures import Kind
from media_vm.rules.findings import Provider
from media_vm.rules.pictures import DataType
from media_vm.testing import MemoryClock
from media_vm.vision.capability import Capabilities
from media_vm.vision.model_setup import ModelSetup
from tests.model_endpoints import KEY, PICTURE, eyes, seconds, setup_of
from tests.stand_ins import model_faults as faults
from tests.stand_ins.model_bodies import Model
from tests.stand_ins.model_faults import status
from tests.stand_ins.model_server import ModelServer, Step

READS = ("completion", "tools")
SEES = ("completion", "vision")


def chosen(server: ModelServer, provider: Provider = Provider.OLLAMA, model: str | None = None) -> str:
    return Capabilities().model(setup_of(server, provider, model=model), seconds(2))


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        (None, "qwen-vl:8b"),  # the first that sees
        ("gemma:latest", "gemma:latest"),  # the configured one
        ("gemma", "gemma:latest"),  # by its short name
        ("llama", "qwen-vl:8b"),  # the configured one only reads
        ("gone", "qwen-vl:8b"),  # the configured one is not there
    ],
)
@pytest.mark.parametrize("lists_capabilities", [True, False], ids=["tags", "show"])
def test_ollama_uses_the_configured_model_if_it_sees_else_the_first_that_does(
    server: ModelServer, configured: str | None, expected: str, *, lists_capabilities: bool
) -> None:
    """As `/api/tags` tells, or on an older server `/api/show`."""
    server.lists_capabilities = lists_capabilities
    server.models = [
        Model("embed:latest", ("embedding", "vision")),
        Model("llama:latest", READS),
        Model("qwen-vl:8b", SEES),
        Model("gemma:latest", SEES),
    ]

    assert expected == chosen(server, model=configured)


@pytest.mark.parametrize(
    "seeing",
    [Model("b", None, families=("llama", "clip")), Model("b", None, parts=("mllama.vision.block_count",))],
)
def test_the_oldest_ollama_tells_by_a_models_parts(server: ModelServer, seeing: Model) -> None:
    """No capabilities anywhere: a family of eyes, or a vision part, says it."""
    server.models = [Model("a", None, families=("llama",), parts=("llama.block_count",)), seeing]

    assert "b" == chosen(server)


@pytest.mark.parametrize("models", [[], [Model("llama", READS)], [Model("old", None, families=("llama",))]])
def test_where_none_sees_the_operator_is_told_the_remedy(server: ModelServer, models: list[Model]) -> None:
    """Nothing is asked of a text-only model; the sentence names what to do."""
    server.models = models
    with (
        eyes(server, Provider.OLLAMA) as seen,
        pytest.raises(Misconfigured, match="no model there sees") as raised,
    ):
        seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert "ollama pull llava" in str(raised.value)
    assert ([], []) == (server.calls, seen.bill)


def test_openrouter_is_asked_for_the_configured_model_alone(server: ModelServer) -> None:
    """It sees, by `input_modalities`; a routing word after it does not matter; another is never taken instead."""
    server.models = [Model("a/sees"), Model("a/reads", READS)]

    assert "a/sees" == chosen(server, Provider.OPENROUTER, "a/sees")
    assert "a/sees:floor" == chosen(server, Provider.OPENROUTER, "a/sees:floor")
    with pytest.raises(Misconfigured, match="model_is_blind"):
        chosen(server, Provider.OPENROUTER, "a/reads")
    with pytest.raises(Misconfigured, match="model_unknown"):
        chosen(server, Provider.OPENROUTER, "a/gone")
    assert [] == server.calls


@pytest.mark.parametrize(
    "model",
    [
        "text-embedding-3-small",
        "whisper-1",
        "tts-1-hd",
        "gpt-4o-mini-tts",
        "gpt-4o-audio-preview",
        "gpt-realtime",
        "gpt-4o-transcribe",
        "omni-moderation-latest",
        "gpt-3.5-turbo",
        "gpt-4",
        "gpt-4-0613",
        "o3-mini",
        "dall-e-3",
        "gpt-image-2.5-flare",
    ],
)
def test_openais_blind_models_are_refused_by_name(server: ModelServer, model: str) -> None:
    """Its list says nothing of pictures; nothing is sent."""
    with pytest.raises((Misconfigured), match="model_is_blind"):
        chosen(server, Provider.OPENAI, model)
    assert [] == server.asked


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4.1-mini", "gpt-5.4-mini", "gpt-6-luna", "o3", "gpt-4-turbo"])
def test_openais_other_models_are_trusted(server: ModelServer, model: str) -> None:
    """A name that nobody knows yet may see."""
    assert model == chosen(server, Provider.OPENAI, model)


FAILING: tuple[tuple[Step, Kind], ...] = (
    (status(401), Kind.MISCONFIGURED),
    (status(500), Kind.OUTAGE),
    (status(404), Kind.OUTAGE),
    (status(429, Retry_After="3"), Kind.OUTAGE),
    (faults.NOT_JSON, Kind.OUTAGE),
    (faults.DEEP_BODY, Kind.OUTAGE),
    (faults.reset, Kind.OUTAGE),
    (faults.gigabyte, Kind.OUTAGE),
    (faults.hang, Kind.TIMEOUT),
    (faults.drip, Kind.TIMEOUT),
    (faults.drip_headers, Kind.TIMEOUT),
)


@pytest.mark.parametrize("provider", [Provider.OLLAMA, Provider.OPENROUTER])
@pytest.mark.parametrize(("step", "kind"), FAILING)
def test_a_server_that_does_not_tell_is_not_sent_a_picture(
    server: ModelServer, provider: Provider, step: Step, kind: Kind
) -> None:
    """Not knowing is no leave to ask; it ends in its time, takes no gigabyte, and shows no key."""
    server.script(step, at="/api/tags" if provider is Provider.OLLAMA else "/models")
    with eyes(server, provider, budget=seconds(0.3)) as seen:
        began = time.monotonic()
        with pytest.raises(StepFailed) as raised:
            seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert kind == raised.value.kind
    assert time.monotonic() - began < 0.6
    assert ([], True) == (server.calls, server.sent < 20_000_000)
    assert KEY not in str(raised.value)


def test_lists_of_nonsense_hold_no_model(server: ModelServer) -> None:
    """Wrong types anywhere are no models, and no crash."""
    bodies = [{"models": 7}, {"models": [1, {"name": 5}, {"name": "a", "capabilities": [{}, None]}]}, {"data": []}]
    for body in bodies:
        server.script(faults.body(body), at="/api/tags")
        with pytest.raises(Misconfigured, match="no model there sees"):
            chosen(server)


def test_it_is_asked_once_in_ten_minutes(server: ModelServer) -> None:
    """Remembered a base URL; then asked anew, for models come and go."""
    clock = MemoryClock()
    capabilities = Capabilities(clock.seconds)
    setup = setup_of(server, Provider.OLLAMA)
    for wait, asked in ((0, 1), (599, 1), (2, 2)):
        clock.advance(seconds(wait))
        capabilities.model(setup, seconds(2))
        assert asked == len(server.asked)


def test_a_failure_is_not_remembered(server: ModelServer) -> None:
    """Who pulls a model that sees is not kept waiting."""
    capabilities = Capabilities()
    setup = setup_of(server, Provider.OLLAMA)
    server.models = []
    with pytest.raises(Misconfigured):
        capabilities.model(setup, seconds(2))
    server.models = [Model("llava:latest")]

    assert "llava:latest" == capabilities.model(setup, seconds(2))


def test_a_model_that_is_gone_is_looked_up_anew(server: ModelServer) -> None:
    """The answer 404 ends what was remembered; the next picture goes to the model that is there now."""
    server.models = [Model("old"), Model("new")]
    with eyes(server, Provider.OLLAMA, model=None) as seen:
        seen.vision.look(PICTURE, DataType.PRODUCT, "{}")
        server.models = [Model("new")]
        server.script(status(404, "model 'old' not found"))
        with pytest.raises(Misconfigured, match="model_unknown"):
            seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

        assert "new" == seen.vision.look(PICTURE, DataType.PRODUCT, "{}").model


def test_many_threads_ask_once(server: ModelServer) -> None:
    """One finds out, the others wait for what it learns."""
    capabilities, setup, start = Capabilities(), setup_of(server, Provider.OLLAMA), threading.Barrier(8)

    def ask(_: int) -> str:
        start.wait()
        return capabilities.model(setup, seconds(2))

    with ThreadPoolExecutor(8) as threads:
        assert ["llava:latest"] * 8 == list(threads.map(ask, range(8)))
    assert 1 == len(server.asked)


def test_who_waits_for_another_threads_question_waits_no_longer_than_its_own_time(server: ModelServer) -> None:
    """A hanging list costs the second one its budget, not the first one's."""
    server.script(faults.hang, at="/api/tags")
    capabilities, setup = Capabilities(), setup_of(server, Provider.OLLAMA)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(capabilities.model, setup, seconds(1))
        while not server.asked:
            time.sleep(0.01)
        began = time.monotonic()
        with pytest.raises(StepFailed, match="too_slow"):
            capabilities.model(setup, seconds(0.1))
        assert time.monotonic() - began < 0.4
        assert first.exception(3) is not None


def test_ollamas_address_may_end_in_v1() -> None:
    """Its own API lies beside `/v1`, the client's below it."""
    for base_url in ("http://127.0.0.1:11434", "http://127.0.0.1:11434/", "http://127.0.0.1:11434/v1/"):
        setup = ModelSetup(Provider.OLLAMA, base_url)
        assert ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1") == (setup.root, setup.url)
