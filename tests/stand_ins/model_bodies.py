"""The JSON of the three servers' answers, as their own documentation and clients have it."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.stand_ins.model_answers import Said, family


@dataclass(frozen=True)
class Model:
    """One that the server has. capabilities: None on an older Ollama; families, parts: on the oldest."""

    name: str
    capabilities: tuple[str, ...] | None = ("completion", "vision")
    families: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def filled(said: Said, body: dict[str, Any]) -> str:
    """What is said, with the right answer in its place."""
    right = json.dumps(family(body))
    return right if said.text is None else said.text.replace("{right}", right)


def response(text: str, said: Said) -> dict[str, Any]:
    """Of `POST /responses`."""
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    if said.refusal:
        part = {"type": "refusal", "refusal": said.refusal}
    reasons = {"length": "max_output_tokens", "content_filter": "content_filter"}
    is_whole = said.ending == "stop"
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed" if is_whole else "incomplete",
        "incomplete_details": None if is_whole else {"reason": reasons[said.ending]},
        "error": None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]},
        ],
        "usage": {
            "input_tokens": 900,
            "input_tokens_details": {"cached_tokens": 512},
            "output_tokens": 120,
            "output_tokens_details": {"reasoning_tokens": 30},
            "total_tokens": 1020,
        },
    }


def completion(text: str, said: Said, *, is_router: bool) -> dict[str, Any]:
    """Of `POST /chat/completions`; OpenRouter's tells its cost."""
    usage: dict[str, Any] = {
        "prompt_tokens": 900,
        "completion_tokens": 120,
        "total_tokens": 1020,
        "prompt_tokens_details": {"cached_tokens": 512},
        "completion_tokens_details": {"reasoning_tokens": 30},
    }
    message = {"role": "assistant", "content": None if said.refusal else text, "refusal": said.refusal}
    return {
        "id": "chat_1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": said.ending, "message": message}],
        "usage": usage | ({"cost": 0.00095} if is_router else {}),
    }


def vectors(vector_of: Callable[[str, int], list[Any]], body: dict[str, Any]) -> dict[str, Any]:
    """Of `POST /embeddings`, last first: their `index` counts."""
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    width = body.get("dimensions", 1536)
    data = []
    for index, text in enumerate(texts):
        vector: Any = vector_of(text, width)
        if body.get("encoding_format") == "base64":
            vector = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
        data.append({"object": "embedding", "index": index, "embedding": vector})
    used = {"prompt_tokens": 5 * len(texts), "total_tokens": 5 * len(texts)}
    return {"object": "list", "model": body["model"], "data": data[::-1], "usage": used}


def listed(
    models: Sequence[Model], path: str, body: dict[str, Any], *, lists_capabilities: bool
) -> tuple[int, dict[str, Any]]:
    """What Ollama and OpenRouter tell of their models."""
    if path.endswith("/api/tags"):
        return 200, {"models": [_tag(one, lists_capabilities=lists_capabilities) for one in models]}
    if path.endswith("/api/show"):
        named = [one for one in models if one.name == body.get("model")]
        return (200, _shown(named[0])) if named else (404, {"error": "model not found"})
    if path.endswith("/models"):
        return 200, {"data": [_offer(one) for one in models]}
    return 404, {"error": {"message": "no such path"}}


def _tag(model: Model, *, lists_capabilities: bool) -> dict[str, Any]:
    told = {"capabilities": list(model.capabilities)} if model.capabilities and lists_capabilities else {}
    return {"name": model.name, "model": model.name, **told}


def _shown(model: Model) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "details": {"families": list(model.families)},
        "model_info": dict.fromkeys(model.parts, 1),
    }
    return shown | ({"capabilities": list(model.capabilities)} if model.capabilities is not None else {})


def _offer(model: Model) -> dict[str, Any]:
    takes = ["text", "image"] if "vision" in (model.capabilities or ()) else ["text"]
    return {
        "id": model.name,
        "architecture": {"input_modalities": takes, "output_modalities": ["text"]},
        "supported_parameters": ["structured_outputs", "response_format", "max_tokens"],
    }
