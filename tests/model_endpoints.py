"""The three dialects of the stand-in model server as endpoints, with budgets of tenths of a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import openai  # noqa: F401 - a second of importing belongs to no test's budget

from media_vm.rules.findings import Call, Provider
from media_vm.vision import model_wire  # noqa: F401 - nor does this
from media_vm.vision.capability import Capabilities
from media_vm.vision.model import ModelVision
from media_vm.vision.model_setup import Dialect, ModelSetup
from tests import canaries
from tests.stand_ins.model_server import ModelServer

KEY = canaries.OPENAI_API_KEY
PICTURE = b"\xff\xd8\xff\xe0 the bytes of a picture"
PROVIDERS = (Provider.OPENAI, Provider.OPENROUTER, Provider.OLLAMA)
NAMES = {Provider.OPENAI: "gpt-5.4-mini", Provider.OPENROUTER: "llava:latest", Provider.OLLAMA: "llava:latest"}


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def setup_of(server: ModelServer, provider: Provider, **changes: Any) -> ModelSetup:
    """One of the three, against the stand-in."""
    paths = {Provider.OPENAI: "/v1", Provider.OPENROUTER: "/api/v1", Provider.OLLAMA: ""}
    usual: dict[str, Any] = {
        "base_url": server.url + paths[provider],
        "key": KEY,
        "model": NAMES[provider],
        "budget": seconds(5),
        "call_timeout": seconds(5),
        "dialect": Dialect.RESPONSES if provider is Provider.OPENAI else None,
    }
    return ModelSetup(provider, **usual | changes)


@dataclass
class Eyes:
    """A vision model and its bill."""

    vision: ModelVision
    bill: list[Call] = field(default_factory=list)


@contextmanager
def eyes(server: ModelServer, provider: Provider, **changes: Any) -> Iterator[Eyes]:
    """A model behind the stand-in until the block ends."""
    bill: list[Call] = []
    vision = ModelVision(setup_of(server, provider, **changes), bill.append, capabilities=Capabilities())
    try:
        yield Eyes(vision, bill)
    finally:
        vision.close()
