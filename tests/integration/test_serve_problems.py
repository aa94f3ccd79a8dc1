"""What serve tells people and programs of its own answers: a page for every problem, an example for every call."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from serve import examples, problems
from serve.app import create_app
from serve.problems import PROBLEM_TYPES, ProblemType
from tests.integration.shelf_in_memory import MemoryShelf, ask, settings_for

SERVE = Path(problems.__file__).parent
NGINX = SERVE.parent / "deploy" / "nginx"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    settings = settings_for(tmp_path_factory.mktemp("storage"), own_api_key=SecretStr("key"))
    return create_app(settings, MemoryShelf())


@pytest.fixture(scope="module")
def schema(app: ASGIApp) -> dict[str, Any]:
    document: dict[str, Any] = ask(app, "GET", "/openapi.json").json()
    return document


@pytest.mark.parametrize("kind", PROBLEM_TYPES.values(), ids=list(PROBLEM_TYPES))
def test_every_problem_type_has_its_page(app: ASGIApp, kind: ProblemType) -> None:
    """The URL in `type` leads to what it means and what to do, in sentences; the page loads nothing."""
    answer = ask(app, "GET", f"/problems/{kind.slug}")
    words = re.sub("<[^>]+>", "", answer.text)

    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert [] == [said for said in (kind.title, str(kind.status), *plain(kind)) if said not in words]
    assert [] == [said for said in plain(kind) if not re.match(r"[A-Z].*\.$", said)]
    assert "default-src 'none'; style-src 'unsafe-inline'" == answer.headers["content-security-policy"]


def plain(kind: ProblemType) -> list[str]:
    return [text.replace("`", "").replace("'", "&#x27;") for text in (kind.meaning, kind.remedy)]


def test_the_list_of_problems_leads_to_each(app: ASGIApp) -> None:
    """And an unknown one is a problem itself."""
    page = ask(app, "GET", "/problems").text
    linked = re.findall(r'href="problems/([a-z-]+)"', page)

    assert sorted(PROBLEM_TYPES) == sorted(linked)
    assert 404 == ask(app, "GET", "/problems/none").status_code


def test_every_problem_that_is_raised_has_a_page() -> None:
    """Whatever name stands in a `Problem(…)` anywhere in serve, and whatever nginx says in its place."""
    kinds = {name: kind for name, kind in vars(problems).items() if isinstance(kind, ProblemType)}
    said = re.findall(r'/problems/([a-z-]+)"', "".join(path.read_text() for path in NGINX.rglob("*.conf")))

    assert set(PROBLEM_TYPES.values()) == set(kinds.values())
    assert set() == set(_named()) - set(kinds)
    assert set() == set(said) - set(PROBLEM_TYPES)
    assert {"UNAUTHORIZED", "TOO_MANY_REQUESTS", "INVALID"} <= set(_named())


def _named() -> Iterator[str]:
    """Each kind that serve's code takes from its list, and none that it makes by itself."""
    for path in SERVE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "problems"
            ):
                yield from [node.attr] if node.attr.isupper() else []
            made = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ProblemType"
            assert not made or path.name == "problems.py", f"{path.name} makes a problem of its own"


def calls(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every route of contract §3."""
    return [
        (verb, path, operation)
        for path, verbs in schema["paths"].items()
        if path.startswith(examples.PREFIX)
        for verb, operation in verbs.items()
    ]


def test_every_call_is_documented_by_examples(schema: dict[str, Any]) -> None:
    """A good answer, what is sent, and each refusal by a problem; what FastAPI says of errors is not ours."""
    assert {(verb, examples.PREFIX + path) for verb, path in examples.ROUTES} <= {
        (verb, path) for verb, path, _ in calls(schema)
    }
    for verb, path, operation in calls(schema):
        good = [answer for status, answer in operation["responses"].items() if status < "300"]
        bad = {status: answer for status, answer in operation["responses"].items() if status >= "300"}
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        assert good, (verb, path)
        assert all(answer["content"]["application/json"]["example"]["success"] for answer in good), (verb, path)
        assert {"401", "422", "429", "503"} <= set(bad), (verb, path)
        assert "404" in bad or "{" not in path, (verb, path)
        assert body is None or "example" in body, (verb, path)
        for status, answer in bad.items():
            said = answer["content"]["application/problem+json"]["examples"]
            assert {int(status)} == {one["value"]["status"] for one in said.values()}
    assert "HTTPValidationError" not in json.dumps(schema)


def test_what_is_sent_by_example_is_what_a_route_takes(app: ASGIApp, schema: dict[str, Any]) -> None:
    """None of the examples is refused for its form."""
    key = {"Authorization": "Bearer key"}
    told = [
        ask(app, verb.upper(), re.sub("{.*}", "7", path), key, json=body["content"]["application/json"]["example"])
        for verb, path, operation in calls(schema)
        if (body := operation.get("requestBody"))
    ]

    assert 4 == len(told)
    assert {202, 404} == {answer.status_code for answer in told}


@pytest.mark.parametrize(
    "path", ["/livez", "/readyz", "/docs", "/openapi.json", "/problems", "/problems/gone", "/api/media"]
)
def test_what_is_so_at_this_moment_is_kept_nowhere(app: ASGIApp, path: str) -> None:
    """A cache that called a server well, or told who has no key what the key's holder was told, would be wrong."""
    answer = ask(app, "GET", path, {"Authorization": "Bearer key"})
    named = [answer.headers.get_list(name) for name in ("cache-control", "x-content-type-options")]

    assert (200, [["no-store"], ["nosniff"]]) == (answer.status_code, named)


@pytest.mark.parametrize("path", ["/api/media/", "/livez/", "/api/media/wake/"])
def test_another_spelling_is_no_redirect(app: ASGIApp, path: str) -> None:
    """It would lead to whatever host the client said that we are."""
    answer = ask(app, "GET", path, {"Host": "evil.example"})

    assert 404 == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]
