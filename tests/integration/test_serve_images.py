"""The hot path, from a URL to headers and bytes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from media_vm.rules.asked import Asked
from media_vm.rules.pictures import Format, MediaStatus, Size
from media_vm.settings import Settings
from serve import images
from serve.answers import Answer, prepare
from serve.app import create_app
from serve.door import Door
from serve.gate import Gate
from serve.reader import Reader
from serve.shelf import Shown
from serve.tally import Tally
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
    """Without the request's id and its time, which are others every time."""
    own = {"x-request-id", "server-timing"}
    return {name: value for name, value in response.headers.items() if name not in own}


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
        "access-control-expose-headers": "ETag, Media-Fallback, Retry-After, X-Request-ID",
        "timing-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
        "accept-ranges": "bytes",
        "cache-tag": "media-789",
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


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each `Accept` that an answer is prepared for from now on."""
    prepared: list[str] = []

    def count(settings: Settings, root: Path, shown: Shown, asked: Asked, accept: str, tally: Tally) -> Answer:
        prepared.append(accept)
        return prepare(settings, root, shown, asked, accept, tally)

    monkeypatch.setattr(images, "prepare", count)
    return prepared


def test_an_answer_is_prepared_once(app: ASGIApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same question of the same media costs no second choice; another one does."""
    prepared = counted(monkeypatch)
    for accept in ("*/*", "*/*", "image/webp", "*/*"):
        assert ask(app, "GET", "/serve/789", {"Accept": accept}).status_code == 200
    assert prepared == ["*/*", "image/webp"]


