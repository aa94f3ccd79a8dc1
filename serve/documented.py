"""The OpenAPI page, the hot path included, which FastAPI never sees."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from media_vm.rules.pictures import Background, Format, Size
from media_vm.rules.sizes import ALIASES

_ID = {
    "name": "media_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "format": "int64", "minimum": 1},
}
_CHOICES = {
    "size": ("The box that the picture fits in; `detail` if none is named.", (*Size, *ALIASES)),
    "format": ("One format for all; else the best that `Accept` names.", (*Format, "jpg")),
    "bg": ("A logo's face.", tuple(Background)),
}
_VERSION = {
    "name": "v",
    "in": "query",
    "description": "The first 8 hex digits of the file's SHA-256.",
    "schema": {"type": "string"},
}
_PROBLEMS = {
    "400": "An unknown `size`, `format` or `bg`; `valid_values` lists the known ones.",
    "404": "No such picture, or, with `Retry-After`, one that is still being made.",
    "410": "Failed or deleted.",
    "503": "Ask again after `Retry-After` seconds.",
}


class Documented(FastAPI):
    """FastAPI whose schema also describes the pictures, although another application answers for them."""

    def openapi(self) -> dict[str, Any]:
        """The schema, made once."""
        schema = super().openapi()
        schema["paths"] |= {"/serve/{media_id}": _PICTURE, "/api/images/{media_id}": _PICTURE}
        return schema


def _query(name: str, description: str, values: tuple[str, ...]) -> dict[str, Any]:
    schema = {"type": "string", "enum": [str(value) for value in values]}
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _refused(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {}}}


_ANSWERS = {
    "200": {
        "description": "The picture; its ETag, Vary and Cache-Control say how long and for whom it holds.",
        "content": {kept.media_type: {"schema": {"type": "string", "format": "binary"}} for kept in Format},
    },
    "304": {"description": "The copy that `If-None-Match` names is still good."},
    **{status: _refused(description) for status, description in _PROBLEMS.items()},
}
_PICTURE: dict[str, Any] = {
    "parameters": [_ID, *(_query(name, *choice) for name, choice in _CHOICES.items()), _VERSION],
    "get": {"tags": ["pictures"], "summary": "One picture", "responses": _ANSWERS},
    "head": {"tags": ["pictures"], "summary": "A picture's headers", "responses": _ANSWERS},
}
