"""The two APIs of the `openai` client: what is sent for one question, and what an answer says in either."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from media_vm.errors import ProviderDown, StepFailed, TryAgain
from media_vm.rules.findings import Provider
from media_vm.vision.model_ladder import Rung
from media_vm.vision.model_setup import Dialect

if TYPE_CHECKING:
    import openai

MOST_TOKENS_OUT: Final = 4_000  # an answer has some 900; models that reason take as many again before it
_CUT: Final = ("length", "max_tokens", "max_output_tokens")
_FILTERED: Final = ("content_filter", "refusal", "safety")


@dataclass(frozen=True, slots=True)
class Question:
    """One picture's. system: the same for every picture, so that caching hits. schema: strict JSON schema.

    correction: the answer that was of no use, and what was wrong with it.
    """

    system: str
    text: str
    picture: bytes
    schema_name: str
    schema: dict[str, Any]
    correction: tuple[str, str] | None = None


def sender(
    provider: Provider, dialect: Dialect, model: str, rung: Rung, question: Question
) -> Callable[[openai.OpenAI], Any]:
    """What the client is to do: `create` with the raw answer, for we check it ourselves."""
    if dialect is Dialect.RESPONSES:
        asked = _responses_request(model, rung, question)
        return lambda client: client.responses.with_raw_response.create(**asked)
    chat = _chat_request(provider, model, rung, question)
    return lambda client: client.chat.completions.with_raw_response.create(**chat)


def answer_of(dialect: Dialect, body: dict[str, Any]) -> str:
    """A whole answer's text. TryAgain: `cut_answer`, `refused`, `empty_answer`; ProviderDown: its model failed."""
    text, ending, is_refused = _responses_answer(body) if dialect is Dialect.RESPONSES else _chat_answer(body)
    if is_refused or ending in _FILTERED:
        raise TryAgain("refused", "the model refused to answer")
    if ending in _CUT or ending == "incomplete":
        raise TryAgain("cut_answer", "the model's answer was cut off")
    if ending in ("failed", "error"):
        raise _failed_there()
    if not text.strip():
        raise TryAgain("empty_answer", "the model's answer is empty")
    return text


def _failed_there() -> StepFailed:
    return ProviderDown("unavailable", "the model failed while it answered")


def _responses_request(model: str, rung: Rung, question: Question) -> dict[str, Any]:
    formats: dict[Rung, dict[str, Any]] = {
        Rung.JSON_SCHEMA: {
            "type": "json_schema",
            "name": question.schema_name,
            "schema": question.schema,
            "strict": True,
        },
        Rung.JSON_OBJECT: {"type": "json_object"},
    }
    asked: dict[str, Any] = {
        "model": model,
        "instructions": question.system,
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": question.text},
                    {"type": "input_image", "image_url": _data_url(question.picture), "detail": "high"},
                ],
            },
            *_correction(question),
        ],
        "max_output_tokens": MOST_TOKENS_OUT,
        "store": False,
    }
    if rung in formats:
        asked["text"] = {"format": formats[rung]}
    return asked


def _chat_request(provider: Provider, model: str, rung: Rung, question: Question) -> dict[str, Any]:
    formats: dict[Rung, dict[str, Any]] = {
        Rung.JSON_SCHEMA: {
            "type": "json_schema",
            "json_schema": {"name": question.schema_name, "schema": question.schema, "strict": True},
        },
        Rung.JSON_OBJECT: {"type": "json_object"},
    }
    picture = {"type": "image_url", "image_url": {"url": _data_url(question.picture), "detail": "high"}}
    asked: dict[str, Any] = {
        "model": model,
        "messages": [
            {"role": "system", "content": question.system},
            {"role": "user", "content": [{"type": "text", "text": question.text}, picture]},
            *_correction(question),
        ],
        "max_tokens": MOST_TOKENS_OUT,
    }
    if rung in formats:
        asked["response_format"] = formats[rung]
    if provider is Provider.OLLAMA:
        asked["temperature"] = 0
    if provider is Provider.OPENROUTER:  # only where the format is kept to, and nobody trains on the picture
        strictly = {"require_parameters": True} if rung in formats else {}
        asked["extra_body"] = {"provider": {"data_collection": "deny", **strictly}}
    return asked


def _correction(question: Question) -> list[dict[str, Any]]:
    if question.correction is None:
        return []
    answer, problem = question.correction
    return [
        {"role": "assistant", "content": answer},
        {
            "role": "user",
            "content": f"That answer cannot be used: {problem}. Answer again, with the whole JSON object alone.",
        },
    ]


def _data_url(picture: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode("ascii")


def _responses_answer(body: dict[str, Any]) -> tuple[str, str, bool]:
    """Its text, how it ended, and whether that was a refusal."""
    parts = [
        part
        for item in _dicts(body.get("output"))
        if item.get("type") == "message"
        for part in _dicts(item.get("content"))
    ]
    text = "".join(str(part["text"]) for part in parts if isinstance(part.get("text"), str))
    details = body.get("incomplete_details")
    why = details.get("reason") if isinstance(details, dict) else None
    ending = why if isinstance(why, str) else body.get("status")
    return text, str(ending), any(part.get("type") == "refusal" for part in parts)


def _chat_answer(body: dict[str, Any]) -> tuple[str, str, bool]:
    choice = next(iter(_dicts(body.get("choices"))), {})
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    content = message.get("content")
    if isinstance(content, list):  # some servers answer in parts, as they are asked
        content = "".join(str(part.get("text") or "") for part in _dicts(content))
    ending = "error" if choice.get("error") else str(choice.get("finish_reason"))
    return content if isinstance(content, str) else "", ending, bool(message.get("refusal"))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
