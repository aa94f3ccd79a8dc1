"""Texts to vectors: who is asked, how many texts at once, and what a failure means for the next try.

    a batch failed, maybe for one of its texts    each of them is tried alone
    a text failed alone                           it is tried later and later, at most daily
    any failure                                   nobody is asked for a while, so that a provider that is away, or
                                                  answers rubbish, is asked once an hour and not for every text

A failure here is nobody's step: a picture's checklist does not know of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from media_vm.rules.backoff import backoff
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.findings import Provider

KIND: Final = "text"  # of what a vector is: `media_embeddings.kind`
MODEL_MARK: Final = "embedding model"  # for what all texts were asked last: width and name
TROUBLE_MARK: Final = "embedding trouble"  # why nobody is asked just now
TEXTS_AT_ONCE: Final = 32  # of 8,000 characters each stay below 300,000 tokens, OpenAI's limit of a request
NUMBERS_AT_ONCE: Final = 65_536  # of up to 25 characters in JSON: 1.6 MB, which an answer may have
SHORT: Final = 2_000  # characters: in any writing below 8,192 tokens, the limit of OpenAI's models
LONGEST_NAME: Final = 100  # characters: `media_embeddings.model`
LONGEST: Final = timedelta(days=1)
A_MILLISECOND: Final = timedelta(milliseconds=1)
ASK_WHO_REFUSES_EVERY: Final = timedelta(hours=1)
USUAL_MODELS: Final = {
    Provider.OPENAI: "text-embedding-3-small",
    Provider.OPENROUTER: "openai/text-embedding-3-small",
}
MODEL_PROVIDERS: Final = (Provider.OPENAI, Provider.OPENROUTER, Provider.OLLAMA)


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model, and at whom if that is said."""

    model: str
    provider: Provider | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A picture whose text is to be embedded. tries: how often that failed in a row."""

    media_id: int
    text: str
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nobody is asked for a while. tries: how many failures in a row."""

    reason: str
    tries: int
    wait: timedelta
    is_refusal: bool = False

    def __str__(self) -> str:
        """As it is kept beside the time at which it began."""
        word = _REFUSED if self.is_refusal else _AWAY
        return f"{word} {self.tries} {round(self.wait / A_MILLISECOND)} {self.reason}"


_REFUSED: Final = "refused"
_AWAY: Final = "away"


def model_name(text: str) -> ModelName:
    """`text-embedding-3-large` of the first model provider that is set up; `ollama=nomic-embed-text` at that one.

    ValueError: no such provider, or no name that can be kept.
    """
    who, is_told, name = text.rpartition("=")
    if is_told and who.strip() not in MODEL_PROVIDERS:
        raise ValueError("should be a model's name, or provider=name for one of openai, openrouter, ollama")
    name = name.strip()
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        raise ValueError(f"should be a name of at most {LONGEST_NAME} characters")
    return ModelName(name, Provider(who.strip()) if is_told else None)


def asked_by(named: ModelName | None, providers: Sequence[Provider]) -> tuple[Provider, str] | None:
    """Who turns texts into vectors, and by which model. Always one alone: vectors of two models do not compare, so
    nobody takes the place of who is away. providers: who describes pictures, in their order. None: nobody does; an
    Ollama has no usual model."""
    if named and named.provider:
        return named.provider, named.model
    for provider in providers:
        model = named.model if named else USUAL_MODELS.get(provider)
        if provider in MODEL_PROVIDERS and model:
            return provider, model
    return None


def digest_of(text: str | None) -> str:
    """SHA-256 in hex of a text; no text is an empty one."""
    return hashlib.sha256((text or "").encode(errors="surrogatepass")).hexdigest()


def batch_of(due: Sequence[Due], dim: int) -> Sequence[Due]:
    """Of what is due, the oldest first, what is asked in one go: who failed before is tried alone. dim: numbers of
    a vector."""
    if due and due[0].tries:
        return due[:1]
    most = max(1, min(TEXTS_AT_ONCE, NUMBERS_AT_ONCE // dim))
    return [one for one in due if not one.tries][:most]


def may_be_the_texts(failure: Failure) -> bool:
    """Else it is the provider's, and says nothing of what was asked. A batch may also have been too much for a
    slow model."""
    return failure.kind in (Kind.TRANSIENT, Kind.TIMEOUT)


def comes_again(tries: int, in_a_batch_of: int, base: timedelta) -> timedelta:
    """When a text that failed is tried next. tries: failures in a row, with this one. base: the first wait."""
    return timedelta(0) if in_a_batch_of > 1 else min(LONGEST, base * (1 << min(tries, 20)))


def goes_on(known: Trouble | None, failure: Failure, base: timedelta) -> Trouble:
    """The trouble as it stands after a failure. base: the first wait."""
    tries = (known.tries if known else 0) + 1
    is_refusal = failure.kind is Kind.MISCONFIGURED
    wait = ASK_WHO_REFUSES_EVERY if is_refusal else backoff(base, tries, 1.0)
    return Trouble(failure.reason, tries, min(LONGEST, max(wait, failure.retry_after or wait)), is_refusal)


def trouble_of(note: str | None) -> Trouble | None:
    """As it was kept; None: there is none, or nothing that can be read."""
    word, tries, wait, reason = (*(note or "").split(" ", 3), *[""] * 4)[:4]
    if word not in (_REFUSED, _AWAY) or not (_is_number(tries) and _is_number(wait)):
        return None
    return Trouble(reason, int(tries), min(LONGEST, int(wait) * A_MILLISECOND), word == _REFUSED)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
