"""Who may see pictures where not everybody may."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from media_vm.rules.signing import signed_query
from serve.app import create_app
from serve.door import Door
from serve.gate import Gate
from serve.images import PREFIXES, Images
from serve.reader import Reader
from serve.tally import Tally
from tests.integration.shelf_in_memory import MemoryShelf, ask, settings_for, sunset

NEW, OLD = "new key of sixteen and more", "old key of sixteen and more"
PROXY = {"Authorization": "Bearer proxys-own-key"}
URLS = ["/serve/789", "/api/images/789", "/serve/789/grid.avif", "/serve/789/manifest.json"]
HOUR = 3600


@pytest.fixture
def shelf(tmp_path: Path) -> MemoryShelf:
    return MemoryShelf(media={789: sunset(tmp_path)})


def app_of(tmp_path: Path, shelf: MemoryShelf, *, signs: bool, has_proxy: bool) -> ASGIApp:
    secrets = SecretStr(f"{NEW},{OLD}") if signs else None
    key = SecretStr("proxys-own-key") if has_proxy else None
    return create_app(settings_for(tmp_path, serve_secrets=secrets, serve_key=key), shelf)


def signed(media_id: int = 789, *, key: str = NEW, seconds: int = HOUR) -> str:
    return signed_query(key.encode(), media_id, int(time.time()) + seconds)


def max_age(answer: httpx.Response) -> int:
    who, _, age = answer.headers["cache-control"].partition(", max-age=")
    assert "private" == who
    return int(age.removesuffix(", immutable"))


@pytest.mark.parametrize("url", URLS)
def test_a_signed_url_shows_its_media_until_its_time(tmp_path: Path, shelf: MemoryShelf, url: str) -> None:
    """By either key, on every kind of URL, and in no cache for longer."""
    app = app_of(tmp_path, shelf, signs=True, has_proxy=False)
    answers = [ask(app, "GET", url + signed(key=key)) for key in (NEW, OLD)]

    assert [200, 200] == [answer.status_code for answer in answers]
    assert all(0 < max_age(answer) <= HOUR for answer in answers)


@pytest.mark.parametrize("url", [*URLS, "/serve/1", "/serve/790/manifest.json"])
@pytest.mark.parametrize("query", ["", signed(791), signed(seconds=-1), signed(key="another key of some length")])
def test_who_has_no_signed_url_learns_nothing(tmp_path: Path, shelf: MemoryShelf, url: str, query: str) -> None:
    """Not even whether there is such a media: nothing is looked up."""
    app = app_of(tmp_path, shelf, signs=True, has_proxy=False)
    for method in ("GET", "HEAD"):
        answer = ask(app, method, url + query, {"If-None-Match": "*"})
        assert (403, "no-store") == (answer.status_code, answer.headers["cache-control"])
    assert (0, 0) == (shelf.looks, shelf.asked_for_news)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (signed(seconds=-1), "over"),
        (signed(seconds=-1, key=OLD), "over"),
        (signed(seconds=-1, key="another key of some length"), "not of this media"),
        (signed(791, seconds=-1), "not of this media"),
        (signed(seconds=-1) + "0", "not of this media"),
        ("", "missing"),
    ],
    ids=["new key", "old key", "another key", "another media", "altered", "none"],
)
def test_only_what_was_signed_is_called_over(tmp_path: Path, shelf: MemoryShelf, query: str, says: str) -> None:
    """Who made a wrong signature is not told to wait for a fresh one, and nobody else learns of a time."""
    detail = ask(app_of(tmp_path, shelf, signs=True, has_proxy=False), "GET", f"/serve/789{query}").json()[
        "detail"
    ]
    assert (says in detail, "over" == says) == (True, "over" in detail)


def test_a_signature_does_not_outlive_itself_in_memory(tmp_path: Path, shelf: MemoryShelf) -> None:
    """An answer that was prepared for it is no pass."""
    now = [1000.0]
    settings = settings_for(tmp_path, serve_secrets=SecretStr(NEW), serve_key=None)
    images = Images(settings, Reader(shelf), Gate(settings, lambda: now[0]), Tally())
    app = Door(PREFIXES, images, images, settings, Tally())
    url = f"/serve/789{signed_query(NEW.encode(), 789, 1010)}"
    told = []
    for now[0] in (1000, 1009.5, 1010):
        answer = ask(app, "GET", url)
        told.append((answer.status_code, answer.headers["cache-control"]))

    assert [(200, "private, max-age=10"), (200, "private, max-age=0"), (403, "no-store")] == told


def test_a_page_may_choose_and_append_as_ever(tmp_path: Path, shelf: MemoryShelf) -> None:
    """The signature covers the media and the time alone."""
    app = app_of(tmp_path, shelf, signs=True, has_proxy=False)
    urls = [f"/serve/789{signed()}&size=grid&format=webp", f"/serve/789{signed()}?size=grid"]
    answers = [ask(app, "GET", url) for url in urls]

    assert [(200, "image/webp"), (200, "image/jpeg")] == [
        (answer.status_code, answer.headers["content-type"]) for answer in answers
    ]


def test_a_signed_manifest_has_urls_that_work_as_long(tmp_path: Path, shelf: MemoryShelf) -> None:
    """Signed anew by the first key for the visitor's own time."""
    app = app_of(tmp_path, shelf, signs=True, has_proxy=False)
    expires = int(time.time()) + HOUR
    manifest = ask(app, "GET", f"/serve/789/manifest.json{signed_query(OLD.encode(), 789, expires)}").json()
    urls = [one["url"] for one in manifest["variants"]]

    assert all(url.endswith(signed_query(NEW.encode(), 789, expires)) for url in urls)
    answer = ask(app, "GET", urls[0].removeprefix("http://127.0.0.1:3001"))
    assert (200, True) == (answer.status_code, 0 < max_age(answer) <= HOUR)


