"""Who is asked what a picture shows, as the environment says it."""

from __future__ import annotations

from typing import Any

import pytest

from media_vm.environment import SettingsProblem, read_settings, variables
from media_vm.rules.findings import Provider
from media_vm.rules.google_features import DEFAULT_FEATURES, Feature, Transport
from media_vm.secret_files import SECRETS
from media_vm.settings import Settings
from tests import canaries

CANARY = canaries.OPENAI_API_KEY
GOOGLE, OPENAI, OPENROUTER, OLLAMA = (
    Provider.GOOGLE,
    Provider.OPENAI,
    Provider.OPENROUTER,
    Provider.OLLAMA,
)
ALL_KEYS = {
    "OPENAI_API_KEY": "a",
    "OPENROUTER_API_KEY": "b",
    "OLLAMA_BASE_URL": "http://127.0.0.1:11434",
    "GOOGLE_API_KEY": "c",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*variables(), *SECRETS, *(f"{secret}_FILE" for secret in SECRETS)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings of an environment."""

    def reading(**environment: str) -> Settings:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return read_settings()

    return reading


def problems(read: Any, **environment: str) -> list[str]:
    with pytest.raises(SettingsProblem) as raised:
        read(**environment)
    return raised.value.problems


def test_without_a_key_nobody_is_asked(read: Any) -> None:
    """`local` measures all the same; Google's features are those of the contract, over gRPC, with no cap."""
    settings = read()

    assert () == settings.providers
    assert (DEFAULT_FEATURES, Transport.GRPC) == (settings.google_features, settings.google_transport)
    assert (None, 60, 5) == (settings.ai_daily_usd, settings.ai_per_minute, settings.ai_concurrency)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"OPENAI_API_KEY": "a"}, (OPENAI,)),
        ({"OLLAMA_BASE_URL": "http://127.0.0.1:11434"}, (OLLAMA,)),
        ({"GOOGLE_APPLICATION_CREDENTIALS": "/etc/google.json"}, (GOOGLE,)),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"}, ()),
        (ALL_KEYS, (GOOGLE, OPENAI, OPENROUTER, OLLAMA)),
    ],
)
def test_who_has_a_key_is_asked(read: Any, environment: dict[str, str], expected: tuple[Provider, ...]) -> None:
    """Ollama when its URL is set; an address alone is no wish to ask whoever listens there."""
    assert expected == read(**environment).providers


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("local", ()),
        ("ollama, openai,local", (OLLAMA, OPENAI)),
        ("google,openrouter,google", (GOOGLE, OPENROUTER)),
    ],
)
def test_a_list_says_who_and_in_which_order(read: Any, listed: str, expected: tuple[Provider, ...]) -> None:
    """Keys of others are not used; nobody is asked twice."""
    assert expected == read(**ALL_KEYS, MEDIA_VM_VISION=listed).providers


def test_an_unknown_provider_is_told_with_the_known_ones(read: Any) -> None:
    """As a problem of that variable."""
    [problem] = problems(read, MEDIA_VM_VISION="googel")

    assert problem.startswith("MEDIA_VM_VISION: ")
    assert "'local', 'google', 'openai', 'openrouter' or 'ollama'" in problem


@pytest.mark.parametrize(
    ("listed", "missing"),
    [
        ("openrouter,openai", ["OPENROUTER_API_KEY", "OPENAI_API_KEY"]),
        ("local", []),
        ("ollama", []),
    ],
)
def test_who_is_listed_needs_a_key(read: Any, listed: str, missing: list[str]) -> None:
    """All are told at once, with the other problems; Ollama is at home at its usual place."""
    told = problems(read, MEDIA_VM_VISION=listed, MEDIA_VM_SERVE_PORT="many")

    assert ["MEDIA_VM_SERVE_PORT:", *missing] == [one.split()[0] for one in told]


@pytest.mark.parametrize(
    "environment",
    [
        {"MEDIA_VM_VISION": "google", "MEDIA_VM_GOOGLE_ENDPOINT": "127.0.0.1:8090"},
        {"MEDIA_VM_VISION": "openai", "OPENAI_BASE_URL": "http://localhost:8080/v1"},
        {"MEDIA_VM_VISION": "openrouter", "MEDIA_VM_OPENROUTER_BASE_URL": "http://localhost:8081/v1"},
        {"MEDIA_VM_VISION": "google"},
    ],
)
def test_what_runs_here_needs_no_key(read: Any, environment: dict[str, str]) -> None:
    """And Google knows machines of its own."""
    assert (Provider(environment["MEDIA_VM_VISION"]),) == read(**environment).providers


def test_a_key_elsewhere_is_needed(read: Any) -> None:
    """An address of another machine is not ours."""
    told = problems(read, MEDIA_VM_VISION="openai", OPENAI_BASE_URL="https://models.example/v1")

    assert ["OPENAI_API_KEY"] == [one.split()[0] for one in told]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("llava", dict.fromkeys((OPENAI, OPENROUTER, OLLAMA), "llava")),
        ("openai=gpt-5.4-mini, ollama=llava:13b", {OPENAI: "gpt-5.4-mini", OLLAMA: "llava:13b"}),
        ("openrouter=google/gemma-3:floor,", {OPENROUTER: "google/gemma-3:floor"}),
    ],
)
def test_a_model_for_all_or_one_for_each(read: Any, text: str, expected: dict[Provider, str]) -> None:
    """Names hold colons and slashes."""
    assert expected == read(MEDIA_VM_VISION_MODEL=text).vision_model