def test_what_is_prepared_is_bounded(app: ASGIApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions that nobody asks twice push the oldest out; a long one is not remembered at all."""
    prepared = counted(monkeypatch)
    monkeypatch.setattr(images, "_PREPARED", 1)
    long = "*/*" + "," * 1024
    for accept in ("*/*", "image/webp", "*/*", long, long, "*/*"):
        assert ask(app, "GET", "/serve/789", {"Accept": accept}).status_code == 200
    assert prepared == ["*/*", "image/webp", "*/*", long, long]


def test_a_prepared_answer_ends_with_its_row(
    app: ASGIApp, shelf: MemoryShelf, shown: Shown, tmp_path: Path
) -> None:
    """What is shown from now on is another answer to the same question."""
    before = ask(app, "GET", "/serve/789?size=grid")
    webp = (variant_of(shown, Size.GRID, Format.WEBP),)
    shelf.media[789] = replace(shown, variants=webp)
    (tmp_path / variant_of(shown, Size.GRID, Format.JPEG).path).unlink()
    refused, after = ask(app, "GET", "/serve/789?size=grid"), ask(app, "GET", "/serve/789?size=grid")
    assert (before.status_code, refused.status_code) == (200, 503)
    assert (after.status_code, after.content) == (200, content(Size.GRID, Format.WEBP))


def test_an_answer_that_is_over_pushes_no_other_out(
    tmp_path: Path, shelf: MemoryShelf, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that takes its place takes its room, too, where there is no more."""
    prepared = counted(monkeypatch)
    monkeypatch.setattr(images, "_PREPARED", 2)
    settings, reader = settings_for(tmp_path), Reader(shelf, lambda: 1000.0)
    pictures = images.Images(settings, reader, Gate(settings), Tally())
    app = Door(images.PREFIXES, pictures, pictures, settings, Tally())
    shelf.media[900] = replace(shown, media_id=900)
    grid, detail = "/serve/789?size=grid", "/serve/900?size=detail"
    for url in (grid, detail):
        ask(app, "GET", url)
    reader.forget(900)
    for url in (detail, grid, detail):
        ask(app, "GET", url)

    assert 3 == len(prepared)


def test_a_prepared_answer_ends_with_its_media(tmp_path: Path, shelf: MemoryShelf, shown: Shown) -> None:
    """Another question may have brought the news; this one's answer is over all the same."""
    seconds, settings = [1000.0], settings_for(tmp_path)
    pictures = images.Images(settings, Reader(shelf, lambda: seconds[0]), Gate(settings), Tally())
    app = Door(images.PREFIXES, pictures, pictures, settings, Tally())
    before = ask(app, "GET", "/serve/789")
    shelf.media[789] = replace(shown, is_deleted=True)
    shelf.changed(789)
    seconds[0] += 1
    answers = [ask(app, "GET", url) for url in ("/serve/789?size=grid", "/serve/789")]
    assert [200, 410, 410] == [answer.status_code for answer in (before, *answers)]


def test_an_answer_tells_how_it_was_come_by(app: ASGIApp) -> None:
    """How long the database took, or that it was not asked."""
    first, second = ask(app, "GET", "/serve/789"), ask(app, "GET", "/serve/789?size=grid")
    assert re.fullmatch(r"cache;desc=miss, db;dur=[0-9]+\.[0-9]", first.headers["server-timing"])
    assert second.headers["server-timing"] == "cache;desc=hit"


@pytest.mark.parametrize("extensions", [[], ["http.response.pathsend"]])
@pytest.mark.parametrize(
    ("asked", "first", "length"),
    [("bytes=0-0", 0, 1), ("bytes=70000-140000", 70_000, 70_001), ("bytes=-5", -5, 5)],
)
def test_a_part_of_a_picture(
    app: ASGIApp, shown: Shown, extensions: list[str], asked: str, first: int, length: int
) -> None:
    """206 with those bytes and where they stand; all other headers as on the whole."""
    sent = [(b"accept", b"*/*"), (b"range", asked.encode())]
    head, *body = exchange(app, "GET", "/serve/789", headers=sent, extensions=extensions)
    whole = content(Size.DETAIL, Format.JPEG)
    told, first = dict(head["headers"]), first % len(whole)
    where = f"bytes {first}-{first + length - 1}/{len(whole)}".encode()
    assert (head["status"], told[b"content-range"], told[b"content-length"]) == (206, where, b"%d" % length)
    assert b"".join(part["body"] for part in body) == whole[first : first + length]
    jpeg = variant_of(shown, Size.DETAIL, Format.JPEG)
    named = [told[name] for name in (b"etag", b"vary", b"cache-control", b"content-type")]
    assert named == [f'"{jpeg.sha256}"'.encode(), b"Accept", YEAR.encode(), b"image/jpeg"]


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {"Range": "bytes=0-1,5-6"}, 200),
        ("GET", {"Range": "bytes=5-1"}, 200),
        ("GET", {"Range": "bytes=0-1", "If-Range": '"another"'}, 200),
        ("GET", {"Range": "bytes=0-1", "If-Range": "{tag}"}, 206),
        ("GET", {"Range": "bytes=0-1", "If-None-Match": "{tag}"}, 304),
        ("HEAD", {"Range": "bytes=0-1"}, 200),
        ("GET", {"Range": "bytes=9999999-"}, 416),
        ("GET", {"Range": "bytes=9999999-", "If-Range": '"another"'}, 200),
    ],
)
def test_a_range_is_heeded_where_it_must_be(
    app: ASGIApp, shown: Shown, method: str, headers: dict[str, str], status: int
) -> None:
    """One range, of this very file, by GET; a good copy outweighs it."""
    jpeg = variant_of(shown, Size.DETAIL, Format.JPEG)
    sent = {name: value.replace("{tag}", f'"{jpeg.sha256}"') for name, value in headers.items()}
    answer = ask(app, method, "/serve/789", sent)
    assert answer.status_code == status
    if status == 200:
        assert (answer.headers["content-length"], "content-range" in answer.headers) == (str(jpeg.bytes), False)


def test_a_range_beyond_the_end_is_a_problem(app: ASGIApp, shown: Shown) -> None:
    """416 that says how long the file is, and that nobody caches."""
    answer = ask(app, "GET", "/serve/789", {"Range": "bytes=9999999-"})
    jpeg = variant_of(shown, Size.DETAIL, Format.JPEG)
    named = [answer.headers[name] for name in ("content-range", "cache-control", "content-type")]
    assert named == [f"bytes */{jpeg.bytes}", "no-store", "application/problem+json"]
    assert answer.json()["type"].endswith("/problems/range-not-satisfiable")


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
    answers = [ask(app, "GET", "/serve/789", {"Origin": origin} if origin else {}) for _ in range(2)]
    for answer in answers:  # the second one was prepared for the first
        assert (answer.headers.get("access-control-allow-origin"), answer.headers["vary"]) == (allowed, vary)
        assert answer.headers["timing-allow-origin"] == "https://festival.example"


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
