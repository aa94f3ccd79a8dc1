"""The package's React components and its Next loader, with the React that npm gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from media_vm.rules.pictures import DataType, Size
from media_vm.rules.sizes import targets
from tests.acceptance.chromium import chromium, complaints
from tests.acceptance.machine import Machine
from tests.acceptance.npm_packages import PACKAGE, node_modules, run_node
from tests.acceptance.smart_pages import shown

RENDERED = """
import { createElement as h } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { AIAnalysisDisplay, SmartImage } from "media-vm-smart-image/react";
console.log(renderToStaticMarkup(h(SmartImage, %s)) + renderToStaticMarkup(h(AIAnalysisDisplay, %s)));
"""
LOADED = """
import loader from "media-vm-smart-image/next-loader";
console.log(JSON.stringify(%s.map((picture) => loader(picture))));
"""
# React's own files are CommonJS, which browsers have no notion of: this is the least that they need.
COMMON_JS = """
const made = {};
const require = (name) => {
  if (!made[name]) {
    made[name] = { exports: {} };
    makers[name](require, made[name], made[name].exports);
  }
  return made[name].exports;
};
export const { createElement } = require("react");
export const { createRoot } = require("react-dom/client");
export const { flushSync } = require("react-dom");
"""
FILES = {
    "react": "react/cjs/react.production.js",
    "react-dom": "react-dom/cjs/react-dom.production.js",
    "react-dom/client": "react-dom/cjs/react-dom-client.production.js",
    "scheduler": "scheduler/cjs/scheduler.production.js",
}
HTML = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<script type="importmap">{"imports": {"react": "/react.js"}}</script></head><body><main></main>
<script type="module">
import { createElement, createRoot, flushSync } from "react";
import { AIAnalysisDisplay, SmartImage, defaults } from "/package/react.js";
defaults.base = location.origin;
const root = createRoot(document.querySelector("main"));
const heard = (event) => (window.heard = event.type);
window.draw = (image, analysis) =>
  flushSync(() => root.render([createElement(SmartImage, { key: 1, onLoad: heard, onError: heard, ...image }),
    createElement(AIAnalysisDisplay, { key: 2, ...analysis })]));
</script></body></html>"""
ATTRIBUTES = "one => Object.fromEntries([...one.attributes].map(({name, value}) => [name, value]))"


@pytest.fixture(scope="module")
def modules() -> Path:
    return node_modules()


@pytest.fixture
def page(modules: Path, machine: Machine) -> Iterator[Page]:
    """A page of serve's own origin, with React and our package on it."""
    makers = ",\n".join(
        f"{json.dumps(name)}: (require, module, exports) => {{ {(modules / path).read_text()} }}"
        for name, path in FILES.items()
    )
    react = f"const makers = {{ {makers} }};{COMMON_JS}"
    serve = machine.surroundings.addresses.serve
    with chromium() as browser:
        page = browser.new_page()
        said = complaints(page)
        page.route(f"{serve}/a-page", lambda route: route.fulfill(content_type="text/html", body=HTML))
        page.route(f"{serve}/react.js", lambda route: route.fulfill(content_type="text/javascript", body=react))
        page.route(
            f"{serve}/package/*",
            lambda route: route.fulfill(path=PACKAGE / route.request.url.rpartition("/")[2]),
        )
        page.goto(f"{serve}/a-page")
        page.wait_for_function("!!window.draw")
        yield page
        assert [] == [one for one in said if "404" not in one]


def test_react_draws_the_elements(page: Page, machine: Machine, uploaded: dict[str, int]) -> None:
    """Every prop of the site's is an attribute, true ones are empty, false and missing ones are not there."""
    media_id = machine.status(uploaded["logo"])["media_id"]
    image: dict[str, Any] = {
        "mediaId": media_id,
        "size": "thumbnail",
        "alt": "Profile",
        "backgroundOption": "removed",
        "preferredFormats": ["avif", "webp", "jpeg", "png"],
        "showAIData": True,
        "className": "round",
    }
    analysis = {"mediaId": media_id, "showStyle": True, "showColors": True, "showQuality": False}
    page.evaluate("([image, analysis]) => draw(image, analysis)", [image, analysis])
    assert {
        "class": "round",
        "media-id": media_id,
        "size": "thumbnail",
        "alt": "Profile",
        "background": "removed",
        "preferred-formats": "avif,webp,jpeg,png",
        "show-ai-data": "",
    } == page.locator("smart-image").evaluate(ATTRIBUTES)
    expected = {"media-id": media_id, "show-style": "", "show-colors": ""}
    assert expected == page.locator("main > ai-analysis").evaluate(ATTRIBUTES)
    assert "/thumbnail.nobg." in shown(page)
    assert "load" == page.evaluate("window.heard")
    page.evaluate("draw({mediaId: 999999}, {})")
    page.wait_for_function("window.heard == 'error'")


