"""The manifest, from its URL to headers and JSON."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from media_vm.errors import DatabaseDown
from media_vm.rules.owners_words import with_alt_text
from media_vm.rules.pictures import MediaStatus
from media_vm.rules.signing import signed_query
from serve import manifests
from serve.app import create_app
from serve.door import Door
from serve.gate import Gate
from serve.images import PREFIXES, Images
from serve.reader import Reader
from serve.shelf import Shown
from serve.tally import Tally
from tests.integration.shelf_in_memory import MemoryShelf, ask, ask_all, content, exchange, settings_for, sunset
from tests.portraits import ANALYSIS

URL = "/serve/789/manifest.json"


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    return sunset(tmp_path)


@pytest.fixture
def shelf(shown: Shown) -> MemoryShelf:
    return MemoryShelf(media={789: shown}, analysis_of={789: ANALYSIS})


@pytest.fixture
def app(tmp_path: Path, shelf: MemoryShelf) -> ASGIApp:
    return create_app(settings_for(tmp_path), shelf)


def test_a_manifest_comes_with_its_headers(app: ASGIApp) -> None:
    """JSON for a minute, for pages of every origin, with a validator."""
    answer = ask(app, "GET", URL)

    assert (200, "789", "A harbour") == (answer.status_code, answer.json()["media_id"], answer.json()["alt_text"])
    expected = {
        "content-type": "application/json",
        "content-length": str(len(answer.content)),
        "cache-control": "public, max-age=60",
        "etag": f'"{hashlib.sha256(answer.content).hexdigest()}"',
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "ETag, Media-Fallback, Retry-After, X-Request-ID",
        "x-content-type-options": "nosniff",
    }
    assert expected == {name: answer.headers.get(name) for name in expected}


def test_every_url_of_a_manifest_is_that_variant_for_ever(app: ASGIApp, shown: Shown) -> None:
    """Each leads to its own bytes, immutable and without Vary."""
    variants = ask(app, "GET", URL).json()["variants"]
    answers = [ask(app, "GET", one["url"].removeprefix("http://127.0.0.1:3001")) for one in variants]

    assert len(shown.variants) == len(variants)
    for one, answer in zip(variants, answers, strict=True):
        assert content(one["size"], one["format"], one["bg"]) == answer.content
        assert (one["type"], str(one["bytes"])) == tuple(
            answer.headers[name] for name in ("content-type", "content-length")
        )
        assert ("public, max-age=31536000, immutable", None) == (
            answer.headers["cache-control"],
            answer.headers.get("vary"),
        )


def test_a_manifest_is_revalidated(app: ASGIApp) -> None:
    """304 for the same, 200 once something has changed."""
    tag = ask(app, "GET", URL).headers["etag"]
    again, other = (ask(app, "GET", URL, {"If-None-Match": one}) for one in (tag, '"other"'))

    assert (304, b"", tag) == (again.status_code, again.content, again.headers["etag"])
    assert 200 == other.status_code


def test_head_of_a_manifest_has_no_body(app: ASGIApp) -> None:
    """And the headers of GET."""
    (get, body), (head, no_body) = exchange(app, "GET", URL), exchange(app, "HEAD", URL)
    named = [{name: value for name, value in one["headers"] if name != b"x-request-id"} for one in (get, head)]
    assert (200, named[0]) == (head["status"], named[1])
    assert (True, b"") == (len(body["body"]) > 1000, no_body["body"])


@pytest.mark.parametrize(
    ("method", "url", "changes", "status"),
    [
        ("GET", "/serve/790/manifest.json", {}, 404),
        ("GET", URL, {"is_deleted": True}, 410),
        ("GET", URL, {"status": MediaStatus.FAILED, "variants": ()}, 410),
        ("GET", URL, {"status": MediaStatus.PROCESSING, "variants": ()}, 404),
        ("PUT", URL, {}, 405),
    ],
)
def test_a_manifest_is_refused_as_its_picture_is(
    app: ASGIApp, shelf: MemoryShelf, shown: Shown, method: str, url: str, changes: dict[str, Any], status: int
) -> None:
    """As problems that nobody caches, and that a page of another origin may read."""
    shelf.media[789] = replace(shown, **changes)
    answer = ask(app, method, url)

    assert (status, status) == (answer.status_code, answer.json()["status"])
    named = [answer.headers[name] for name in ("cache-control", "access-control-allow-origin")]
    assert ["no-store", "*"] == named
    is_pending = changes.get("status") is MediaStatus.PROCESSING
    assert ("10" if is_pending else None) == answer.headers.get("retry-after")


def test_the_setting_says_what_is_public(tmp_path: Path, shelf: MemoryShelf) -> None:
    """Nothing of the analysis, if nothing is named."""
    app = create_app(settings_for(tmp_path, public_analysis=()), shelf)
    assert {} == ask(app, "GET", URL).json()["analysis"]


def test_a_manifest_is_made_once(app: ASGIApp, shelf: MemoryShelf) -> None:
    """As long as nothing of its media changes: one look for what is shown, one for what is known of it."""
    answers = [ask(app, "GET", URL) for _ in range(3)]
    assert (2, 1) == (shelf.looks, len({answer.content for answer in answers}))


def test_a_manifest_tells_of_a_change_within_a_second(tmp_path: Path, shelf: MemoryShelf, shown: Shown) -> None:
    """Of the analysis alone, too, whichever process wrote it."""
    seconds, settings = [1000.0], settings_for(tmp_path)
    pictures = Images(settings, Reader(shelf, lambda: seconds[0]), Gate(settings), Tally())
    app = Door(PREFIXES, pictures, pictures, settings, Tally())
    before = ask(app, "GET", URL).json()["alt_text"]
    shelf.analysis_of[789] = with_alt_text(ANALYSIS, "Boats at rest")
    shelf.media[789] = replace(shown)  # equal and another, as a database's next look is
    shelf.changed(789)
    seconds[0] += 1
    assert ("A harbour", "Boats at rest") == (before, ask(app, "GET", URL).json()["alt_text"])


def test_manifests_are_bounded(app: ASGIApp, shelf: MemoryShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest goes first."""
    monkeypatch.setattr(manifests, "_KEPT", 1)
    shelf.media[790] = replace(shelf.media[789], media_id=790)
    for media_id in (789, 790, 789):
        assert 200 == ask(app, "GET", f"/serve/{media_id}/manifest.json").status_code
    assert 2 + 2 + 1 == shelf.looks


