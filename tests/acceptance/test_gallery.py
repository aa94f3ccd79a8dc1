"""The example's gallery in a real browser, before a real machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.acceptance.chromium import chromium, complaints
from tests.acceptance.machine import Machine, wait_until

# The page itself asks for the same address again, to weigh the other formats: only <img>'s own entry counts.
DELIVERED = """img => performance.getEntriesByName(img.currentSrc)
    .find(entry => entry.initiatorType === 'img').contentType"""
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """An empty page."""
    with chromium() as browser:
        yield browser.new_context().new_page()  # one that may open further pages


@pytest.fixture(scope="module")
def problems(page: Page, machine: Machine, uploaded: dict[str, int]) -> list[str]:
    """What the console complained of while the gallery was opened and its pictures were loaded."""
    said = complaints(page)
    page.goto(machine.surroundings.addresses.main_api)
    page.wait_for_selector(f".work:nth-of-type({len(uploaded)})")
    # Those below the fold load lazily: the test looks at all of them at once.
    page.eval_on_selector_all("img[src]", "all => all.forEach(img => img.loading = 'eager')")
    every_image_came = "[...document.querySelectorAll('img[src]')].every(img => img.complete)"
    wait_until(
        lambda: bool(page.evaluate(every_image_came))
    )  # Chromium's own wait is forbidden by the page's policy
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


def test_failed_pictures_say_why(page: Page, problems: list[str]) -> None:
    """Each shows media VM's own reason, in a visitor's words."""
    assert {
        "The temp file is empty.",
        "The bytes do not begin as a picture.",
        "The picture's data ends early.",
        "2000×2000 pixels; the limit is 1 megapixels.",
    } == set(page.locator("[data-status=failed] .trouble").all_inner_texts())


def test_every_format_has_its_bytes(page: Page, problems: list[str], machine: Machine) -> None:
    """A completed picture's formats are weighed, or said not to be kept; nothing is left open."""
    pictures = machine.api.get("/gallery.json").json()["pictures"]
    formats = sum(len(one["formats_available"]) for one in pictures if one["status"] == "complete")
    cells = page.locator("[data-status=complete] .formats td:nth-child(2)").all_inner_texts()
    assert formats == len(cells) >= 6
    assert [] == [cell for cell in cells if not re.fullmatch(r"[\d.]+\s(bytes|kB|MB)|not kept", cell)]


def test_summary_counts_what_is_not_loaded(page: Page, problems: list[str], machine: Machine) -> None:
    """On a phone most pictures wait below the fold; the totals are those of all."""
    pictures = machine.api.get("/gallery.json").json()["pictures"]
    came = sum(one["original_bytes"] for one in pictures if one["weights"])
    phone = page.context.new_page()
    phone.route("**/serve/**", lambda route: route.abort())
    phone.goto(machine.surroundings.addresses.main_api)
    phone.wait_for_selector("#summary:has-text('came in')")
    assert f"{round(came / 1000)}\u00a0kB came in" in phone.inner_text("#summary")
    phone.close()


def test_upload_page_answers_in_plain_words(
    page: Page, problems: list[str], machine: Machine, tmp_path: Path
) -> None:
    """It says the limit, what an upload of nothing lacks, and that a file cannot be previewed."""
    odd = tmp_path / "scan.tif"
    odd.write_bytes(b"II*\0 not for browsers")
    form = page.context.new_page()
    form.goto(f"{machine.surroundings.addresses.main_api}/upload")
    assert "each of at most 50 MB." in form.inner_text(".lede")
    form.click("button")
    assert "Choose at least one picture first." == form.inner_text("#answer")
    form.set_input_files("[name=product_image]", odd)
    tile = form.wait_for_selector(".tile.blind")
    assert tile is not None
    assert '"No preview of this file"' == tile.evaluate("tile => getComputedStyle(tile, '::before').content")
    form.close()


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
