"""`/docs`: every route on one page of plain HTML, which loads nothing from anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}

_VERBS = ("get", "head", "post", "put", "delete")
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>media VM: routes</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; font-size: 1.1rem; overflow-wrap: anywhere }
table { border-collapse: collapse } th, td { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0 }
pre { overflow-x: auto; padding: .5rem; border: 1px solid; }
</style></head><body><main>
<h1>media VM</h1>
<p>The same for programs: <a href="openapi.json">openapi.json</a>.
A key goes into <code>Authorization: Bearer …</code>. Errors are
<code>application/problem+json</code>; their <code>type</code> is a page that says what to do.</p>
"""


def docs_page(schema: Mapping[str, Any]) -> str:
    """The page of an OpenAPI schema."""
    models = schema.get("components", {}).get("schemas", {})
    routes = [
        _route(verb, path, {"parameters": verbs.get("parameters", []), **verbs[verb]}, models)
        for path, verbs in schema["paths"].items()
        for verb in _VERBS
        if verb in verbs
    ]
    return f"{_HEAD}{''.join(routes)}</main></body></html>\n"


def _route(verb: str, path: str, operation: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    says = operation.get("description") or operation.get("summary", "")
    key = "<p>Needs the key.</p>\n" if operation.get("security") else ""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return (
        f"<h2><code>{verb.upper()} {escape(path)}</code></h2>\n<p>{escape(says)}</p>\n{key}"
        + _table("Parameter", (_parameter(one) for one in operation["parameters"]))
        + (_json("Body", _resolved(body, models)) if body else "")
        + _table("Answer", (_answer(status, one) for status, one in operation["responses"].items()))
        + "".join(_examples(operation["responses"]))
    )


def _parameter(one: Mapping[str, Any]) -> tuple[str, str]:
    values = ", ".join(map(str, one["schema"].get("enum", ())))
    says = ": ".join(filter(None, (one.get("description", ""), values)))
    return one["name"], says or one["schema"].get("type", "")


def _answer(status: str, answer: Mapping[str, Any]) -> tuple[str, str]:
    return status, answer.get("description", "")


def _examples(responses: Mapping[str, Any]) -> Iterable[str]:
    for answer in responses.values():
        for content in answer.get("content", {}).values():
            if "example" in content:
                yield _json("Example", content["example"])


def _resolved(body: Mapping[str, Any], models: Mapping[str, Any]) -> object:
    """The model that a body names, or the body's own schema."""
    named = next((str(one["$ref"]) for one in (body, *body.get("anyOf", ())) if "$ref" in one), "")
    return models.get(named.rsplit("/", 1)[-1], body)


def _table(title: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"<tr><td><code>{escape(name)}</code></td><td>{escape(says)}</td></tr>\n" for name, says in rows]
    return f"<table><tr><th>{title}</th><th>Meaning</th></tr>\n{''.join(lines)}</table>\n" if lines else ""


def _json(title: str, value: object) -> str:
    shown = json.dumps(value, indent=2, ensure_ascii=False)
    # Whoever has no mouse scrolls what they can focus.
    return f'<p>{title}</p>\n<pre tabindex="0">{escape(shown)}</pre>\n'
