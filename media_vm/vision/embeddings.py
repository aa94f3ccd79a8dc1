"""Texts as vectors, through the same client as the vision models: of length one, finite, and as wide as agreed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from media_vm.errors import Misconfigured, StepFailed, TryAgain
from media_vm.rules.embedding import TEXTS_AT_ONCE
from media_vm.rules.findings import Call, Provider
from media_vm.vision.model_client import ModelClient
from media_vm.vision.model_failures import FormatRefused
from media_vm.vision.model_setup import ModelSetup

TASK: Final = "embedding"


class ModelEmbeddings:
    """One endpoint. Safe to share among threads. bill: told one Call for every call, answered or not."""

    def __init__(self, setup: ModelSetup, bill: Callable[[Call], None]) -> None:
        self.setup = setup
        self._client = ModelClient(setup, bill)

    def embed(self, texts: Sequence[str], model: str, dimensions: int) -> list[list[float]]:
        """One vector a text, in their order, within the setup's budget.

        ProviderDown, TooSlow; Misconfigured also when the model's vectors have another width; TryAgain:
        `bad_vectors`, `request_refused`, `answer_too_long`.
        """
        ends = time.monotonic() + self.setup.budget.total_seconds()
        vectors: list[list[float]] = []
        for at in range(0, len(texts), TEXTS_AT_ONCE):
            left = timedelta(seconds=ends - time.monotonic())
            vectors += self._some(list(texts[at : at + TEXTS_AT_ONCE]), model, dimensions, left)
        return vectors

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _some(self, texts: list[str], model: str, dimensions: int, left: timedelta) -> list[list[float]]:
        self.setup.checked()
        is_router = self.setup.provider is Provider.OPENROUTER  # as with pictures: nobody may keep what goes out
        extra = {"provider": {"data_collection": "deny"}} if is_router else None
        try:
            reply = self._client.call(
                TASK,
                model,
                lambda client: client.embeddings.with_raw_response.create(
                    model=model, input=texts, dimensions=dimensions, encoding_format="float", extra_body=extra
                ),
                left,
            )
        except FormatRefused:
            raise TryAgain("request_refused", f"{self.setup.provider} refuses to embed as it is asked") from None
        except Misconfigured as failure:
            raise _of_our_setting(failure, model) from None
        try:
            vectors = _vectors(reply.body, len(texts), model, dimensions)
        except StepFailed as failure:
            self._client.settle(TASK, model, reply, failure.reason)
            raise
        self._client.settle(TASK, model, reply, None)
        return vectors


def _of_our_setting(failure: Misconfigured, model: str) -> Misconfigured:
    """The client's sentence names that of the vision models."""
    if failure.reason != "model_unknown":
        return failure
    return Misconfigured(
        "model_unknown", f"no model {model!r} to embed with: check EMBEDDING_MODEL and the base URL"
    )


def _vectors(body: dict[str, Any], how_many: int, model: str, dimensions: int) -> list[list[float]]:
    """By their `index`, which need not be their order."""
    data = body.get("data")
    found: dict[int, list[float]] = {}
    for place, one in enumerate(data if isinstance(data, list) else []):
        if not isinstance(one, dict):
            raise _bad("one is no vector")
        index = one.get("index", place)
        if isinstance(index, bool) or not isinstance(index, int) or index in found:
            raise _bad("their numbering is wrong")
        found[index] = _unit(one.get("embedding"), model, dimensions)
    if sorted(found) != list(range(how_many)):
        raise _bad(f"{len(found)} came for {how_many} texts")
    return [found[index] for index in range(how_many)]


def _unit(vector: object, model: str, dimensions: int) -> list[float]:
    """Of length one, as the cosine of two is then their product."""
    if not isinstance(vector, list) or not all(_is_number(one) for one in vector):
        raise _bad("one is no list of finite numbers")
    if len(vector) != dimensions:
        raise Misconfigured(
            "wrong_dimensions",
            f"{model!r} gives {len(vector)} numbers, not {dimensions}: set MEDIA_VM_EMBEDDING_DIMENSIONS to that",
        )
    length = math.hypot(*vector)
    if not math.isfinite(length) or length < 1e-12:
        raise _bad("one has no direction")
    return [one / length for one in vector]


def _is_number(one: object) -> bool:
    """Integers are bounded by their reader, so that all are floats at heart."""
    return isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)


def _bad(what: str) -> TryAgain:
    return TryAgain("bad_vectors", f"the vectors cannot be used: {what}")
