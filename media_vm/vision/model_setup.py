"""How one endpoint of a vision model is reached: who it is, where, with which key, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from media_vm.errors import Misconfigured
from media_vm.rules.findings import Provider


class Dialect(StrEnum):
    """Which of the client's two APIs is spoken."""

    RESPONSES = "responses"
    CHAT = "chat"


USUAL_PLACES: Final = {
    Provider.OPENAI: "https://api.openai.com/v1",
    Provider.OPENROUTER: "https://openrouter.ai/api/v1",
    Provider.OLLAMA: "http://127.0.0.1:11434",
}
# Asked when no model is named. Ollama has none: it is asked what it has.
USUAL_MODELS: Final = {Provider.OPENAI: "gpt-5.4-mini", Provider.OPENROUTER: "openai/gpt-5.4-mini"}


@dataclass(frozen=True, slots=True)
class ModelSetup:
    """One endpoint.

    base_url: None is the provider's own; Ollama's with or without its `/v1`. key: None where none is needed.
    model: None is the usual one, or for Ollama the first that sees. budget: for one picture with all its calls.
    call_timeout: for one call, from connecting to the last byte. dialect: None is by provider and host.
    """

    provider: Provider
    base_url: str | None = None
    key: str | None = field(default=None, repr=False)
    model: str | None = None
    budget: timedelta = timedelta(seconds=120)
    call_timeout: timedelta = timedelta(seconds=60)
    dialect: Dialect | None = None

    @property
    def root(self) -> str:
        """The address without its last slash; Ollama's without `/v1`, for its own API lies beside that."""
        url = (self.base_url or USUAL_PLACES[self.provider]).rstrip("/")
        return url.removesuffix("/v1") if self.provider is Provider.OLLAMA else url

    @property
    def url(self) -> str:
        """Where the client's paths begin."""
        return f"{self.root}/v1" if self.provider is Provider.OLLAMA else self.root

    @property
    def speaks(self) -> Dialect:
        """OpenAI itself is asked by `responses`; every other server knows chat completions best."""
        if self.dialect is not None:
            return self.dialect
        host = urlsplit(self.url).hostname or ""
        is_openai = self.provider is Provider.OPENAI and host.endswith(".openai.com")
        return Dialect.RESPONSES if is_openai else Dialect.CHAT

    def checked(self) -> ModelSetup:
        """Itself; Misconfigured when no request could be made of it."""
        try:
            parts = urlsplit(self.url)
            is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_web = False
        if not is_web:
            raise Misconfigured("base_url_unusable", f"the base URL of {self.provider} is no http(s) address")
        if self.key is not None and not _is_a_key(self.key):
            raise Misconfigured(
                "key_unusable", f"the key of {self.provider} is empty or holds characters that no key has"
            )
        return self


def _is_a_key(key: str) -> bool:
    """Printable ASCII without a space: all else breaks the header, and the client's error would show it."""
    return bool(key) and key.isascii() and key.isprintable() and " " not in key
