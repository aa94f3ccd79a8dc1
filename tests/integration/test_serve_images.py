"""The hot path, from a URL to headers and bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from media_vm.rules.pictures import Format, MediaStatus, Size
from serve.app import create_app
from serve.shelf import Shown
from tests.integration.shelf_in_memory import (
    MemoryShelf,
    ask,
    ask_all,
    content,
    exchange,
    settings_for,
    sunset,
    variant_of,
)

CHROME = {"Accept": "image/avif,image/webp,*/*;q=0.8"}
YEAR = "public, max-age=31536000"


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    return sunset(tmp_path)


@pytest.fixture
def shelf(shown: Shown) -> MemoryShelf:
    return MemoryShelf(media={789: shown})


@pytest.fixture
def app(tmp_path: Path, shelf: MemoryShelf) -> ASGIApp:
    return create_app(settings_for(tmp_path), shelf)


def headers_of(response: httpx.Response) -> dict[str, str]:
    """Without the request id, which is another every time."""
    return {name: value for name, value in response.headers.items() if name != "x-request-id"}


def test_a_picture_comes_with_every_header_of_the_contract(app: ASGIApp, shown: Shown) -> None:
    """Negotiated, exact, unversioned: a year, a validator, Vary, a name, CORS and nosniff."""
    answer = ask(app, "GET", "/serve/789", CHROME)
    avif = variant_of(shown, Size.DETAIL, Format.AVIF)
    assert (answer.status_code, answer.content) == (200, content(Size.DETAIL, Format.AVIF))
    assert headers_of(answer) == {
        "content-type": "image/avif",
        "content-length": str(avif.bytes),
        "content-disposition": 'inline; filename="sunset-oil-detail.avif"',
        "etag": f'"{avif.sha256}"',
        "cache-control": YEAR,
        "vary": "Accept",
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
    }


@pytest.mark.parametrize("url", ["/serve/789", "/api/images/789?size=zoom", "/serve/789/grid.webp"])
def test_head_has_the_headers_of_get_and_no_body(app: ASGIApp, url: str) -> None:
    """HEAD tells what GET would bring."""
    get, head = ask(app, "GET", url, CHROME), ask(app, "HEAD", url, CHROME)
    assert (head.status_code, headers_of(head), head.content) == (200, headers_of(get), b"")


@pytest.mark.parametrize(
    ("url", "accept", "size", "form", "vary", "cache_control", "fallback"),
    [
        ("/serve/789?size=grid", "*/*", Size.GRID, Format.JPEG, "Accept", YEAR, None),
        ("/serve/789?size=grid", "image/webp", Size.GRID, Format.WEBP, "Accept", YEAR, None),
        ("/serve/789?size=grid&format=webp", "", Size.GRID, Format.WEBP, None, YEAR, None),
        ("/serve/789?size=detail?size=grid", "*/*", Size.GRID, Format.JPEG, "Accept", YEAR, None),
        ("/api/images/789?size=detail%3Fsize%3Dgrid", "*/*", Size.GRID, Format.JPEG, "Accept", YEAR, None),
        ("/serve/789?size=zoom", "*/*", Size.DETAIL, Format.JPEG, "Accept", "public, max-age=60", "size"),
        ("/serve/789?bg=removed", "*/*", Size.DETAIL, Format.JPEG, "Accept", "public, max-age=60", "bg"),
        ("/serve/789/grid.avif", "*/*", Size.GRID, Format.AVIF, None, YEAR, None),
        ("/serve/789/grid.nobg.avif", "", Size.GRID, Format.AVIF, None, "public, max-age=60", "bg"),
        ("/serve/789/v00000000/grid.avif", "", Size.GRID, Format.AVIF, None, "public, max-age=60", None),
    ],
)
def test_vary_cache_control_and_fallback_follow_from_the_choice(
    app: ASGIApp,
    url: str,
    accept: str,
    size: Size,
    form: Format,
    vary: str | None,
    cache_control: str,
    fallback: str | None,
) -> None:
    """The picture is what was asked for or marked, and varies by Accept exactly when Accept was read."""
    answer = ask(app, "GET", url, {"Accept": accept})
    assert answer.content == content(size, form)
    named = [answer.headers.get(name) for name in ("vary", "cache-control", "media-fallback", "content-type")]
    assert named == [vary, cache_control, fallback, form.media_type]


@pytest.mark.parametrize("url", ["/serve/789?size=grid&format=avif&v={}", "/serve/789/v{}/grid.avif"])
def test_a_versioned_url_of_an_explicit_format_is_immutable(app: ASGIApp, shown: Shown, url: str) -> None:
    """Nothing about such an answer can change."""
    answer = ask(app, "GET", url.format(variant_of(shown, Size.GRID, Format.AVIF).hash8))
    assert (answer.headers["cache-control"], "vary" in answer.headers) == (f"{YEAR}, immutable", False)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("url", "vary", "fallback"),
    [
        ("/serve/789", "Accept", None),
        ("/serve/789?size=zoom", "Accept", "size"),
        ("/serve/789?format=avif", None, None),
    ],
)
def test_a_good_copy_gets_304_before_any_file_is_opened(
    app: ASGIApp, shown: Shown, tmp_path: Path, method: str, url: str, vary: str | None, fallback: str | None
) -> None:
    """Even with the file gone the validator answers, with Vary and Cache-Control as on the 200."""
    avif = variant_of(shown, Size.DETAIL, Format.AVIF)
    (tmp_path / avif.path).unlink()
    tags = {"If-None-Match": f'"older", W/"{avif.sha256}"'}
    answer = ask(app, method, url, CHROME | tags)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == f'"{avif.sha256}"'
    assert [answer.headers.get(name) for name in ("vary", "media-fallback")] == [vary, fallback]
    assert "content-length" not in answer.headers


def test_the_validator_of_another_format_is_no_match(app: ASGIApp, shown: Shown) -> None:
    """A browser that cached AVIF and now asks for JPEG gets JPEG."""
    avif = variant_of(shown, Size.DETAIL, Format.AVIF)
    answer = ask(app, "GET", "/serve/789", {"Accept": "*/*", "If-None-Match": f'"{avif.sha256}"'})
    assert (answer.status_code, answer.content) == (200, content(Size.DETAIL, Format.JPEG))


def test_the_server_sends_the_file_itself_where_it_can(app: ASGIApp, shown: Shown, tmp_path: Path) -> None:
    """With `http.response.pathsend` no byte of a picture passes through Python."""
    path = str(tmp_path / variant_of(shown, Size.DETAIL, Format.JPEG).path)
    _, *body = exchange(app, "GET", "/serve/789", extensions=["http.response.pathsend"])
    assert body == [{"type": "http.response.pathsend", "path": path}]


def test_head_reads_no_file(app: ASGIApp) -> None:
    """The server would drop the body anyway; the app does not even begin it."""
    _, *body = exchange(app, "HEAD", "/serve/789", extensions=["http.response.pathsend"])
    assert body == [{"type": "http.response.body", "body": b""}]


@pytest.mark.parametrize("status", [MediaStatus.FAILED, MediaStatus.PROCESSING])
def test_a_media_with_variants_goes_on_serving(
    app: ASGIApp, shelf: MemoryShelf, shown: Shown, status: MediaStatus
) -> None:
    """A failed redo, or one under way, takes no picture away."""
    shelf.media[789] = replace(shown, status=status)
    assert ask(app, "GET", "/serve/789").status_code == 200


def test_requests_at_the_same_time_cost_one_look(app: ASGIApp, shelf: MemoryShelf) -> None:
    """A page that shows one picture twenty times asks the database once."""
    answers = ask_all(app, [("GET", "/serve/789")] * 20)
    assert ([answer.status_code for answer in answers], shelf.looks) == ([200] * 20, 1)


def test_what_is_remembered_is_bounded(app: ASGIApp, shelf: MemoryShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crawler of every id pushes the oldest look out instead of filling the memory."""
    monkeypatch.setattr("serve.reader._REMEMBERED", 1)
    for url in ("/serve/789", "/serve/789", "/serve/790", "/serve/789"):
        ask(app, "GET", url)
    assert shelf.looks == 3


