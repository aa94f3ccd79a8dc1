"""What the hot path answers when there is no picture to send."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from media_vm.errors import DatabaseDown
from media_vm.rules.pictures import Format, MediaStatus, Size
from serve.app import create_app
from serve.shelf import Shown
from tests.integration.shelf_in_memory import MemoryShelf, ask, exchange, settings_for, sunset, variant_of

PREFLIGHT = {
    "Origin": "https://festival.example",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "if-none-match",
}


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    return sunset(tmp_path)


@pytest.fixture
def shelf(shown: Shown) -> MemoryShelf:
    return MemoryShelf(media={789: shown})


@pytest.fixture
def app(tmp_path: Path, shelf: MemoryShelf) -> ASGIApp:
    return create_app(settings_for(tmp_path), shelf)


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


@pytest.mark.parametrize("url", ["/serve/789", "/api/images/789?size=grid", "/serve/789/manifest.json"])
@pytest.mark.parametrize("origins", [("*",), ("https://festival.example",)])
def test_a_page_may_revalidate_what_it_reads(tmp_path: Path, url: str, origins: tuple[str, ...]) -> None:
    """A browser asks first whether its page may send `If-None-Match`; with signed URLs it has no key to show."""
    settings = settings_for(tmp_path, cors_origins=origins, serve_secrets=SecretStr("k" * 32))
    answer = ask(create_app(settings, MemoryShelf()), "OPTIONS", url, PREFLIGHT)
    assert (204, b"", "no-store") == (answer.status_code, answer.content, answer.headers["cache-control"])
    assert {
        "access-control-allow-origin": origins[0],
        "access-control-allow-methods": "GET, HEAD",
        "access-control-allow-headers": "If-None-Match, If-Range, Range, X-Request-ID",
        "access-control-max-age": "86400",
    } == {name: value for name, value in answer.headers.items() if re.match("access-control-(allow|max)", name)}
    assert (None if origins == ("*",) else "Origin") == answer.headers.get("vary")


@pytest.mark.parametrize(
    ("allowed", "missing"),
    [
        ("https://other.example", None),
        ("https://festival.example", "Origin"),
        ("https://festival.example", "Access-Control-Request-Method"),
    ],
)
def test_a_preflight_of_another_page_is_refused(tmp_path: Path, allowed: str, missing: str | None) -> None:
    """And so is an OPTIONS that is none: 405, by which a browser keeps the page from asking."""
    app = create_app(settings_for(tmp_path, cors_origins=(allowed,)), MemoryShelf())
    answer = ask(app, "OPTIONS", "/serve/789", {name: PREFLIGHT[name] for name in PREFLIGHT if name != missing})
    assert (405, "GET, HEAD") == (answer.status_code, answer.headers["allow"])
    assert "access-control-allow-methods" not in answer.headers


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
    assert problem(answer)["detail"] == "This picture's file is not there at the moment."


def test_a_truncated_file_is_not_sent(app: ASGIApp, shown: Shown, tmp_path: Path) -> None:
    """A file that is not as long as its row says would break off in the middle."""
    (tmp_path / variant_of(shown, Size.DETAIL, Format.JPEG).path).write_bytes(b"short")
    assert ask(app, "GET", "/serve/789").status_code == 503


@pytest.mark.parametrize("asked", [None, "bytes=0-1", "bytes=9999999-"])
def test_a_file_that_went_after_it_was_sent_once_is_503(
    app: ASGIApp, shown: Shown, tmp_path: Path, asked: str | None
) -> None:
    """With a range and without, and by HEAD; nobody caches it."""
    assert ask(app, "GET", "/serve/789").status_code == 200
    (tmp_path / variant_of(shown, Size.DETAIL, Format.JPEG).path).unlink()
    for method in ("GET", "HEAD"):
        answer = ask(app, method, "/serve/789", {"Range": asked} if asked else {})
        named = [answer.headers.get(name) for name in ("retry-after", "cache-control", "content-type")]
        assert (answer.status_code, named) == (503, ["5", "no-store", "application/problem+json"])


@pytest.mark.parametrize(("sent", "status"), [({}, 200), ({"Range": "bytes=0-1"}, 206)])
def test_a_gone_file_is_looked_up_anew(
    app: ASGIApp, shelf: MemoryShelf, shown: Shown, tmp_path: Path, sent: dict[str, str], status: int
) -> None:
    """A file that is gone drops the remembered row, so the next request sees the file that took its place."""
    assert ask(app, "GET", "/serve/789", sent).status_code == status
    jpeg = variant_of(shown, Size.DETAIL, Format.JPEG)
    (tmp_path / jpeg.path).rename(tmp_path / "library/new.jpg")
    assert ask(app, "GET", "/serve/789", sent).status_code == 503
    shelf.media[789] = replace(shown, variants=(replace(jpeg, path="library/new.jpg"),))
    assert ask(app, "GET", "/serve/789", sent).status_code == status


def test_a_gone_file_is_logged_by_its_media(app: ASGIApp, shown: Shown, tmp_path: Path) -> None:
    """One warning tells the operator which media's file is gone."""
    gone = variant_of(shown, Size.DETAIL, Format.JPEG).path
    (tmp_path / gone).unlink()
    with capture_logs() as lines:
        ask(app, "GET", "/serve/789")
    assert lines == [{"event": "variant_missing", "log_level": "warning", "media_id": 789, "path": gone}]


def test_a_database_that_is_away_is_503_and_not_remembered(app: ASGIApp, shelf: MemoryShelf) -> None:
    """An outage is a passing problem that says nothing of its cause; a page may read it, as it reads manifests."""
    shelf.error = DatabaseDown("mysql://user:secret@host is away")
    for url in ("/serve/789", "/serve/789/manifest.json"):
        answer = ask(app, "GET", url)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert "*" == answer.headers["access-control-allow-origin"]
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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.binary(max_size=80) | st.text("size=format&bgv[]?%3Fdetailgrid", max_size=80).map(str.encode),
    accept=st.binary(max_size=80) | st.text('image/avifwebp*,;q=01."\\', max_size=80).map(str.encode),
    if_none_match=st.binary(max_size=80),
    part=st.binary(max_size=80) | st.text("bytes=-,0123456789", max_size=40).map(str.encode),
    path=st.sampled_from(["/serve/789", "/api/images/789"]) | st.text(max_size=40).map("/serve/{}".format),
    method=st.sampled_from(["GET", "HEAD"]),
)
def test_no_request_is_a_500(
    app: ASGIApp, query: bytes, accept: bytes, if_none_match: bytes, part: bytes, path: str, method: str
) -> None:
    """Whatever bytes arrive as URL and headers, the answer is a picture, a 304 or a 4xx."""
    sent = [(b"accept", accept), (b"if-none-match", if_none_match), (b"range", part), (b"x-request-id", accept)]
    started = [message for message in exchange(app, method, path, query, sent) if "status" in message]
    assert [message["status"] in {200, 206, 304, 400, 404, 416} for message in started] == [True]
