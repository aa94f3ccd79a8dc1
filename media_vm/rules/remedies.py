"""What an operator can do about a provider that does not answer, by the stable code of its failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from media_vm.rules.findings import Provider

_KEYS: Final[Mapping[Provider, str]] = {
    Provider.GOOGLE: "GOOGLE_API_KEY or GOOGLE_APPLICATION_CREDENTIALS",
    Provider.OPENAI: "OPENAI_API_KEY",
    Provider.OPENROUTER: "OPENROUTER_API_KEY",
}
_PLACES: Final[Mapping[Provider, str]] = {
    Provider.GOOGLE: "MEDIA_VM_GOOGLE_ENDPOINT",
    Provider.OPENAI: "OPENAI_BASE_URL",
    Provider.OPENROUTER: "MEDIA_VM_OPENROUTER_BASE_URL",
    Provider.OLLAMA: "OLLAMA_BASE_URL",
}
_OF_ITS_KEY: Final = frozenset({"key_refused", "key_unusable", "no_credentials"})
_OF_ITS_PLACE: Final = frozenset(
    {"unreachable", "hung_up", "not_the_api", "wrong_endpoint", "base_url_unusable", "redirected", "refused"}
)
_OF_ITS_MODEL: Final = frozenset(
    {
        *("model_unknown", "model_is_blind", "off_schema", "empty_answer", "cut_answer"),
        *("answer_too_long", "request_refused"),
    }
)
_OTHERS: Final[Mapping[str, str]] = {
    "not_enabled": "enable the Cloud Vision API for the key's project",
    "no_credit": "top up the account",
    "no_model_sees": "`ollama pull` a model that sees pictures",
    "busy": "wait, or lower MEDIA_VM_AI_PER_MINUTE",
    "rate_limited": "wait, or lower MEDIA_VM_AI_PER_MINUTE",
    "too_slow": "try again: a model may have been loading; MEDIA_VM_STEP_SECONDS gives it longer",
}


def remedy_of(provider: Provider, reason: str) -> str:
    """A sentence without its full stop."""
    if reason in _OF_ITS_KEY and provider in _KEYS:
        return f"check {_KEYS[provider]}"
    if reason in _OF_ITS_PLACE and provider in _PLACES:
        return f"check the network and {_PLACES[provider]}"
    if reason in _OF_ITS_MODEL and provider is not Provider.GOOGLE:
        return "set MEDIA_VM_VISION_MODEL to a model that sees and answers in JSON"
    return _OTHERS.get(reason, "wait: this is the provider's own trouble")
