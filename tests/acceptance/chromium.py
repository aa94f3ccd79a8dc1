"""The Chromium of this machine, for tests of pages and of the elements on them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# As root in a container there is neither a sandbox nor much shared memory.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
# The browser's own judge of what moved without being asked to (Layout Instability API).
WATCH_SHIFTS = """window.shifts = [];
    new PerformanceObserver(list => shifts.push(...list.getEntries().map(entry => entry.value)))
        .observe({type: 'layout-shift', buffered: true});"""
# Two frames later whatever is on the page was painted, and what moved in it was told.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with no page."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    assert executable, f"the page tests need one of {', '.join(NAMES)}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


def complaints(page: Page) -> list[str]:
    """Filled with whatever goes wrong on this page from now on: errors of its code and of the console."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def moved(page: Page) -> float:
    """How much moved so far (CLS), on a page that began with WATCH_SHIFTS."""
    page.evaluate(PAINTED)
    total: float = page.evaluate("shifts.reduce((sum, shift) => sum + shift, 0)")
    return total
