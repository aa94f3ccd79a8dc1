"""`<smart-image>` and `<ai-analysis>` before a server that lies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.chromium import PAINTED, chromium, complaints
from tests.acceptance.machine import Machine
from tests.acceptance.smart_pages import IMAGE, open_with, shown

MARKUP = '"><img src=x onerror="window.fell = 1"><script>window.fell = 1</script>'
VARIANT = {"size": "grid", "format": "jpeg", "bg": "original", "width": 500, "height": 333}
ALL = "show-style show-colors show-quality show-mood"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def serve(machine: Machine) -> str:
    return machine.surroundings.addresses.serve


@pytest.fixture(scope="module")
def photo(machine: Machine, uploaded: dict[str, int]) -> str:
    return str(machine.status(uploaded["photo"])["media_id"])


def lie(page: Page, answer: object) -> None:
    """The manifest of every media is this."""
    body = answer if isinstance(answer, str) else json.dumps(answer)
    page.route("**/manifest.json", lambda route: route.fulfill(content_type="application/json", body=body))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/serve/{id}/../../logout",
        "/serve/{id}/../../logout",
        "/serve/{id}/%2e%2e/logout",
        "/serve/{id}//evil.example/x.jpg",
        "/serve/1{id}/grid.jpg",
        "/serve/{id}/grid.jpg 1w, https://evil.example/x.jpg",
        '/serve/{id}/grid.jpg#"),url(https://evil.example/',
        "javascript:window.fell=1",
        "data:image/svg+xml,<svg onload=alert(1)/>",
        None,
        7,
        {"toString": 1},
        ["/serve/{id}/grid.jpg", "x"],
    ],
)
def test_an_address_from_elsewhere_is_not_taken(page: Page, serve: str, photo: str, url: object) -> None:
    """Only a path of this very media under `base` is; else the plain picture shows, and nobody else is asked."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    said = complaints(page)
    filled = url.replace("{id}", photo) if isinstance(url, str) else url
    lie(page, {"variants": [VARIANT | {"url": filled}], "srcset": {"jpeg": str(filled)}})
    open_with(page, serve, f'<smart-image media-id="{photo}" size="grid"></smart-image>')
    assert f"{serve}/serve/{photo}?size=grid" == shown(page)
    assert {urlsplit(serve).netloc} == {urlsplit(one).netloc for one in asked}
    assert not page.evaluate("window.fell")
    assert [] == [one for one in said if "Content-Security" in one or "Error" in one]


def test_another_host_lends_only_its_path(page: Page, serve: str, photo: str, machine: Machine) -> None:
    """A manifest that names media VM by an inner address works behind `base`, and nothing goes there."""
    true: dict[str, Any] = machine.serve.get(f"/serve/{photo}/manifest.json").json()
    for variant in true["variants"]:
        variant["url"] = variant["url"].replace(serve, "http://inner.example:3001")
    lie(page, true)
    open_with(page, serve, f'<smart-image media-id="{photo}" size="grid"></smart-image>')
    assert shown(page).startswith(f"{serve}/serve/{photo}/v")


@pytest.mark.parametrize(
    "answer",
    [
        "null",
        "[]",
        '"text"',
        "{",
        "<!doctype html>",
        {"variants": None},
        {"variants": {"length": 10**9}},
        {"variants": [None, 7, "x", [], {"url": {}}]},
        {"variants": [VARIANT | {"size": "__proto__", "url": "/serve/{id}/grid.jpg"}]},
        {"variants": [VARIANT | {"size": {"toString": 1}, "url": "/serve/{id}/grid.jpg"}]},
        {"variants": [VARIANT | {"width": "1px;background:url(//evil.example)", "url": "/serve/{id}/grid.jpg"}]},
        {"variants": [VARIANT | {"width": -5, "url": "/serve/{id}/grid.jpg"}]},
        {"variants": [VARIANT | {"width": 1e400, "url": "/serve/{id}/grid.jpg"}]},
        {"retry_after_seconds": 2_592_000},  # in milliseconds more than a timer takes, which then is over at once
        {"thumbhash": "****", "average_color": "red;background:url(//evil.example/x)"},
        {"thumbhash": "A", "average_color": ["#123456", {"toString": 1}]},
        {"thumbhash": "/" * 4_000, "alt_text": ["", 7, None]},
        {"thumbhash": {"toString": 1}, "alt_text": {"toString": 1}, "srcset": [[[]]]},
    ],
)
def test_a_manifest_that_is_none_leaves_the_plain_picture(
    page: Page, serve: str, photo: str, answer: object
) -> None:
    """Whatever came instead."""
    said = complaints(page)
    lie(page, json.loads(json.dumps(answer).replace("{id}", photo)) if not isinstance(answer, str) else answer)
    open_with(page, serve, f'<smart-image media-id="{photo}" size="grid"></smart-image>')
    assert f"{serve}/serve/{photo}?size=grid" == shown(page)
    assert "" == page.locator(IMAGE).get_attribute("alt")
    assert [] == said


def test_words_are_never_markup(page: Page, serve: str, photo: str) -> None:
    """Alt text, style, colours and moods are text, however they look."""
    lie(
        page,
        {
            "alt_text": MARKUP,
            "analysis": {
                "style": MARKUP,
                "medium": {"toString": 1},
                "quality_score": "1e3",
                "dominant_colors": [MARKUP, "red", "#12345", "#123456;x", {"a": 1}, "#00FF00"],
                "mood_keywords": [MARKUP, 7, None],
            },
        },
    )
    open_with(
        page,
        serve,
        f'<smart-image media-id="{photo}"></smart-image><ai-analysis media-id="{photo}" {ALL}></ai-analysis>',
    )
    shown(page)
    page.wait_for_selector("ai-analysis >> li")
    assert MARKUP == page.locator(IMAGE).get_attribute("alt")
    assert [MARKUP, "#00FF00", MARKUP] == page.locator("ai-analysis >> dd").all_inner_texts()
    page.evaluate(PAINTED)
    assert not page.evaluate("window.fell")


def test_a_lying_analysis_leaves_a_dash(page: Page, serve: str) -> None:
    """An answer that is none is as good as nothing known."""
    for answer in ("null", "[]", "{", '{"analysis": "x"}', '{"analysis": {"style": {"toString": 1}}}'):
        lie(page, answer)
        open_with(page, serve, f'<ai-analysis media-id="7" {ALL}></ai-analysis>')
        page.wait_for_function("document.querySelector('ai-analysis').shadowRoot?.textContent == '–'")
