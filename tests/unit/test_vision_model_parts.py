"""The small parts of asking a model: finding JSON, the ladder, reading what was used, whose error is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest
from openai.types.responses.response_error import ResponseError

from media_vm.errors import Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain, most_telling
from media_vm.rules.failures import Kind
from media_vm.rules.findings import Provider
from media_vm.vision.model_failures import FormatRefused, error_in, retry_after_of, status_failure
from media_vm.vision.model_json import body_of, object_in
from media_vm.vision.model_ladder import Ladder, Rung
from media_vm.vision.model_setup import Dialect, ModelSetup
from media_vm.vision.model_usage import Usage, request_id_of, usage_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('```\n{"a": 1}\n``` and ```{"b": 2}```', {"a": 1}),
        ('Here {as asked}: {"a": {"b": 2}} Enjoy! {"c": 3}', {"a": {"b": 2}}),
        ('<think>{"draft": true, "long": "enough to win"}</think>{"a": 1}', {"a": 1}),
        ('{"a": NaN, "b": Infinity}', {"a": None, "b": None}),
        ('{"a": ' + "9" * 5_000 + "}", {"a": None}),
        ('[{"a": 1}]', {"a": 1}),
        ('{"a": 1', None),
        ("[" * 100_000, None),
        ('{"a": ' * 100_000, None),
        ("{" * 100_000, None),
        ("no", None),
        ("", None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_object_in_a_models_text(text: str, expected: dict[str, Any] | None) -> None:
    """Fences, prose, thoughts and bombs: one object, or none."""
    assert expected == object_in(text)


@pytest.mark.parametrize("raw", [b"", b"7", b"[]", b"\xff\xfe", b"<html>", b"[" * 100_000, b'{"a":'])
def test_a_servers_answer_that_is_no_object(raw: bytes) -> None:
    """None, and no crash."""
    assert body_of(raw) is None


def test_the_ladder_goes_down_rung_by_rung_for_each_endpoint_and_model_apart() -> None:
    """What was learned of one says nothing of another."""
    ladder = Ladder()

    assert Rung.JSON_OBJECT is ladder.refused("u", "m", Rung.JSON_SCHEMA)
    assert Rung.PROMPT is ladder.refused("u", "m", Rung.JSON_OBJECT)
    assert ladder.refused("u", "m", Rung.PROMPT) is None
    assert [Rung.PROMPT, Rung.JSON_SCHEMA, Rung.JSON_SCHEMA] == [
        ladder.rung(*one) for one in (("u", "m"), ("u", "other"), ("other", "m"))
    ]


def test_who_comes_late_with_a_refusal_goes_no_further_down() -> None:
    """Two threads were refused on the same rung: the second finds the ladder lowered, and stays there."""
    ladder = Ladder()
    ladder.refused("u", "m", Rung.JSON_SCHEMA)
    assert Rung.JSON_OBJECT is ladder.refused("u", "m", Rung.JSON_SCHEMA)

    ladder.refused("u", "m", Rung.JSON_OBJECT)
    assert Rung.PROMPT is ladder.refused("u", "m", Rung.JSON_SCHEMA)


@pytest.mark.parametrize(
    "message",
    [
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        "json_object is not supported",
        'invalid format: expected "json" or a JSON schema',
        "failed to parse grammar",
        "Structured outputs are not available",
        "Invalid schema for response_format 'ArtAnswer'",
    ],
)
@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_of_the_format_is_known_by_its_words(message: str, status: int) -> None:
    """As OpenAI, Ollama and llama.cpp write it, in an object or a text."""
    for body in ({"error": {"message": message}}, {"error": message}, {"detail": message}):
        assert isinstance(status_failure(Provider.OLLAMA, "m", status, body, None), FormatRefused)


@pytest.mark.parametrize("code", get_args(ResponseError.model_fields["code"].annotation))
def test_what_openai_says_of_a_request_is_about_that_request(code: str) -> None:
    """Every code that its client knows, but for the two that are about its servers."""
    body = {"status": "failed", "output": [{"type": "reasoning"}], "error": {"code": code, "message": "no"}}
    status = error_in(body)
    assert status is not None
    failure = status_failure(Provider.OPENAI, "m", status, body, None)

    servers = {"server_error": Kind.OUTAGE, "rate_limit_exceeded": Kind.OUTAGE}
    assert isinstance(failure, StepFailed)
    assert servers.get(code, Kind.TRANSIENT) is failure.kind


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("a text", 500),
        ({"message": "no code"}, 500),
        ({"code": None, "type": "server_error"}, 500),
        ({"code": 42}, 500),
        ({"code": 403}, 403),
        ({"code": ["odd"]}, 500),
        ({"code": "insufficient_quota"}, 400),
    ],
)
def test_an_error_within_an_answer_has_a_status(error: object, expected: int) -> None:
    """Who names no code has not looked at the request."""
    assert expected == error_in({"error": error})
    assert error_in({"error": error, "choices": [1]}) is None


@pytest.mark.parametrize("metadata", [None, [], "reasons", {"provider_name": "x"}])
def test_a_403_without_reasons_is_the_keys(metadata: object) -> None:
    """Whatever else stands beside it."""
    failure = status_failure(Provider.OPENROUTER, "m", 403, {"error": {"code": 403, "metadata": metadata}}, None)

    assert isinstance(failure, Misconfigured)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "You uploaded an unsupported image. Use one of these formats: png, jpeg."),
        (400, "maximum context length exceeded"),
        (401, "response_format"),
        (500, "json_schema"),
        (404, "requested parameters"),
    ],
)
def test_nothing_else_is_one(status: int, message: str) -> None:
    """Only a 400 that is about the format steps down."""
    failure = status_failure(Provider.OPENAI, "m", status, {"error": {"message": message}}, None)

    assert isinstance(failure, StepFailed)
    assert message not in str(failure)


@pytest.mark.parametrize(
    ("header", "expected"),
    [("7", 7), (" 7 ", 7), ("999999999", 86_400), ("9999999999", None), ("-1", None), ("soon", None), ("٣", None)],
)
def test_retry_after_in_seconds(header: str, expected: int | None) -> None:
    """At most a day; what is no plain number is unknown."""
    assert (timedelta(seconds=expected) if expected else None) == retry_after_of(header)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        [],
        {"input_tokens": -1, "output_tokens": True, "cost": float("nan")},
        {"input_tokens": "9", "output_tokens": 1.5, "cost": "0.1"},
        {"prompt_tokens": 10**12, "cost": -1, "prompt_tokens_details": 7},
        {"prompt_tokens_details": {"cached_tokens": None}, "cost": 10**400},
    ],
    ids=str,
)
def test_usage_of_wrong_types_is_unknown(usage: object) -> None:
    """Never nought, never a crash."""
    assert Usage() == usage_of({"usage": usage})


def test_a_request_id_is_short_and_plain() -> None:
    """It is written to a table and to logs."""
    assert "req_1" == request_id_of(None, 7, "a b", "x" * 101, "<b>", "req_1", "req_2")
    assert request_id_of("né") is None


@pytest.mark.parametrize(
    ("provider", "base_url", "expected"),
    [
        (Provider.OPENAI, None, Dialect.RESPONSES),
        (Provider.OPENAI, "https://eu.api.openai.com/v1", Dialect.RESPONSES),
        (Provider.OPENAI, "https://gateway.example/v1", Dialect.CHAT),
        (Provider.OPENAI, "https://openai.com.example/v1", Dialect.CHAT),
        (Provider.OPENROUTER, None, Dialect.CHAT),
        (Provider.OLLAMA, None, Dialect.CHAT),
    ],
)
def test_who_is_spoken_to_in_which_dialect(provider: Provider, base_url: str | None, expected: Dialect) -> None:
    """`responses` is OpenAI's own alone."""
    assert expected is ModelSetup(provider, base_url).speaks


def test_a_setup_does_not_show_its_key() -> None:
    """Not even by accident."""
    assert "canary" not in repr(ModelSetup(Provider.OPENAI, key="sk-canary"))


def test_the_most_telling_error_comes_first() -> None:
    """What an operator must do, then what passes by itself; of two alike the last."""
    down, other_down = ProviderDown("busy", "one"), ProviderDown("busy", "two")
    wrong, slow, poor = Misconfigured("key_refused", ""), TooSlow("too_slow", ""), TryAgain("refused", "")

    assert wrong is most_telling([poor, wrong, down])
    assert other_down is most_telling([down, slow, other_down, poor])
    assert slow is most_telling([slow, poor])
