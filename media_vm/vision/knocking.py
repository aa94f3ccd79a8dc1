"""Would a model's endpoint answer us? Found out by what every one of them tells for free: no picture is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from media_vm.errors import Misconfigured, ProviderDown
from media_vm.rules.findings import Provider
from media_vm.vision.capability import Capabilities
from media_vm.vision.capability_lists import ModelLists
from media_vm.vision.model_setup import ModelSetup


@dataclass(frozen=True, slots=True)
class Knocked:
    """model: the one that would be asked. is_sure: did the endpoint say that our key may?"""

    model: str
    is_sure: bool


def knock_at(setup: ModelSetup, within: timedelta) -> Knocked:
    """Misconfigured: the key or the model will not do. ProviderDown, TooSlow: nobody knows."""
    model = Capabilities().model(setup.checked(), within)
    lists = ModelLists(setup, within)
    try:
        if setup.provider is Provider.OPENAI:
            _require_listed(model, lists.of_openai())
        elif setup.provider is Provider.OPENROUTER:
            lists.key_of_openrouter()
    except ProviderDown as failure:
        if failure.reason != "not_the_api":
            raise
        return Knocked(model, is_sure=False)  # a server that speaks their language need not have these pages
    return Knocked(model, is_sure=True)


def _require_listed(model: str, listed: frozenset[str]) -> None:
    if listed and model not in listed:
        raise Misconfigured("model_unknown", f"no model {model!r} is listed there: check MEDIA_VM_VISION_MODEL")