@pytest.mark.parametrize(
    ("origin", "allowed", "vary"),
    [
        ("https://festival.example", "https://festival.example", "Accept, Origin"),
        ("https://evil.example", None, "Accept, Origin"),
        (None, None, "Accept, Origin"),
    ],
)
def test_cors_lets_listed_origins_in(
    tmp_path: Path, shelf: MemoryShelf, origin: str | None, allowed: str | None, vary: str
) -> None:
    """With origins listed, the answer hangs on Origin and says so, whoever asks."""
    app = create_app(settings_for(tmp_path, cors_origins=("https://festival.example",)), shelf)
    answer = ask(app, "GET", "/serve/789", {"Origin": origin} if origin else {})
    assert (answer.headers.get("access-control-allow-origin"), answer.headers["vary"]) == (allowed, vary)


@pytest.mark.parametrize(
    ("given_id", "is_kept"),
    [
        ("req-1.A_b", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("a b", False),
        ("<script>", False),
        ("", False),
    ],
)
def test_a_harmless_request_id_is_kept(app: ASGIApp, given_id: str, is_kept: bool) -> None:
    """Callers' ids come back if they are plain; anything else is replaced."""
    returned = ask(app, "GET", "/serve/789", {"X-Request-ID": given_id}).headers["x-request-id"]
    assert (returned == given_id, len(returned) > 0) == (is_kept, True)


def test_a_slug_cannot_break_out_of_its_header(app: ASGIApp, shelf: MemoryShelf, shown: Shown) -> None:
    """A name from outside is reduced to what a file name may hold."""
    shelf.media[789] = replace(shown, slug='é"\r\nSet-Cookie: a=b')
    disposition = ask(app, "GET", "/serve/789").headers["content-disposition"]
    assert disposition == 'inline; filename="-Set-Cookie-a-b-detail.jpg"'
