"""The hot path, from a URL to headers and bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message, Scope

from media_vm.errors import DatabaseDown
from media_vm.rules.pictures import Format, MediaStatus, Size, Variant
from serve.app import create_app
from serve.shelf import Shown
from tests.integration.shelf_in_memory import MemoryShelf, ask, ask_all, content, settings_for, sunset

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


def variant_of(shown: Shown, size: Size, form: Format) -> Variant:
    return next(kept for kept in shown.variants if (kept.size, kept.format) == (size, form))


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


def exchange(
    app: ASGIApp,
    method: str,
    path: str,
    query: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (),
    extensions: Sequence[str] = (),
) -> list[Message]:
    """What the app says to its server, message by message."""
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def answer() -> None:
        scope: Scope = {"type": "http", "method": method, "path": path, "query_string": query}
        await app(scope | {"headers": headers, "extensions": dict.fromkeys(extensions)}, receive, send)

    asyncio.run(answer())
    return said


def test_the_server_sends_the_file_itself_where_it_can(app: ASGIApp, shown: Shown, tmp_path: Path) -> None:
    """With `http.response.pathsend` no byte of a picture passes through Python."""
    path = str(tmp_path / variant_of(shown, Size.DETAIL, Format.JPEG).path)
    _, *body = exchange(app, "GET", "/serve/789", extensions=["http.response.pathsend"])
    assert body == [{"type": "http.response.pathsend", "path": path}]


def test_head_reads_no_file(app: ASGIApp) -> None:
    """The server would drop the body anyway; the app does not even begin it."""
    _, *body = exchange(app, "HEAD", "/serve/789", extensions=["http.response.pathsend"])
    assert body == [{"type": "http.response.body", "body": b""}]


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The body of a well-formed problem that nobody may cache."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["request_id"]) == (answer.status_code, answer.headers["x-request-id"])
    return body


@pytest.mark.parametrize(
    ("changes", "status", "slug", "retries"),
    [
        ({"is_deleted": True}, 410, "gone", False),
        ({"status": MediaStatus.FAILED, "variants": ()}, 410, "gone", False),
        ({"status": MediaStatus.PROCESSING, "variants": ()}, 404, "not-ready", True),
        ({"status": MediaStatus.DOWNLOADING, "variants": ()}, 404, "not-ready", True),
    ],
)
def test_what_cannot_be_shown_says_whether_to_come_back(
    app: ASGIApp,
    shelf: MemoryShelf,
    shown: Shown,
    changes: dict[str, Any],
    status: int,
    slug: str,
    retries: bool,
) -> None:
    """Deleted or failed: 410 for good; still being made: 404 with Retry-After."""
    shelf.media[789] = replace(shown, **changes)
    answer = ask(app, "GET", "/serve/789")
    assert answer.status_code == status
    assert problem(answer)["type"].endswith(f"/problems/{slug}")
    assert answer.headers.get("retry-after") == ("10" if retries else None)


@pytest.mark.parametrize("status", [MediaStatus.FAILED, MediaStatus.PROCESSING])
def test_a_media_with_variants_goes_on_serving(
    app: ASGIApp, shelf: MemoryShelf, shown: Shown, status: MediaStatus
) -> None:
    """A failed redo, or one under way, takes no picture away."""
    shelf.media[789] = replace(shown, status=status)
    assert ask(app, "GET", "/serve/789").status_code == 200


@pytest.mark.parametrize(
    ("url", "status", "named"),
    [
        ("/serve/790", 404, "No picture has this id."),
        ("/serve/0", 404, "No picture has a URL like this."),
        ("/serve/789/", 404, "No picture has a URL like this."),
        ("/serve/..%2f..%2fetc%2fpasswd", 404, "No picture has a URL like this."),
        ("/serve/789?size=huge", 400, "size must be one of: thumbnail"),
        ("/serve/789?format=gif", 400, "format must be one of: avif, webp, jpeg, png, jpg"),
        ("/serve/789?bg=green", 400, "bg must be one of: original, removed"),
        ("/serve/789?x=" + "y" * 5000, 414, "4096"),
    ],
)
def test_a_wrong_url_is_a_problem_that_names_the_remedy(
    app: ASGIApp, shelf: MemoryShelf, url: str, status: int, named: str
) -> None:
    """Unknown ids and values never reach a file; values are told what they could have been."""
    answer = ask(app, "GET", url)
    assert answer.status_code == status
    assert named in problem(answer)["detail"]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_valid_values_are_listed_for_machines(app: ASGIApp) -> None:
    """A 400 carries the valid values as a list, too."""
    expected = ["original", "removed"]
    assert problem(ask(app, "GET", "/serve/789?bg=green"))["valid_values"] == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_a_picture_can_only_be_read(app: ASGIApp, method: str) -> None:
    """Other methods get 405 with the ones that work."""
    answer = ask(app, method, "/serve/789")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    problem(answer)


@pytest.mark.parametrize("path", ["library/../../outside.jpg", "/etc/hostname", "nowhere.jpg", "", "a\0b", "link"])
def test_only_a_whole_file_inside_the_storage_is_sent(
    app: ASGIApp, shelf: MemoryShelf, shown: Shown, tmp_path: Path, path: str
) -> None:
    """A row that leads out of the storage, or to no file, is a file that is gone: 503 with Retry-After."""
    outside = tmp_path.parent / "outside.jpg"
    outside.write_bytes(b"secret")
    (tmp_path / "link").symlink_to(outside)
    strays = tuple(replace(kept, path=path, bytes=6) for kept in shown.variants)
    shelf.media[789] = replace(shown, variants=strays)
    answer = ask(app, "GET", "/serve/789")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert problem(answer)["detail"] == "This picture's file is being replaced."


def test_a_truncated_file_is_not_sent(app: ASGIApp, shown: Shown, tmp_path: Path) -> None:
    """A file that is not as long as its row says would break off in the middle."""
    (tmp_path / variant_of(shown, Size.DETAIL, Format.JPEG).path).write_bytes(b"short")
    assert ask(app, "GET", "/serve/789").status_code == 503


def test_a_gone_file_is_looked_up_anew(app: ASGIApp, shelf: MemoryShelf, shown: Shown, tmp_path: Path) -> None:
    """A file that is gone drops the remembered row, so the next request sees the file that took its place."""
    jpeg = variant_of(shown, Size.DETAIL, Format.JPEG)
    (tmp_path / jpeg.path).rename(tmp_path / "library/new.jpg")
    assert ask(app, "GET", "/serve/789").status_code == 503
    shelf.media[789] = replace(shown, variants=(replace(jpeg, path="library/new.jpg"),))
    assert ask(app, "GET", "/serve/789").status_code == 200


def test_requests_at_the_same_time_cost_one_look(app: ASGIApp, shelf: MemoryShelf) -> None:
    """A page that shows one picture twenty times asks the database once."""
    answers = ask_all(app, [("GET", "/serve/789")] * 20)
    assert ([answer.status_code for answer in answers], shelf.looks) == ([200] * 20, 1)


def test_a_database_that_is_away_is_503_and_not_remembered(app: ASGIApp, shelf: MemoryShelf) -> None:
    """An outage is a passing problem that says nothing of its cause."""
    shelf.error = DatabaseDown("mysql://user:secret@host is away")
    answer = ask(app, "GET", "/serve/789")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "secret" not in answer.text
    shelf.error = None
    assert ask(app, "GET", "/serve/789").status_code == 200


def test_a_bug_is_500_without_its_words(app: ASGIApp, shelf: MemoryShelf) -> None:
    """An unexpected error is a problem whose request id leads to the log."""
    shelf.error = RuntimeError("SELECT secret FROM /storage")
    answer = ask(app, "GET", "/serve/789")
    assert answer.status_code == 500
    assert problem(answer)["type"].endswith("/problems/internal")
    assert "secret" not in answer.text


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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.binary(max_size=80) | st.text("size=format&bgv[]?%3Fdetailgrid", max_size=80).map(str.encode),
    accept=st.binary(max_size=80) | st.text('image/avifwebp*,;q=01."\\', max_size=80).map(str.encode),
    if_none_match=st.binary(max_size=80),
    path=st.sampled_from(["/serve/789", "/api/images/789"]) | st.text(max_size=40).map("/serve/{}".format),
    method=st.sampled_from(["GET", "HEAD"]),
)
def test_no_request_is_a_500(
    app: ASGIApp, query: bytes, accept: bytes, if_none_match: bytes, path: str, method: str
) -> None:
    """Whatever bytes arrive as URL and headers, the answer is a picture, a 304 or a 4xx."""
    sent = [(b"accept", accept), (b"if-none-match", if_none_match), (b"x-request-id", accept)]
    started = [message for message in exchange(app, method, path, query, sent) if "status" in message]
    assert [message["status"] in {200, 304, 400, 404} for message in started] == [True]
