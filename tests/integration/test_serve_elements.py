"""The module of the custom elements: how it is served, how heavy it is, and the package that it is in."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from media_vm import __version__
from serve.app import create_app
from tests.integration.shelf_in_memory import MemoryShelf, ask, settings_for

PACKAGE = Path(__file__).parents[2] / "serve" / "static"
ADDRESS = "/static/smart-image.js"
MODULE = (PACKAGE / "smart-image.js").read_bytes()
MOST_BYTES = 4_000  # compressed, as it is written: nothing minifies it


@pytest.fixture
def app(tmp_path: Path) -> ASGIApp:
    return create_app(settings_for(tmp_path), MemoryShelf())


def test_pages_of_any_origin_may_load_it(app: ASGIApp) -> None:
    """As JavaScript, for an hour, with a validator."""
    answer = ask(app, "GET", ADDRESS, {b"Origin": b"https://festival.example"})
    assert (200, MODULE) == (answer.status_code, answer.content)
    assert {
        "content-type": "text/javascript; charset=utf-8",
        "content-length": str(len(MODULE)),
        "cache-control": "public, max-age=3600",
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
    }.items() <= dict(answer.headers).items()


def test_a_listed_origin_alone_may_load_it(tmp_path: Path) -> None:
    """`MEDIA_VM_CORS_ORIGINS` holds for the module too."""
    app = create_app(settings_for(tmp_path, cors_origins=("https://festival.example",)), MemoryShelf())
    allowed = [
        ask(app, "GET", ADDRESS, {b"Origin": origin}).headers.get("access-control-allow-origin")
        for origin in (b"https://festival.example", b"https://evil.example")
    ]
    assert ["https://festival.example", None] == allowed


def test_a_copy_that_is_still_good_is_not_sent_again(app: ASGIApp) -> None:
    """304 without a body, and HEAD without one."""
    tag = ask(app, "HEAD", ADDRESS).headers["etag"]
    again = ask(app, "GET", ADDRESS, {b"If-None-Match": tag.encode()})
    head = ask(app, "HEAD", ADDRESS)
    assert [(304, b""), (200, b"")] == [(one.status_code, one.content) for one in (again, head)]
    assert str(len(MODULE)) == head.headers["content-length"]


@pytest.mark.parametrize("path", ["/static/", "/static/package.json", "/static/react.js", "/static/../app.py"])
def test_nothing_else_of_the_package_is_served(app: ASGIApp, path: str) -> None:
    """It is one file, not a folder."""
    assert 404 == ask(app, "GET", path).status_code


def test_it_is_documented(app: ASGIApp) -> None:
    """GET alone: HEAD says nothing of its own."""
    assert ["get"] == list(ask(app, "GET", "/openapi.json").json()["paths"][ADDRESS])


def test_it_weighs_less_than_four_kilobytes() -> None:
    """Compressed, comments and all."""
    assert len(gzip.compress(MODULE, 9)) < MOST_BYTES


def test_it_never_makes_markup_of_text() -> None:
    """And loads nothing from anywhere by its name."""
    text = MODULE.decode()
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|https?://", text
    )
    assert not re.search(r"^\s*import\b|\bimport\(", text, re.MULTILINE)


def test_the_package_is_ready_for_npm() -> None:
    """Its version is ours, every file that it names is there, it depends on nothing and names no registry."""
    package = json.loads((PACKAGE / "package.json").read_text())
    named = [path for entry in package["exports"].values() for path in entry.values()]
    assert __version__ == package["version"]
    assert [] == [path for path in [*named, *package["sideEffects"]] if not (PACKAGE / path).is_file()]
    assert {} == {
        name: package.get(name) for name in ("dependencies", "publishConfig", "scripts") if name in package
    }
    assert not re.search(r"https?://|registry", (PACKAGE / "package.json").read_text())


def test_the_react_components_have_the_sites_names() -> None:
    """And the declarations name the same props."""
    code, types = ((PACKAGE / f"react.{end}").read_text() for end in ("js", "d.ts"))
    props = {
        "SmartImage": ["mediaId", "size", "alt", "backgroundOption", "preferredFormats", "showAIData"],
        "AIAnalysisDisplay": ["mediaId", "showStyle", "showColors", "showQuality", "showMood"],
    }
    for name, expected in props.items():
        [taken] = re.findall(rf"export function {name}\(\{{ (.*?), className, \.\.\.rest \}}\)", code)
        assert expected == taken.split(", ")
        assert [] == [prop for prop in expected if not re.search(rf"^  {prop}\??:", types, re.MULTILINE)]
