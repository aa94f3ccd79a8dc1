"""The JSON schema that a provider is sent: structure, words and descriptions, and nothing that some refuse.

Strict mode wants every field required and no other; it has refused defaults, examples, lengths and ranges, and
some servers do not follow `$ref`. Ranges are kept by `answer_fields.py` afterwards.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from pydantic import BaseModel

_KEPT: Final = ("type", "enum", "description", "anyOf", "items")


@cache
def strict_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """Of one answer, without references. Do not change what comes: it is kept."""
    schema = answer.model_json_schema()
    return _strict(schema, schema.get("$defs", {}))


def _strict(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        beside = {name: value for name, value in node.items() if name == "description"}
        return _strict({**definitions[node["$ref"].rpartition("/")[2]], **beside}, definitions)
    strict = {name: value for name, value in node.items() if name in _KEPT}
    if "anyOf" in strict:
        strict["anyOf"] = [_strict(one, definitions) for one in strict["anyOf"]]
    if "items" in strict:
        strict["items"] = _strict(strict["items"], definitions)
    if strict.get("type") == "object":
        fields = {name: _strict(field, definitions) for name, field in node.get("properties", {}).items()}
        strict |= {"properties": fields, "required": list(fields), "additionalProperties": False}
    return strict
