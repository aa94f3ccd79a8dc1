"""The settings of vision: who says what a picture shows, how they are reached, and what that may cost."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings

from media_vm.forms import Asked, EmbeddingModel, GoogleEndpoint, GoogleFeatures, ModelNames, Token, Url
from media_vm.rules.embedding import asked_by
from media_vm.rules.endpoints import leads_here
from media_vm.rules.findings import Provider
from media_vm.rules.google_features import DEFAULT_FEATURES, Transport
from media_vm.rules.vectors import MOST_DIMENSIONS
from media_vm.setting_fields import CONFIG, setting


class AISettings(BaseSettings):
    """The part of `Settings` that is about AI. Money and rates are those of each provider."""

    model_config = CONFIG

    vision: Asked = setting(
        None,
        "MEDIA_VM_VISION",
        says="who describes pictures, of `google`, `openai`, `openrouter`, `ollama` and `local`: `google` is "
        "asked if listed, and the first of the next three that answers, in your order; `local` always measures. "
        "Without it everybody who has a key, `ollama` if it has its URL",
        example="google,openai,ollama",
    )
    vision_model: ModelNames = setting(
        None,
        "MEDIA_VM_VISION_MODEL",
        says="the vision model to ask, by one name for all or by a name each; without it the usual one of each, "
        "of Ollama the first that sees",
        example="openai=gpt-5.4-mini,ollama=llava",
    )
    openai_api_key: Token | None = setting(
        None, "OPENAI_API_KEY", says="key of OpenAI, or of whoever `OPENAI_BASE_URL` is", example="sk-…"
    )
    openai_base_url: Url | None = setting(
        None,
        "OPENAI_BASE_URL",
        says="another server that speaks OpenAI's language; on this machine it needs no key",
        example="http://127.0.0.1:8080/v1",
    )
    openrouter_api_key: Token | None = setting(
        None, "OPENROUTER_API_KEY", says="key of OpenRouter", example="sk-or-…"
    )
    openrouter_base_url: Url | None = setting(
        None,
        "MEDIA_VM_OPENROUTER_BASE_URL",
        says="another server that speaks OpenRouter's language, such as a proxy; on this machine it needs no key",
        example="http://127.0.0.1:8081/api/v1",
    )
    ollama_base_url: Url | None = setting(
        None, "OLLAMA_BASE_URL", says="where Ollama is", example="http://127.0.0.1:11434"
    )
    google_api_key: Token | None = setting(
        None, "GOOGLE_API_KEY", says="key of Google Vision; a service account's file does as well", example="AIza…"
    )
    google_credentials: Path | None = setting(
        None,
        "GOOGLE_APPLICATION_CREDENTIALS",
        says="a service account's file for Google Vision, or any other of Google's; `GOOGLE_API_KEY` wins. With "
        "neither, a `google` that `MEDIA_VM_VISION` lists asks the machine it runs on",
        example="/etc/media-vm/google.json",
    )
    google_endpoint: GoogleEndpoint | None = setting(
        None,
        "MEDIA_VM_GOOGLE_ENDPOINT",
        says="another Google Vision, over TLS; in plain text and without a key on this machine alone",
        example="eu-vision.googleapis.com",
    )
    google_features: GoogleFeatures = setting(
        DEFAULT_FEATURES,
        "MEDIA_VM_GOOGLE_FEATURES",
        says="what Google Vision is asked for, each at its price (`media-vm ai cost`); `logo` of logos alone",
        example="label,safe_search,text",
    )
    google_transport: Transport = setting(
        Transport.GRPC,
        "MEDIA_VM_GOOGLE_TRANSPORT",
        says="how Google Vision is spoken to: `grpc` or `rest`, which is easier behind proxies",
        example="rest",
    )
    site_context: bool = setting(
        False,
        "MEDIA_VM_SITE_CONTEXT",
        says="is the main API asked for what a `sites` picture's page is about (`on`, `off`)?",
        example="on",
    )
    ai_daily_usd: float | None = setting(
        None,
        "MEDIA_VM_AI_DAILY_USD",
        says="what AI calls may cost in a UTC day, in USD; without it there is no cap",
        example="5",
        ge=0,
        le=1_000_000,
    )
    ai_per_minute: int = setting(
        60,
        "MEDIA_VM_AI_PER_MINUTE",
        says="calls of a provider that may begin in a minute, of all workers on one database",
        example="60",
        ge=1,
        le=100_000,
    )
    ai_concurrency: int = setting(
        5,
        "MEDIA_VM_AI_CONCURRENCY",
        says="calls of a provider under way at once, in each worker",
        example="5",
        ge=1,
        le=256,
    )
    ai_prices: Path | None = setting(
        None,
        "MEDIA_VM_AI_PRICES",
        says="a price list of your own (TOML), which adds to ours and replaces what it names",
        example="/etc/media-vm/prices.toml",
    )

    embedding_model: EmbeddingModel = setting(
        None,
        "EMBEDDING_MODEL",
        says="the model that turns texts into vectors: of the first of `openai`, `openrouter` and `ollama` that "
        "describes pictures, or of the one that stands before it; without it `text-embedding-3-small`, of an "
        "Ollama none",
        example="ollama=nomic-embed-text",
    )
    embedding_dimensions: int = setting(
        1536,
        "MEDIA_VM_EMBEDDING_DIMENSIONS",
        says="numbers of a vector, as its model can give them; 512 are a third of the storage",
        example="512",
        ge=1,
        le=MOST_DIMENSIONS,
    )
    embedding_folder: Path | None = setting(
        None,
        "MEDIA_VM_EMBEDDING_FOLDER",
        says="a sentence-transformers folder (BERT) that turns texts into vectors on this machine, in everybody "
        "else's place and with its own number of dimensions",
        example="/srv/media-vm/all-MiniLM-L6-v2",
    )

    @property
    def providers(self) -> tuple[Provider, ...]:
        """Who is asked beside `local`, the models in their order."""
        if self.vision is not None:
            return tuple(one for one in self.vision if one is not Provider.LOCAL)
        given = {
            Provider.GOOGLE: self.google_api_key or self.google_credentials,
            Provider.OPENAI: self.openai_api_key,
            Provider.OPENROUTER: self.openrouter_api_key,
            Provider.OLLAMA: self.ollama_base_url,
        }
        return tuple(provider for provider, key in given.items() if key)

    @property
    def embeds_by(self) -> tuple[Provider, str] | None:
        """Who turns texts into vectors, and by which model; `local` is the folder. None: nobody is set up."""
        if self.embedding_folder is not None:
            return Provider.LOCAL, str(self.embedding_folder)
        return asked_by(self.embedding_model, self.providers)

    @property
    def providers_here(self) -> frozenset[Provider]:
        """Those whose endpoint is this machine; Ollama is always at home."""
        places = {
            Provider.GOOGLE: self.google_endpoint,
            Provider.OPENAI: self.openai_base_url,
            Provider.OPENROUTER: self.openrouter_base_url,
        }
        return frozenset(provider for provider, url in places.items() if leads_here(url))
