"""The example's page of components in a real browser: as a visitor sees it, and as a screen reader hears it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.chromium import WATCH_SHIFTS, chromium, complaints, moved
from tests.acceptance.machine import Machine
from tests.acceptance.npm_packages import node_modules

PHONE_WIDTH = 390
ALL_LOADED = """() => [...document.querySelectorAll('smart-image')].every(one =>
    one.shadowRoot?.querySelector('img')?.naturalWidth)"""
# What axe finds, one line a rule.
AUDIT = """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})
    .then(found => found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).join(' ')}`))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def opened(browser: Browser, machine: Machine, scheme: Literal["light", "dark"], width: int) -> Page:
    """The page with every picture on it loaded, in a browser of its own."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 4000})
    page = context.new_page()
    page.add_init_script(WATCH_SHIFTS)
    page.goto(f"{machine.surroundings.addresses.main_api}/components")
    page.wait_for_function(ALL_LOADED)
    return page


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", PHONE_WIDTH)])
def test_the_page_is_sound(
    browser: Browser,
    machine: Machine,
    uploaded: dict[str, int],
    scheme: Literal["light", "dark"],
    width: int,
    tmp_path: Path,
) -> None:
    """A picture a card, nothing moved, nothing to scroll sideways, no word in the console under a strict policy;
    a screenshot is kept for people."""
    page = opened(browser, machine, scheme, width)
    said = complaints(page)
    page.reload()
    page.wait_for_function(ALL_LOADED)
    assert page.locator("smart-image").count() == page.locator(".work").count() >= 3
    assert 0 == moved(page)
    assert width >= page.evaluate("document.documentElement.scrollWidth")
    assert [] == said
    assert len(page.screenshot(path=tmp_path / "components.png", full_page=True)) > 10_000
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, machine: Machine, uploaded: dict[str, int], scheme: Literal["light", "dark"]
) -> None:
    """Not with everything that is known unfolded either."""
    axe = node_modules() / "axe-core" / "axe.min.js"
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 4000}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{machine.surroundings.addresses.main_api}/components")
    page.wait_for_function(ALL_LOADED)
    for summary in page.locator("smart-image >> summary").all():
        summary.click()
    page.add_script_tag(path=axe)
    assert [] == page.evaluate(AUDIT)
    context.close()


def test_axe_finds_nothing_on_serves_own_pages(browser: Browser, machine: Machine) -> None:
    """Those for people: every route, every problem, one of them."""
    axe = node_modules() / "axe-core" / "axe.min.js"
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    for path in ("/docs", "/problems", "/problems/gone"):
        page.goto(f"{machine.surroundings.addresses.serve}{path}")
        page.add_script_tag(path=axe)
        assert [] == page.evaluate(AUDIT)
    context.close()


def test_choices_hold_for_every_picture(browser: Browser, machine: Machine, uploaded: dict[str, int]) -> None:
    """The logo's background goes, and comes back; JPEG and PNG alone are what the page asks for then."""
    page = opened(browser, machine, "light", 1280)
    media_id = machine.status(uploaded["logo"])["media_id"]
    source = f"smart-image[media-id='{media_id}'] >> source"
    page.check("text=removed")
    page.wait_for_selector(f"{source}[srcset*=nobg]", state="attached")
    page.check("text=JPEG and PNG alone")
    page.wait_for_selector(f"{source}[type='image/avif']", state="detached")
    page.check("text=as its owner chose")
    page.wait_for_selector(f"{source}[srcset*=nobg]", state="detached")
    page.context.close()
