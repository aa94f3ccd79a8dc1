"""What serve tells everybody: that it lives, whether it is ready, and which routes it has."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from media_vm.errors import DatabaseDown
from media_vm.rules.asked import Asked, asked_by_url
from media_vm.rules.pictures import Background, Format, Size
from serve.app import create_app
from serve.docs_page import docs_page
from serve.reader import Reader
from serve.readiness import Readiness
from tests.integration.routes import app_of, shelf_of
from tests.integration.shelf_in_memory import MemoryShelf, ask, settings_for
from tests.portraits import GRID, body_of, portrait


@pytest.fixture
def shelf(tmp_path: Path) -> MemoryShelf:
    return shelf_of(tmp_path)


@pytest.fixture
def app(tmp_path: Path, shelf: MemoryShelf) -> ASGIApp:
    return app_of(tmp_path, shelf)


def test_livez_touches_nothing(app: ASGIApp, shelf: MemoryShelf) -> None:
    """A process with its database away is alive, but not ready."""
    shelf.error = DatabaseDown("away")
    statuses = [ask(app, "GET", path).status_code for path in ("/livez", "/readyz")]
    assert statuses == [200, 503]


def test_readyz_tells_nobody_where_the_database_is(app: ASGIApp, shelf: MemoryShelf) -> None:
    """It is open to all: a database that is away is `Briefly unavailable`, the driver's words stay in the log."""
    shelf.error = DatabaseDown("Can't connect to MySQL server on 'db.internal'")
    answer = ask(app, "GET", "/readyz")
    assert (answer.status_code, answer.json()["title"]) == (503, "Briefly unavailable")
    assert "db.internal" not in answer.text


def test_readyz_names_the_remedy(tmp_path: Path, shelf: MemoryShelf) -> None:
    """Ready or not, and if not, what the operator has to do."""

    def asked() -> httpx.Response:
        return ask(create_app(settings_for(tmp_path), shelf), "GET", "/readyz")

    assert asked().json() == {"status": "ready"}
    shelf.unready = "run `media-vm migrate`"
    answer = asked()
    assert (answer.status_code, answer.json()["detail"]) == (503, "run `media-vm migrate`")