def test_react_changes_what_is_drawn(page: Page, machine: Machine, uploaded: dict[str, int]) -> None:
    """Another size and face, a row more: the elements follow."""
    media_id = machine.status(uploaded["logo"])["media_id"]
    first = {"mediaId": media_id, "size": "grid", "backgroundOption": "removed", "alt": "A"}
    page.evaluate("image => draw(image, {mediaId: image.mediaId})", first)
    assert ".nobg." in shown(page)
    page.evaluate(
        "image => draw(image, {mediaId: image.mediaId, showColors: true})",
        {"mediaId": media_id, "size": "thumbnail"},
    )
    page.wait_for_selector("smart-image >> source[srcset*='thumbnail.']", state="attached")
    assert ".nobg." not in shown(page)
    page.wait_for_selector("main > ai-analysis >> dt")
    assert {"media-id": media_id, "size": "thumbnail"} == page.locator("smart-image").evaluate(ATTRIBUTES)
    assert ["Colours"] == page.locator("ai-analysis >> dt").all_inner_texts()


def test_the_server_renders_them_too(modules: Path) -> None:
    """Without a browser the elements are tags with attributes, and nothing breaks."""
    image = {"mediaId": 7, "size": "grid", "showAIData": False, "base": "https://media.example"}
    markup = run_node(modules, RENDERED % (json.dumps(image), json.dumps({"mediaId": "7", "showColors": True})))
    assert markup == (
        '<smart-image base="https://media.example" media-id="7" size="grid"></smart-image>'
        '<ai-analysis media-id="7" show-colors=""></ai-analysis>\n'
    )


def loaded(modules: Path, asked: Iterable[tuple[str, int]]) -> list[str]:
    """What the loader makes of these addresses and widths."""
    pictures = [{"src": src, "width": width} for src, width in asked]
    told: list[str] = json.loads(run_node(modules, LOADED % json.dumps(pictures)))
    return told


def test_the_loader_names_a_size_and_touches_nothing_else(modules: Path) -> None:
    """Other parameters stay, and beyond the largest there is none; a chosen size and other addresses stay too."""
    start = "https://media.example/serve/7"
    chosen = {
        (start, 16): f"{start}?size=grid",
        (start, 640): f"{start}?size=small",
        (f"{start}?exp=1&sig=2#900x600", 641): f"{start}?exp=1&sig=2&size=detail",
        ("/media/api/images/7?bg=removed", 3840): "/media/api/images/7?bg=removed&size=zoom",
    }
    left = [
        *(f"{start}?size=thumbnail", f"{start}?bg=removed&size=grid", "/api/images/7?size=detail?size=header"),
        *(
            f"{start}/grid.avif",
            f"{start}/v54bac2e2/grid.nobg.png",
            "/local.png",
            "https://other.example/a.jpg?x=7",
        ),
        *("/conserve/7", "/serve/07", "data:image/png;base64,AA/serve/7x"),
    ]
    asked = [*chosen, *((src, 640) for src in left)]
    assert [*chosen.values(), *left] == loaded(modules, asked)


def test_no_larger_size_is_passed_over_for_one_too_narrow(modules: Path) -> None:
    """By the contract's own rule of what comes of a picture, whatever its shape; unknown, up to twice as high."""
    shapes = [(4000, 1600), (3000, 3000), (1600, 4000), (2400, 2000), (1500, 3000)]
    widths = (16, 200, 384, 501, 640, 750, 1080, 1200, 3840)
    asked = [(shape, f"/serve/7#{shape[0]}x{shape[1]}", width) for shape in shapes for width in widths]
    asked += [(shape, "/serve/7", width) for shape in shapes if shape != (1600, 4000) for width in widths]
    told = loaded(modules, [(src, width) for _, src, width in asked])
    for ((across, down), _, width), address in zip(asked, told, strict=True):
        given = made_width(Size(address.rpartition("=")[2]), across, down)
        assert given >= min(width, made_width(Size.ZOOM, across, down))


def made_width(size: Size, across: int, down: int) -> int:
    """Of the picture that comes of one with these sides."""
    return next(one.width for one in targets(across, down, DataType.PRODUCT) if one.size is size)
