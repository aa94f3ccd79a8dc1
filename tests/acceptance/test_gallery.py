"""The example's gallery in a real browser, before a real machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.acceptance.machine import Machine

NAMES = ("chromium", "chromium-browser", "google-chrome")
# As root in a container there is neither a sandbox nor much shared memory.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
# The page itself asks for the same address again, to weigh the other formats: only <img>'s own entry counts.
DELIVERED = """img => performance.getEntriesByName(img.currentSrc)
    .find(entry => entry.initiatorType === 'img').contentType"""
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """An empty page of the Chromium that is installed here."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    assert executable, f"the page tests need one of {', '.join(NAMES)}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser.new_page()
        browser.close()


@pytest.fixture(scope="module")
def problems(page: Page, machine: Machine, uploaded: dict[str, int]) -> list[str]:
    """What the console complained of while the gallery was opened and its pictures were loaded."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(machine.surroundings.addresses.main_api)
    page.wait_for_selector(f".work:nth-of-type({len(uploaded)})")
    # Those below the fold load lazily: the test looks at all of them at once.
    page.eval_on_selector_all("img[src]", "all => all.forEach(img => img.loading = 'eager')")
    page.wait_for_function("[...document.querySelectorAll('img[src]')].every(img => img.complete)")
    page.wait_for_load_state("networkidle")
    return said


def test_every_picture_shows(page: Page, problems: list[str], uploaded: dict[str, int]) -> None:
    """A card for each upload, a loaded picture on each completed one, and not a word in the console."""
    widths = page.eval_on_selector_all("[data-status=complete] img", "all => all.map(img => img.naturalWidth)")
    assert len(widths) >= 3
    assert all(width > 0 for width in widths)
    assert page.locator(".work").count() >= len(uploaded)
    assert page.locator("[data-status=failed] .trouble:visible").count() == 4
    assert problems == []


def test_chromium_is_given_avif(
    page: Page, problems: list[str], machine: Machine, uploaded: dict[str, int]
) -> None:
    """The photograph's bytes in `<img>` came from serve as AVIF, because Chromium names it."""
    media_id = machine.status(uploaded["photo"])["media_id"]
    image = page.locator(f"img[src$='/serve/{media_id}?size=grid']")
    assert "image/avif" == image.evaluate(DELIVERED)


def test_page_fits_a_phone(page: Page, problems: list[str], tmp_path: Path) -> None:
    """At 360 pixels nothing has to be scrolled sideways; a screenshot is kept for people."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    width = page.evaluate("document.documentElement.scrollWidth")
    picture = page.screenshot(path=tmp_path / "gallery.png", full_page=True)
    assert width <= PHONE["width"]
    assert len(picture) > 10_000