def test_readyz_looks_at_the_database_once_a_second(shelf: MemoryShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is open to all: a hundred who ask, at once and one after the other, hear the same look or error."""
    seconds, looks = [1000.0], 0

    def looked() -> str | None:
        nonlocal looks
        looks += 1
        return MemoryShelf.is_ready(shelf)

    monkeypatch.setattr(shelf, "is_ready", looked)

    async def story() -> list[object]:
        reader = Reader(shelf)
        readiness = Readiness(reader, lambda: seconds[0])
        told: list[object] = []
        for shelf.error in (None, DatabaseDown("away"), None):
            told += await asyncio.gather(*(readiness.remedy() for _ in range(50)), return_exceptions=True)
            told += await asyncio.gather(*(readiness.remedy() for _ in range(50)), return_exceptions=True)
            seconds[0] += 1
        reader.close()
        return told

    told = asyncio.run(story())
    assert [type(None)] * 100 + [DatabaseDown] * 100 + [type(None)] * 100 == [type(one) for one in told]
    assert 3 == looks


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/docs", "/problems", "/problems/gone"])
def test_an_open_page_answers_head_as_get(app: ASGIApp, path: str) -> None:
    """Monitors ask so."""
    head, get = (ask(app, method, path) for method in ("HEAD", "GET"))
    named = [[one.headers[name] for name in ("content-type", "content-length")] for one in (head, get)]
    assert (200, named[1]) == (head.status_code, named[0])


def test_the_routes_are_documented(app: ASGIApp) -> None:
    """OpenAPI lists every route of the main API with its Bearer key."""
    paths = ask(app, "GET", "/openapi.json").json()["paths"]
    guarded = {path for path, verbs in paths.items() if any("security" in verb for verb in verbs.values())}
    assert guarded == {
        "/api/media",
        "/api/media/{media_id}",
        "/api/media/focal/{media_id}",
        "/api/media/background/{media_id}",
        "/api/media/alt/{media_id}",
        "/api/media/wake",
        "/api/media/status/{pending_image_id}",
        "/api/media/retry/{pending_image_id}",
        "/api/media/analysis/{media_id}",
    }


def test_the_page_of_routes_loads_nothing(app: ASGIApp) -> None:
    """Every route, its parameters with their values, its answers; no script, and nothing from elsewhere."""
    answer = ask(app, "GET", "/docs")
    page = answer.text

    assert "text/html; charset=utf-8" == answer.headers["content-type"]
    assert "default-src 'none'; style-src 'unsafe-inline'" == answer.headers["content-security-policy"]
    for verb, path in (("GET", "/serve/{media_id}"), ("PUT", "/api/media/focal/{media_id}"), ("GET", "/livez")):
        assert f"<h2><code>{verb} {path}</code></h2>" in page
    assert "thumbnail, small, grid, detail, header, zoom, medium, large" in page
    assert "pending_image_ids" in page  # a body's members
    assert "A sunset over a harbour" in page  # the manifest's example
    assert [] == re.findall(r"(?i)<script|<link|\bsrc=|//", page.replace("https://media.example", ""))


def test_a_page_of_routes_shows_markup_as_text() -> None:
    """Whatever a schema says."""
    said = "<b>&</b>"
    operation = {"summary": said, "responses": {"200": {"description": said}}, "parameters": []}
    page = docs_page({"paths": {f"/{said}": {"get": operation}}})

    assert "<b>" not in page
    assert 3 == page.count("&lt;b&gt;&amp;&lt;/b&gt;")


def test_the_hot_path_is_documented(app: ASGIApp) -> None:
    """OpenAPI tells of the pictures too, each choice by all its names, though FastAPI never answers for them."""
    paths = ask(app, "GET", "/openapi.json").json()["paths"]
    picture = paths["/serve/{media_id}"]
    assert picture == paths["/api/images/{media_id}"]
    names = {one["name"]: one["schema"].get("enum") for one in picture["parameters"]}
    assert names == {
        "media_id": None,
        "size": ["thumbnail", "small", "grid", "detail", "header", "zoom", "medium", "large"],
        "format": ["avif", "webp", "jpeg", "png", "jpg"],
        "bg": ["original", "removed"],
        "v": None,
        "exp": None,
        "sig": None,
    }


def test_the_path_form_is_documented_by_examples(app: ASGIApp) -> None:
    """For CDNs: the manifest's own addresses, and what an example makes of them is a picture's."""
    paths = ask(app, "GET", "/openapi.json").json()["paths"]
    asked = []
    for path in ("/serve/{media_id}/{size}.{ext}", "/serve/{media_id}/v{hash8}/{size}.{ext}"):
        examples = {one["name"]: one.get("example") for one in paths[path]["parameters"]}
        asked.append(asked_by_url(path.format_map(examples | {"media_id": 789}), ""))
    assert [(789, Asked(Size.GRID, Format.AVIF, Background.ORIGINAL, v)) for v in (None, "54bac2e2")] == asked


@pytest.mark.parametrize("path", ["/docs", "/problems", "/problems/gone"])
def test_a_page_can_be_read_without_eyes_or_mouse(app: ASGIApp, path: str) -> None:
    """A main landmark around all that is said, no column without a heading, nothing that only a mouse scrolls."""
    page = ask(app, "GET", path).text
    body = page[page.index("<body>") : page.index("</body>")]
    assert re.fullmatch(r"<body><main>.*</main>\s*", body, re.DOTALL)
    assert [] == re.findall("<th></th>|<pre>", page)


def test_the_manifest_is_documented_by_an_example(app: ASGIApp) -> None:
    """Its members are those of a true manifest."""
    manifest = ask(app, "GET", "/openapi.json").json()["paths"]["/serve/{media_id}/manifest.json"]
    example = manifest["get"]["responses"]["200"]["content"]["application/json"]["example"]
    true = body_of(portrait(GRID))

    assert list(true) == list(example)
    assert list(true["variants"][0]) == list(example["variants"][0])