@pytest.mark.parametrize("signs", [True, False])
def test_the_proxy_needs_its_key_alone(tmp_path: Path, shelf: MemoryShelf, signs: bool) -> None:
    """Its answers are for no shared cache in front of us; what it passes on it decides by itself."""
    app = app_of(tmp_path, shelf, signs=signs, has_proxy=True)
    answers = [ask(app, "GET", url, PROXY) for url in URLS]

    assert [200] * 4 == [answer.status_code for answer in answers]
    assert [31_536_000] * 3 + [60] == [max_age(answer) for answer in answers]
    url = answers[3].json()["variants"][0]["url"].removeprefix("http://127.0.0.1:3001")
    assert (signs, 200 if signs else 401) == ("?exp=" in url, ask(app, "GET", url).status_code)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        b"Bearer ",
        b"Bearer proxys-own-ke",
        b"Bearer proxys-own-key2",
        b"Basic proxys-own-key",
        b"proxys-own-key",
        b"Bearer \xff\xfe",
        b"Bearer proxys-own-key, Bearer x",
    ],
)
def test_nobody_else_is_the_proxy(tmp_path: Path, shelf: MemoryShelf, authorization: bytes | None) -> None:
    """401 that says how to be one, and no look at anything."""
    app = app_of(tmp_path, shelf, signs=False, has_proxy=True)
    sent = {b"Authorization": authorization} if authorization else {}
    answer = ask(app, "GET", "/serve/789", sent)

    assert (401, "Bearer", 0) == (answer.status_code, answer.headers["www-authenticate"], shelf.looks)


def test_what_is_no_picture_is_not_found_at_a_closed_gate_either(tmp_path: Path, shelf: MemoryShelf) -> None:
    """There is nothing to be admitted to."""
    app = app_of(tmp_path, shelf, signs=True, has_proxy=True)
    assert [404, 404] == [ask(app, "GET", url).status_code for url in ("/serve/x", "/serve/789x")]
