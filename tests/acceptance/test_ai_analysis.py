"""`<ai-analysis>` in a real browser, before a real machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.acceptance.chromium import chromium, complaints
from tests.acceptance.machine import Machine
from tests.acceptance.smart_pages import open_with

ALL = "show-style show-colors show-quality show-mood"
NAMED, TOLD = "ai-analysis >> dt", "ai-analysis >> dd"
ANALYSIS = {
    "style": "Cubism",
    "medium": "Oil",
    "quality_score": 85,
    "dominant_colors": ["#ff5733", "#33A1FF"],
    "mood_keywords": ["calm", "warm"],
}
# Of each swatch: its colour as painted and the label beside it.
SWATCHES = """items => items.map(item =>
    [getComputedStyle(item.querySelector('i')).backgroundColor, item.textContent])"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page()
        said = complaints(page)
        yield page
    assert [] == said


@pytest.fixture(scope="module")
def serve(machine: Machine) -> str:
    return machine.surroundings.addresses.serve


@pytest.fixture(scope="module")
def logo(machine: Machine, uploaded: dict[str, int]) -> str:
    return str(machine.status(uploaded["logo"])["media_id"])


def told(page: Page, body: str, serve: str) -> dict[str, str]:
    """The value of each row, once they are known."""
    open_with(page, serve, body)
    page.wait_for_selector(TOLD)
    return dict(zip(page.locator(NAMED).all_inner_texts(), page.locator(TOLD).all_inner_texts(), strict=True))


def rgb(color: str) -> str:
    """As a browser computes it."""
    return f"rgb({', '.join(str(int(color[at : at + 2], 16)) for at in (1, 3, 5))})"


def test_public_fields_come_from_the_manifest(page: Page, serve: str, machine: Machine, logo: str) -> None:
    """Each of the brand's colours is a swatch with its hex code beside it; what nobody knows has no row."""
    known: dict[str, Any] = machine.serve.get(f"/serve/{logo}/manifest.json").json()["analysis"]
    rows = told(page, f'<ai-analysis media-id="{logo}" {ALL}></ai-analysis>', serve)
    assert ["Colours"] == list(rows)
    swatches = page.locator("ai-analysis >> li").evaluate_all(SWATCHES)
    assert [[rgb(color), color] for color in known["brand_colors"]] == swatches
    assert len(swatches) >= 1


@pytest.mark.parametrize("answer", [{"success": True, "analysis": ANALYSIS}, ANALYSIS])
def test_a_route_of_the_main_api_tells_the_rest(page: Page, serve: str, answer: dict[str, Any]) -> None:
    """`analysis-src` may answer as media VM does, or with the fields alone; `{id}` is the media's."""
    page.route("**/own/7/analysis", lambda route: route.fulfill(body=json.dumps(answer)))
    body = f'<ai-analysis media-id="7" analysis-src="/own/{{id}}/analysis" {ALL}></ai-analysis>'
    rows = told(page, body, serve)
    assert ["Style", "Colours", "Quality", "Mood"] == list(rows)
    assert ["Cubism · Oil", "85 / 100", "calm, warm"] == [rows[name] for name in ("Style", "Quality", "Mood")]
    expected = [[rgb("#ff5733"), "#ff5733"], [rgb("#33A1FF"), "#33A1FF"]]
    assert expected == page.locator("ai-analysis >> li").evaluate_all(SWATCHES)


def test_only_rows_that_are_asked_for_show(page: Page, serve: str) -> None:
    """And a row more as soon as its attribute is there."""
    page.route("**/serve/7/manifest.json", lambda route: route.fulfill(body=json.dumps({"analysis": ANALYSIS})))
    assert ["Colours"] == list(told(page, '<ai-analysis media-id="7" show-colors></ai-analysis>', serve))
    page.locator("ai-analysis").evaluate("one => one.setAttribute('show-mood', '')")
    page.wait_for_selector("ai-analysis >> dt:text('Mood')")
    assert ["Colours", "Mood"] == page.locator("ai-analysis >> dt").all_inner_texts()


def test_a_picture_tells_what_is_known_of_it(page: Page, serve: str, logo: str) -> None:
    """`show-ai-data`: closed at first, and over the picture rather than below it."""
    open_with(page, serve, f'<smart-image media-id="{logo}" size="grid" show-ai-data></smart-image>')
    page.wait_for_selector("smart-image >> summary")
    after = "document.getElementById('after').getBoundingClientRect().top"
    top = page.evaluate(after)
    page.click("smart-image >> summary")
    page.wait_for_selector("smart-image >> ai-analysis >> li")
    assert ["Colours"] == page.locator("smart-image >> dt").all_inner_texts()
    assert top == page.evaluate(after)
