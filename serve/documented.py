"""The OpenAPI page, the hot path included, which FastAPI never sees."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from media_vm.rules.pictures import Background, Format, Size
from media_vm.rules.sizes import ALIASES
from serve import problems
from serve.examples import PREFIX, PROBLEM_SCHEMA, refusals, tell

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
_SIGNED = [
    {"name": "exp", "in": "query", "schema": {"type": "integer"}, "description": "Until when, as a Unix time."},
    {"name": "sig", "in": "query", "schema": {"type": "string"}, "description": "The signature of id and `exp`."},
]
_HASH8 = "The first 8 hex digits of the file's SHA-256."
_VERSION = {"name": "v", "in": "query", "description": _HASH8, "schema": {"type": "string"}}
_NAMED_SIZE = {
    "name": "size",
    "in": "path",
    "required": True,
    "description": "The box that the picture fits in; with `.nobg` a logo's face without background",
    "schema": {
        "type": "string",
        "enum": [f"{size}{face}" for face in ("", ".nobg") for size in (*Size, *ALIASES)],
    },
    "example": "grid",
}
_EXTENSION = {
    "name": "ext",
    "in": "path",
    "required": True,
    "description": "The format; one that is not kept gives the next one",
    "schema": {"type": "string", "enum": [*Format, "jpg"]},
    "example": "avif",
}
_NAMED_VERSION = {
    "name": "hash8",
    "in": "path",
    "required": True,
    "description": f"{_HASH8[:-1]}, in lower case.",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{8}$"},
    "example": "54bac2e2",
}
_REFUSALS = refusals(
    (
        *(problems.UNKNOWN_VALUE, problems.UNAUTHORIZED, problems.NOT_SIGNED, problems.NOT_FOUND),
        *(problems.NOT_READY, problems.GONE, problems.URL_TOO_LONG, problems.RANGE, problems.UNAVAILABLE),
    )
)
_EXAMPLE = {
    "media_id": "789",
    "data_type": "product",
    "width": 1500,
    "height": 1000,
    "alt_text": "A sunset over a harbour, in oil",
    "thumbhash": "1QcSHQRnh493V4dIh4eXh1h4kJUI",
    "average_color": "#C07A4B",
    "focal_point": {"x": 0.5, "y": 0.3},
    "variants": [
        {
            "size": "grid",
            "format": "avif",
            "type": "image/avif",
            "bg": "original",
            "width": 500,
            "height": 333,
            "bytes": 17820,
            "url": "https://media.example/serve/789/v54bac2e2/grid.avif",
        }
    ],
    "srcset": {"avif": "https://media.example/serve/789/v54bac2e2/grid.avif 500w"},
    "analysis": {"style": "Impressionism", "dominant_colors": ["#C07A4B"]},
}


_DELETED = {"success": True, "media_id": "789", "deleted_at": "2026-11-21T22:00:00.000Z"}
DELETED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Deleted before, and nothing is left of it but its id and its times.",
        "content": {"application/json": {"example": _DELETED | {"removed": True}}},
    },
    202: {
        "description": "Nobody sees it any more; a worker is removing its files.",
        "content": {"application/json": {"example": _DELETED | {"removed": False}}},
    },
}


class Documented(FastAPI):
    """FastAPI whose schema also describes the pictures, although another application answers for them."""

    def openapi(self) -> dict[str, Any]:
        """The schema, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _completed(super().openapi())
        return self.openapi_schema


def _query(name: str, description: str, values: tuple[str, ...]) -> dict[str, Any]:
    schema = {"type": "string", "enum": [str(value) for value in values]}
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    """With examples, our own errors in place of FastAPI's, and the pictures."""
    paths, models = schema["paths"], schema["components"]["schemas"]
    for path, verbs in paths.items():
        for verb, operation in verbs.items():
            if path.startswith(PREFIX):
                tell(verb, path, operation)
            else:
                operation["responses"].pop("422", None)
                operation["responses"] |= refusals(_OF_OPEN_ROUTES.get(path, ()))
    for name in ("HTTPValidationError", "ValidationError"):
        models.pop(name, None)
    models["Problem"] = PROBLEM_SCHEMA
    paths |= {"/serve/{media_id}": _PICTURE, "/api/images/{media_id}": _PICTURE}
    paths["/serve/{media_id}/{size}.{ext}"] = _PICTURE | {"parameters": _OF_A_PATH}
    paths["/serve/{media_id}/v{hash8}/{size}.{ext}"] = _PICTURE | {"parameters": [_NAMED_VERSION, *_OF_A_PATH]}
    paths["/serve/{media_id}/manifest.json"] = _MANIFEST
    return schema


_OF_OPEN_ROUTES = {
    "/readyz": (problems.NOT_SET_UP, problems.UNAVAILABLE),
    "/problems/{slug}": (problems.NOT_FOUND,),
}
_ANSWERS = {
    "200": {
        "description": "The picture; its ETag, Vary and Cache-Control say how long and for whom it holds.",
        "content": {kept.media_type: {"schema": {"type": "string", "format": "binary"}} for kept in Format},
    },
    "206": {"description": "The part of the picture that `Range` asks for."},
    "304": {"description": "The copy that `If-None-Match` names is still good."},
    **_REFUSALS,
}
_PICTURE: dict[str, Any] = {
    "parameters": [_ID, *(_query(name, *choice) for name, choice in _CHOICES.items()), _VERSION, *_SIGNED],
    "get": {"tags": ["pictures"], "summary": "One picture", "responses": _ANSWERS},
    "head": {"tags": ["pictures"], "summary": "A picture's headers", "responses": _ANSWERS},
}
_OF_A_PATH = [_ID, _NAMED_SIZE, _EXTENSION, *_SIGNED]
_MANIFEST: dict[str, Any] = {
    "parameters": [_ID, *_SIGNED],
    "get": {
        "tags": ["pictures"],
        "summary": "What a page can know of a picture: every variant kept, srcsets, alt text, placeholder",
        "responses": {
            "200": {
                "description": "What nobody knows is null.",
                "content": {"application/json": {"schema": {"type": "object"}, "example": _EXAMPLE}},
            },
            **{status: _ANSWERS[status] for status in ("304", "401", "403", "404", "410", "503")},
        },
    },
}