@pytest.mark.parametrize("text", ["gpt,llava", "google=vision", "openai=", "openai=a,openai=b", "openai=a,llava"])
def test_a_model_that_is_nobodys_is_refused(read: Any, text: str) -> None:
    """One problem, with the form."""
    [problem] = problems(read, MEDIA_VM_VISION_MODEL=text)

    assert "provider=name for each of openai, openrouter, ollama" in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MEDIA_VM_GOOGLE_ENDPOINT", "http://vision.example"),
        ("MEDIA_VM_GOOGLE_ENDPOINT", "https://vision.example/v1"),
        ("MEDIA_VM_GOOGLE_FEATURES", "faces"),
        ("MEDIA_VM_GOOGLE_FEATURES", "logo"),
        ("MEDIA_VM_GOOGLE_FEATURES", ","),
        ("MEDIA_VM_GOOGLE_TRANSPORT", "http"),
        ("OLLAMA_BASE_URL", "127.0.0.1:11434"),
        ("MEDIA_VM_OPENROUTER_BASE_URL", "127.0.0.1:8081"),
        ("MEDIA_VM_SITE_CONTEXT", "perhaps"),
        ("OPENAI_API_KEY", "two words"),
        ("OPENROUTER_API_KEY", "käse"),
        ("MEDIA_VM_AI_DAILY_USD", "-1"),
        ("MEDIA_VM_AI_DAILY_USD", "nan"),
        ("MEDIA_VM_AI_PER_MINUTE", "0"),
        ("MEDIA_VM_AI_CONCURRENCY", "1000"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(read: Any, name: str, value: str) -> None:
    """One problem that names the variable and an example."""
    [problem] = problems(read, **{name: value})

    assert problem.startswith(f"{name}: ")
    assert problem.endswith(f"; e.g. {variables()[name]['example']}")


def test_features_are_named(read: Any) -> None:
    """In our order, whatever theirs."""
    settings = read(MEDIA_VM_GOOGLE_FEATURES="Text, label", MEDIA_VM_GOOGLE_TRANSPORT="rest")

    assert ((Feature.LABEL, Feature.TEXT), Transport.REST) == (settings.google_features, settings.google_transport)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENROUTER_API_KEY", "GOOGLE_API_KEY"])
def test_no_message_shows_a_key(read: Any, name: str) -> None:
    """Neither the settings in print nor a problem with it."""
    assert CANARY not in repr(read(**{name: CANARY}))
    assert CANARY not in " ".join(problems(read, **{name: f"{CANARY} {CANARY}"}))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, set()),
        ({"MEDIA_VM_GOOGLE_ENDPOINT": "http://[::1]:8090"}, {GOOGLE}),
        ({"MEDIA_VM_GOOGLE_ENDPOINT": "eu-vision.googleapis.com"}, set()),
        ({"OPENAI_BASE_URL": "http://127.9.9.9/v1"}, {OPENAI}),
        ({"MEDIA_VM_OPENROUTER_BASE_URL": "http://localhost:8081/api/v1"}, {OPENROUTER}),
        ({"OPENAI_BASE_URL": "http://127.0.0.1.example/v1"}, set()),
    ],
)
def test_who_is_on_this_machine(read: Any, environment: dict[str, str], expected: set[Provider]) -> None:
    """What they do costs nothing."""
    assert expected == read(**environment).providers_here


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"OPENAI_API_KEY": "a"}, (OPENAI, "text-embedding-3-small")),
        (ALL_KEYS | {"EMBEDDING_MODEL": "m"}, (OPENAI, "m")),
        (ALL_KEYS | {"MEDIA_VM_VISION": "ollama", "EMBEDDING_MODEL": "bge-m3:latest"}, (OLLAMA, "bge-m3:latest")),
        (ALL_KEYS | {"MEDIA_VM_VISION": "local"}, None),
        (ALL_KEYS | {"MEDIA_VM_VISION": "google", "EMBEDDING_MODEL": "openrouter=m"}, (OPENROUTER, "m")),
        ({"EMBEDDING_MODEL": "ollama=m"}, (OLLAMA, "m")),
        (ALL_KEYS | {"MEDIA_VM_EMBEDDING_FOLDER": "/srv/MiniLM"}, (Provider.LOCAL, "/srv/MiniLM")),
    ],
)
def test_who_turns_texts_into_vectors(
    read: Any, environment: dict[str, str], expected: tuple[Provider, str] | None
) -> None:
    """A folder before everybody, then who is named, then the first who describes pictures; 1536 numbers."""
    settings = read(**environment)

    assert (expected, 1536) == (settings.embeds_by, settings.embedding_dimensions)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({"EMBEDDING_MODEL": "openai=m"}, ["OPENAI_API_KEY"]),
        ({"EMBEDDING_MODEL": "openrouter=m", "MEDIA_VM_VISION": "openrouter"}, ["OPENROUTER_API_KEY"]),
        ({"EMBEDDING_MODEL": "google=m"}, ["EMBEDDING_MODEL"]),
        ({"EMBEDDING_MODEL": "openai="}, ["EMBEDDING_MODEL", "OPENAI_API_KEY"]),
        ({"MEDIA_VM_EMBEDDING_DIMENSIONS": "0"}, ["MEDIA_VM_EMBEDDING_DIMENSIONS"]),
        ({"MEDIA_VM_EMBEDDING_DIMENSIONS": "10000"}, ["MEDIA_VM_EMBEDDING_DIMENSIONS"]),
    ],
)
def test_what_is_wrong_with_embeddings_is_told(read: Any, environment: dict[str, str], names: list[str]) -> None:
    """By the variable, with what is missing for it."""
    assert names == [one.split()[0].removesuffix(":") for one in problems(read, **environment)]


def test_whoever_is_named_on_this_machine_needs_no_key(read: Any) -> None:
    """As with pictures."""
    named = {"EMBEDDING_MODEL": "openai=m", "OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"}

    assert (OPENAI, "m") == read(**named).embeds_by