def test_a_manifest_that_many_ask_for_is_looked_up_once(app: ASGIApp, shelf: MemoryShelf) -> None:
    """At the same time, before anything is remembered."""
    answers = ask_all(app, [("GET", URL)] * 20)
    assert ({200}, 2) == ({answer.status_code for answer in answers}, shelf.looks)


def test_a_media_without_pictures_costs_no_look_at_its_content(
    app: ASGIApp, shelf: MemoryShelf, shown: Shown
) -> None:
    """However often its page asks whether they are made."""
    shelf.media[789] = replace(shown, status=MediaStatus.PROCESSING, variants=())
    answers = [ask(app, "GET", URL) for _ in range(3)]
    assert ([404] * 3, 1) == ([answer.status_code for answer in answers], shelf.looks)


def test_what_a_signed_manifest_is_made_of_is_kept(tmp_path: Path, shelf: MemoryShelf) -> None:
    """Each visitor has URLs of their own, and no look at the database."""
    secret = "k" * 32
    app = create_app(settings_for(tmp_path, serve_secrets=SecretStr(secret)), shelf)
    ends = [int(time.time()) + 1000 + number for number in range(3)]
    answers = [ask(app, "GET", f"{URL}{signed_query(secret.encode(), 789, until)}") for until in ends]
    urls = {answer.json()["variants"][0]["url"] for answer in answers}
    assert (3, 2) == (len(urls), shelf.looks)


def test_a_manifest_that_could_not_be_read_is_asked_for_again(
    app: ASGIApp, shelf: MemoryShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error is nobody's answer but that of who asked."""
    with monkeypatch.context() as away:
        away.setattr(shelf, "portrait", lambda _: (_ for _ in ()).throw(DatabaseDown("away")))
        assert 503 == ask(app, "GET", URL).status_code
    assert 200 == ask(app, "GET", URL).status_code


def test_a_scan_of_manifests_costs_no_look(app: ASGIApp, shelf: MemoryShelf) -> None:
    """Nor leaves anything behind: of ids beyond the highest none is ever looked up."""
    ask(app, "GET", URL)
    looks = shelf.looks
    answers = [ask(app, "GET", f"/serve/{media_id}/manifest.json") for media_id in range(1000, 1050)]
    assert ({404}, looks) == ({answer.status_code for answer in answers}, shelf.looks)
