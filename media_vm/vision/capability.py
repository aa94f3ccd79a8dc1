"""Which model of an endpoint sees pictures. One that reads only text is never asked: it would invent a picture."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from media_vm.errors import Misconfigured, TooSlow
from media_vm.rules.findings import Provider
from media_vm.vision.capability_lists import ModelLists
from media_vm.vision.model_setup import USUAL_MODELS, ModelSetup

REMEMBERED: Final = timedelta(minutes=10)
# OpenAI's own that take no picture: by the names in its client's lists, and by what they are for.
_BLIND: Final = re.compile(
    r"embedding|whisper|\btts|-audio|-realtime|-transcribe|moderation|^dall-e|^gpt-image|^chatgpt-image|^sora"
    r"|^gpt-3\.5|^gpt-4$|^gpt-4-(?:\d{4}|32k|1106|0125)|^davinci|^babbage|^o1-(?:mini|preview)|^o3-mini"
)


class Capabilities:
    """What is known of servers' models, for ten minutes each. Safe to share among threads.

    clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str | None], tuple[float, str]] = {}
        self._locks: dict[tuple[str, str | None], threading.Lock] = {}
        self._lock = threading.Lock()

    def model(self, setup: ModelSetup, within: timedelta) -> str:
        """The model to ask for a picture, found within that time.

        Misconfigured: none sees. ProviderDown, TooSlow: the server did not say; then none is asked.
        """
        if setup.provider not in (Provider.OLLAMA, Provider.OPENROUTER):
            return _trusted(setup.model or USUAL_MODELS[Provider.OPENAI])
        key = (setup.root, setup.model)
        ends = time.monotonic() + within.total_seconds()
        lock = self._lock_of(key)  # one thread asks, the others wait for what it learns
        if not lock.acquire(timeout=max(0.0, within.total_seconds())):
            raise TooSlow("too_slow", f"{setup.provider} did not list its models in time")
        try:
            known = self._known.get(key)
            if known is not None and self._clock() < known[0]:
                return known[1]
            model = _found(setup, timedelta(seconds=ends - time.monotonic()))
            self._known[key] = (self._clock() + REMEMBERED.total_seconds(), model)
            return model
        finally:
            lock.release()

    def forget(self, setup: ModelSetup) -> None:
        """The endpoint said otherwise: ask it anew next time."""
        self._known.pop((setup.root, setup.model), None)

    def _lock_of(self, key: tuple[str, str | None]) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(key, threading.Lock())


def _found(setup: ModelSetup, within: timedelta) -> str:
    lists = ModelLists(setup, within)
    return _of_ollama(setup, lists) if setup.provider is Provider.OLLAMA else _of_openrouter(setup, lists)


def _trusted(model: str) -> str:
    """OpenAI's list of models says nothing of pictures; the names do."""
    if _BLIND.search(model.lower()):
        raise Misconfigured(
            "model_is_blind", f"{model!r} takes no pictures: set MEDIA_VM_VISION_MODEL to one that does"
        )
    return model


def _of_ollama(setup: ModelSetup, lists: ModelLists) -> str:
    """The configured one if it sees, else the first that does: a server at home has what it has."""
    there = lists.of_ollama()
    wanted = [one for one in there if setup.model is not None and _is_named(one, setup.model)]
    for name in (*wanted, *(one for one in there if one not in wanted)):
        if lists.sees(name):
            return name
    raise Misconfigured(
        "no_model_sees", "Ollama: no model there sees pictures; `ollama pull llava`, say, gets one that does"
    )


def _is_named(there: str, wanted: str) -> bool:
    return there == wanted or there == f"{wanted}:latest"


def _of_openrouter(setup: ModelSetup, lists: ModelLists) -> str:
    """The configured one alone: another would have another price."""
    model = setup.model or USUAL_MODELS[Provider.OPENROUTER]
    seeing = lists.of_openrouter()
    listed = model if model in seeing else model.rpartition(":")[0]  # `:floor`, `:nitro` name a way, not a model
    if listed not in seeing:
        raise Misconfigured("model_unknown", f"OpenRouter lists no model {model!r}: check MEDIA_VM_VISION_MODEL")
    if not seeing[listed]:
        raise Misconfigured(
            "model_is_blind", f"{model!r} takes no pictures: set MEDIA_VM_VISION_MODEL to one that does"
        )
    return model
