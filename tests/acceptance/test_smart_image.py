"""`<smart-image>` in a real browser, before a real machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.chromium import PAINTED, chromium, complaints, moved
from tests.acceptance.machine import Machine
from tests.acceptance.smart_pages import IMAGE, Held, open_with, shown
from tests.pictures import logo as drawn_logo
from tests.pictures import saved

DOCS = Path(__file__).parents[2] / "docs" / "frontend-developer.md"
# Red, green, blue and alpha of a point of the placeholder: its canvas is 32 × 32.
POINT = "(canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data]"
# The observers of what comes into view that are not done.
COUNT_WATCHING = """window.watching = new Set();
    window.IntersectionObserver = class extends IntersectionObserver {
        observe(element) { watching.add(this); super.observe(element); }
        disconnect() { watching.delete(this); super.disconnect(); }
    };"""
# How opaque the loaded picture's corner is.
CORNER = """img => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 9, height: 9});
    const context = canvas.getContext('2d');
    context.drawImage(img, 0, 0);
    return context.getImageData(1, 1, 1, 1).data[3];
}"""
BOX = """one => {
    const {width, height} = one.getBoundingClientRect();
    return [width, height].map(Math.round);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    page = context.new_page()
    said = complaints(page)
    yield page
    context.close()
    assert [] == [one for one in said if "404" not in one and "ERR_FAILED" not in one]


@pytest.fixture(scope="module")
def serve(machine: Machine) -> str:
    return machine.surroundings.addresses.serve


@pytest.fixture(scope="module")
def photo(machine: Machine, uploaded: dict[str, int]) -> str:
    """The media id of a photograph of 900 × 600, red on its left and blue on its right."""
    return str(machine.status(uploaded["photo"])["media_id"])


@pytest.fixture(scope="module")
def logo(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The media id of a logo on paper."""
    on_paper = drawn_logo(400, 300).flatten(background=255)
    pending_id = machine.upload("logo_image", saved(on_paper, tmp_path_factory.mktemp("logo") / "logo.png"))
    machine.decided(pending_id)
    return str(machine.status(pending_id)["media_id"])


@pytest.fixture(scope="module")
def manifest(machine: Machine, photo: str) -> dict[str, Any]:
    """The photograph's own, as serve tells it."""
    told: dict[str, Any] = machine.serve.get(f"/serve/{photo}/manifest.json").json()
    return told


@pytest.mark.parametrize("size", ["thumbnail", "small", "grid", "detail", "header", "zoom"])
def test_the_placeholder_comes_first_and_nothing_moves(page: Page, serve: str, photo: str, size: str) -> None:
    """Room, then the ThumbHash, then AVIF: nothing on the page moves meanwhile, slow as its answers may be."""
    manifests, pictures = Held(), Held()
    manifests.hold(page, "**/manifest.json")
    pictures.hold(page, "**/serve/*/v*/**")
    open_with(page, serve, f'<smart-image media-id="{photo}" size="{size}"></smart-image>')
    room = page.locator("smart-image").evaluate(BOX)
    assert room[1] == round(room[0] / (3 if size == "header" else 1)) > 0
    page.evaluate(PAINTED)
    manifests.release(page, "**/manifest.json")
    placeholder = page.locator("smart-image >> canvas")
    left, right = (placeholder.evaluate(POINT, [x, 16]) for x in (4, 28))
    assert left[0] > left[2]
    assert right[2] > right[0]
    assert [left[3], right[3]] == [255, 255]
    assert not page.locator(IMAGE).evaluate("img => img.naturalWidth")
    assert placeholder.evaluate(BOX) == page.locator(IMAGE).evaluate(BOX)
    page.evaluate(PAINTED)
    pictures.release(page, "**/serve/*/v*/**")
    assert shown(page).endswith(".avif")
    assert 0 == placeholder.count()
    assert room == page.locator("smart-image").evaluate(BOX)
    assert 0 == moved(page)


def test_a_page_that_knows_the_shape_says_it(page: Page, serve: str, photo: str) -> None:
    """With `width` and `height` the room has the picture's own shape, and the picture fills it."""
    body = f'<smart-image media-id="{photo}" size="grid" width="450" height="300"></smart-image>'
    open_with(page, serve, body)
    shown(page)
    assert [450, 300] == page.locator("smart-image").evaluate(BOX) == page.locator(IMAGE).evaluate(BOX)
    assert 0 == moved(page)


def test_the_whole_picture_is_in_its_room(page: Page, serve: str, photo: str) -> None:
    """Without them it lies in the middle of the size's box, neither cropped nor stretched."""
    open_with(page, serve, f'<smart-image media-id="{photo}" size="grid"></smart-image>')
    shown(page)
    assert [500, 500] == page.locator("smart-image").evaluate(BOX)
    assert [500, 333] == page.locator(IMAGE).evaluate(BOX)


def test_the_recipe_of_the_docs_fills_a_room(page: Page, serve: str, photo: str) -> None:
    """Letter for letter: the picture is as large as its room, cropped, not stretched, and spills over nothing."""
    [recipe] = re.findall(r"```css\n(.*?)```", DOCS.read_text(), re.DOTALL)
    element = f'<smart-image media-id="{photo}"></smart-image>'
    open_with(page, serve, f'<style>{recipe}</style><div style="width: 300px">{element}</div>')
    shown(page)
    for shape, room in (("16 / 9", [300, 169]), ("9 / 16", [300, 533])):
        page.locator("smart-image").evaluate("(one, shape) => (one.style.aspectRatio = shape)", shape)
        boxes = [page.locator(one).evaluate(BOX) for one in ("smart-image", IMAGE, "div:has(smart-image)")]
        assert [room] * 3 == boxes
    fit = "img => [getComputedStyle(img).objectFit, getComputedStyle(img).objectPosition]"
    assert ["cover", "50% 30%"] == page.locator(IMAGE).evaluate(fit)


@pytest.mark.parametrize(
    ("style", "size"), [("width: 600px", "small"), ("width: 300px", "grid"), ("width: 900px", "zoom")]
)
def test_the_file_is_the_one_for_the_room(page: Page, serve: str, photo: str, style: str, size: str) -> None:
    """Of all widths kept the browser takes the one for how wide it really is; of equals, the size named."""
    open_with(
        page, serve, f'<div style="{style}"><smart-image media-id="{photo}" size="zoom"></smart-image></div>'
    )
    assert shown(page).endswith(f"/{size}.avif")


def test_a_picture_seen_first_is_no_larger_than_its_room(page: Page, serve: str, photo: str) -> None:
    """`loading="eager"`, where browsers do not measure: the element does."""
    image = f'<smart-image media-id="{photo}" size="detail" loading="eager"></smart-image>'
    open_with(page, serve, f'<div style="width: 250px">{image}</div>')
    assert shown(page).endswith("/grid.avif")


def test_the_room_is_never_larger_than_the_picture(page: Page, serve: str) -> None:
    """Whatever the original's dimensions: the size's box is the most, and a crop has the box's shape. One side
    alone tells no shape: a room without height would hide the picture."""
    said = {
        ("grid", 1411, 1411): [500, 500],
        ("grid", 2000, 4000): [250, 500],
        ("small", 1600, 4000): [512, 1280],
        ("thumbnail", 5000, 3200): [300, 300],
        ("thumbnail", 100, 60): [100, 100],
        ("header", 3000, 3000): [900, 300],
        ("grid", 300, 0): [300, 300],
    }
    images = [f'<smart-image size="{size}" width="{w}" height="{h}"></smart-image>' for size, w, h in said]
    open_with(page, serve, f'<div style="width: 900px">{"".join(images)}</div>')
    assert list(said.values()) == [one.evaluate(BOX) for one in page.locator("smart-image").all()]


def test_a_picture_in_the_making_shows_once_it_is_made(page: Page, serve: str, photo: str) -> None:
    """Until then a box with the page's words, and no broken picture; `load` tells when it has come."""
    answers = [{"status": 404, "json": {"retry_after_seconds": 1}}] * 2
    page.route("**/manifest.json", lambda route: route.fulfill(**answers.pop()) if answers else route.continue_())
    image = f'<smart-image media-id="{photo}" size="grid" alt="Dawn" onload="window.told = 1"></smart-image>'
    open_with(page, serve, f'{image}<ai-analysis media-id="{photo}" show-colors></ai-analysis>')
    page.wait_for_selector("smart-image >> p:text-is('Dawn')")
    room = page.locator("smart-image").evaluate(BOX)
    assert room == page.locator("smart-image >> p").evaluate(BOX)
    assert 0 == page.locator(IMAGE).count()
    assert shown(page).endswith(".avif")
    page.wait_for_selector("ai-analysis >> li")
    assert [1, room] == [page.evaluate("window.told"), page.locator("smart-image").evaluate(BOX)]
    assert 0 == moved(page)


@pytest.mark.parametrize(("attribute", "expected"), [('alt="Dawn"', "Dawn"), ("", "")])
def test_a_picture_that_never_comes_leaves_its_words(
    page: Page, serve: str, attribute: str, expected: str
) -> None:
    """In a box of its room, without the browser's sign of a broken picture; `error` tells."""
    image = f'<smart-image media-id="999999" size="grid" {attribute} onerror="window.told = 1"></smart-image>'
    open_with(page, serve, image)
    page.wait_for_function("window.told")
    assert [expected] == page.locator("smart-image >> p").all_inner_texts()
    assert [500, 500] == page.locator("smart-image >> p").evaluate(BOX)
    assert 0 == page.locator(IMAGE).count()
    assert 0 == moved(page)


def test_a_manifest_that_hangs_costs_three_seconds(page: Page, serve: str, photo: str) -> None:
    """Then the plain picture shows."""
    manifests = Held()
    manifests.hold(page, "**/manifest.json")
    page.add_init_script("AbortSignal.timeout = ms => AbortSignal.abort(window.patience = ms)")
    open_with(page, serve, f'<smart-image media-id="{photo}" size="grid"></smart-image>')
    assert f"{serve}/serve/{photo}?size=grid" == shown(page)
    assert 3000 == page.evaluate("window.patience")


def test_without_modern_formats_jpeg_shows(page: Page, serve: str, photo: str) -> None:
    """A proxy that forbids AVIF and WebP costs two tries, never the picture."""
    for ending in ("avif", "webp"):
        page.route(f"**/*.{ending}", lambda route: route.abort())
    open_with(page, serve, f'<smart-image media-id="{photo}" size="grid"></smart-image>')
    page.wait_for_function("document.querySelector('smart-image').shadowRoot?.querySelector('img')?.naturalWidth")
    assert shown(page).endswith("/grid.jpg")
    assert 0 == moved(page)


@pytest.mark.parametrize(
    ("formats", "expected"), [("jpeg", ".jpg"), ("webp, jpeg", ".webp"), ("webp,avif", ".webp"), ("none", ".jpg")]
)
def test_preferred_formats_are_the_only_ones(
    page: Page, serve: str, photo: str, formats: str, expected: str
) -> None:
    """In their own order; another format is not even asked for."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    body = f'<smart-image media-id="{photo}" size="grid" preferred-formats="{formats}"></smart-image>'
    open_with(page, serve, body)
    assert shown(page).endswith(expected)
    assert [expected] == [f".{url.rpartition('.')[2]}" for url in asked if "/serve/" in url and "/v" in url]


def test_the_background_of_a_logo_can_be_taken_away(page: Page, serve: str, logo: str) -> None:
    """`background` may change at any time; the face without background is see-through at its corners."""
    open_with(page, serve, f'<smart-image media-id="{logo}" size="grid" background="original"></smart-image>')
    assert ".nobg." not in shown(page)
    assert 255 == page.locator(IMAGE).evaluate(CORNER)
    page.locator("smart-image").evaluate("one => one.setAttribute('background', 'removed')")
    page.wait_for_selector("smart-image >> source[srcset*=nobg]", state="attached")
    assert ".nobg." in shown(page)
    assert 0 == page.locator(IMAGE).evaluate(CORNER)
    page.locator("smart-image").evaluate("one => one.removeAttribute('background')")
    page.wait_for_selector("smart-image >> source:not([srcset*=nobg])", state="attached")
    assert ".nobg." not in shown(page)
    assert 0 == moved(page)


@pytest.mark.parametrize(
    ("attribute", "expected"), [("", None), ('alt="Red and blue"', "Red and blue"), ('alt=""', "")]
)
def test_the_alt_text_is_the_analysis_own_unless_given(
    page: Page, serve: str, photo: str, manifest: dict[str, Any], attribute: str, expected: str | None
) -> None:
    """An empty one that is given stays: the picture decorates."""
    open_with(page, serve, f'<smart-image media-id="{photo}" {attribute}></smart-image>')
    shown(page)
    assert (manifest["alt_text"] if expected is None else expected) == page.locator(IMAGE).get_attribute("alt")
    assert manifest["alt_text"]


def test_only_what_comes_near_is_asked_for(page: Page, serve: str, photo: str) -> None:
    """A picture far below the screen costs nothing, not even a manifest, until it is scrolled to."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_with(page, serve, f'<div style="height: 5000px"></div><smart-image media-id="{photo}"></smart-image>')
    page.evaluate(PAINTED)
    assert [] == [url for url in asked if "/serve/" in url]
    page.locator("smart-image").scroll_into_view_if_needed()
    assert shown(page).endswith(".avif")


def test_without_a_manifest_it_is_a_plain_picture(page: Page, serve: str, photo: str) -> None:
    """Where the manifest cannot be had, serve itself chooses by `Accept`."""
    page.route("**/manifest.json", lambda route: route.abort())
    open_with(page, serve, f'<smart-image media-id="{photo}" size="large" background="original"></smart-image>')
    assert f"{serve}/serve/{photo}?size=zoom&bg=original" == shown(page)
    assert 0 == moved(page)


def test_a_signature_goes_with_every_request(page: Page, serve: str, photo: str) -> None:
    """The manifest is asked for with it, and brings signed addresses; the plain picture is asked for likewise."""
    signed, asked = "exp=4102444800&sig=abc", []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/manifest.json?*", lambda route: route.abort())
    open_with(page, serve, f'<smart-image media-id="{photo}" size="grid" signed="{signed}"></smart-image>')
    assert f"{serve}/serve/{photo}?size=grid&{signed}" == shown(page)
    assert f"{serve}/serve/{photo}/manifest.json?{signed}" in asked
    page.unroute("**/manifest.json?*")
    own = page.request.get(f"{serve}/serve/{photo}/manifest.json").text()
    answer = own.replace('.avif"', f'.avif?{signed}"')
    page.route("**/manifest.json?*", lambda route: route.fulfill(body=answer))
    page.reload()
    assert shown(page).endswith(f"/grid.avif?{signed}")


@pytest.mark.parametrize("attributes", ["", 'media-id=""', 'media-id="../../x"', 'media-id="7" base="data:,"'])
def test_without_a_true_address_nothing_is_asked_for(page: Page, serve: str, attributes: str) -> None:
    """It keeps its room, and tells the developer."""
    asked: list[str] = []
    warned: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: warned.append(message.text) if message.type == "warning" else None)
    open_with(page, serve, f'<smart-image size="grid" {attributes}></smart-image>')
    page.evaluate(PAINTED)
    assert [f"{serve}/a-page", f"{serve}/static/smart-image.js"] == asked
    assert 1 == len([one for one in warned if one.startswith("No picture: ")])
    assert 0 == page.locator(IMAGE).count()
    assert [500, 500] == page.locator("smart-image").evaluate(BOX)


def test_a_picture_whose_id_is_taken_away_goes(page: Page, serve: str, photo: str) -> None:
    """An element that has become another's does not go on showing what was there."""
    open_with(page, serve, f'<smart-image media-id="{photo}" size="grid"></smart-image>')
    shown(page)
    page.locator("smart-image").evaluate("one => one.removeAttribute('media-id')")
    page.wait_for_selector(IMAGE, state="detached")
    assert [500, 500] == page.locator("smart-image").evaluate(BOX)


def test_nobody_goes_on_watching_for_what_has_changed(page: Page, serve: str, photo: str) -> None:
    """However often an element changes that is out of sight, one look-out is left, and none once it has come."""
    page.add_init_script(COUNT_WATCHING)
    below = '<div style="height: 5000px"></div>'
    open_with(page, serve, f'{below}<smart-image media-id="{photo}" size="grid"></smart-image>')
    for word in "abcd":
        page.locator("smart-image").evaluate("(one, word) => one.setAttribute('alt', word)", word)
        page.evaluate(PAINTED)
    assert 1 == page.evaluate("watching.size")
    page.locator("smart-image").evaluate("one => one.scrollIntoView()")
    shown(page)
    assert 0 == page.evaluate("watching.size")


def test_a_size_that_does_not_exist_is_told_to_the_developer(page: Page, serve: str, photo: str) -> None:
    """The picture shows as if none were given."""
    warned: list[str] = []
    page.on("console", lambda message: warned.append(message.text) if message.type == "warning" else None)
    open_with(page, serve, f'<smart-image media-id="{photo}" size="huge"></smart-image>')
    assert shown(page).endswith("/detail.avif")
    assert warned[0].startswith("No size: huge")
