"""Pages with `<smart-image>` on them, of serve's own origin, whose answers a test may hold back."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Page, Route

from tests.acceptance.chromium import WATCH_SHIFTS

IMAGE = "smart-image >> img"  # in its shadow root
IS_LOADED = "img => img.complete && img.naturalWidth > 0 && img.currentSrc"
HTML = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<script type="module" async blocking="render" src="/static/smart-image.js"></script></head>
<body style="margin: 0">{body}<p id="after">What follows.</p></body></html>"""


@dataclass
class Held:
    """Requests that wait until the test lets them go."""

    routes: list[Route] = field(default_factory=list)

    def hold(self, page: Page, pattern: str) -> None:
        """From now on requests like this wait."""
        page.route(pattern, lambda route: self.routes.append(route))

    def release(self, page: Page, pattern: str) -> None:
        """They go on, and so do later ones."""
        page.unroute(pattern)
        for route in self.routes:
            route.continue_()
        self.routes.clear()


def open_with(page: Page, serve: str, body: str) -> None:
    """A page of this origin with this body; what moves on it is counted from the first paint."""
    address = f"{serve}/a-page"
    page.route(address, lambda route: route.fulfill(content_type="text/html", body=HTML.format(body=body)))
    page.add_init_script(WATCH_SHIFTS)
    page.goto(address)


def shown(page: Page) -> str:
    """The address of the picture in the page's only `<smart-image>`, once it is loaded."""
    image = page.locator(IMAGE)
    page.wait_for_function(
        "() => { const img = document.querySelector('smart-image').shadowRoot?.querySelector('img');"
        " return img && img.complete && img.naturalWidth > 0; }"
    )
    address: str = image.evaluate("img => img.currentSrc")
    return address
