"""The main API's routes of serve (contract §3): who is let in, what is answered, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from serve.app import create_app
from tests.integration.routes import JSON, KEY, app_of, bearer, shelf_of
from tests.integration.shelf_in_memory import MemoryShelf, ask, settings_for


@pytest.fixture
def shelf(tmp_path: Path) -> MemoryShelf:
    return shelf_of(tmp_path)


@pytest.fixture
def app(tmp_path: Path, shelf: MemoryShelf) -> ASGIApp:
    return app_of(tmp_path, shelf)


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "status/123", 200, {"success": True, "id": 123, "media_id": "789", "progress": 50}),
        ("POST", "retry/1", 202, {"success": True, "id": 1, "retried": True}),
        ("POST", "retry/2", 202, {"success": True, "id": 2, "retried": False}),
        ("GET", "analysis/789", 200, {"success": True, "analysis": {"style": None}}),
        ("POST", "wake", 202, {"success": True}),
    ],
)
def test_the_main_api_gets_what_it_asks_for(
    app: ASGIApp, method: str, path: str, status: int, expected: dict[str, object]
) -> None:
    """Each route of contract §3 in its good case."""
    answer = ask(app, method, f"/api/media/{path}", bearer(KEY))
    assert (answer.status_code, answer.json()) == (status, expected)


@pytest.mark.parametrize(
    ("method", "path", "status", "slug", "retry_after"),
    [
        ("GET", "status/999", 404, "not-found", None),
        ("GET", "status/abc", 422, "invalid", None),
        ("GET", "status/0", 422, "invalid", None),
        ("GET", "status/99999999999999999999", 422, "invalid", None),
        ("POST", "retry/3", 409, "conflict", None),
        ("POST", "retry/4", 409, "conflict", None),
        ("POST", "retry/999", 404, "not-found", None),
        ("GET", "analysis/999", 404, "not-found", None),
        ("POST", "retry/5", 410, "gone", None),
        ("DELETE", "999", 404, "not-found", None),
        ("GET", "analysis/790", 404, "not-ready", "60"),
        ("GET", "analysis/791", 410, "gone", None),
        ("GET", "analysis/792", 410, "gone", None),
        ("GET", "nothing/here", 404, "not-found", None),
        ("GET", "wake", 405, "method-not-allowed", None),
    ],
)
def test_every_refusal_is_a_problem(
    app: ASGIApp, method: str, path: str, status: int, slug: str, retry_after: str | None
) -> None:
    """Ours and the framework's errors look alike, are not cached and carry the request id."""
    answer = ask(app, method, f"/api/media/{path}", bearer(KEY))
    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, status)
    assert body["type"] == f"http://127.0.0.1:3001/problems/{slug}"
    assert body["request_id"] == answer.headers["x-request-id"]
    named = [answer.headers.get(name) for name in ("content-type", "cache-control", "retry-after")]
    assert named == ["application/problem+json", "no-store", retry_after]


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"", []), (b"{}", []), (b'{"pending_image_ids":[123,124],"more":1}', [123, 124])],
)
def test_a_wake_call_passes_its_ids_on(app: ASGIApp, shelf: MemoryShelf, body: bytes, expected: list[int]) -> None:
    """No body, an empty one and ids are all hints; unknown fields are ignored."""
    answer = ask(app, "POST", "/api/media/wake", bearer(KEY) | JSON, content=body)
    assert (answer.status_code, shelf.woken) == (202, [expected])


@pytest.mark.parametrize("content_type", [b"application/x-www-form-urlencoded", b"text/plain", b"", None])
def test_a_json_body_needs_no_content_type(app: ASGIApp, shelf: MemoryShelf, content_type: bytes | None) -> None:
    """What `curl -d` sends is taken for the JSON that it is."""
    declared = {} if content_type is None else {b"Content-Type": content_type}
    body = b'{"pending_image_ids":[123]}'
    answer = ask(app, "POST", "/api/media/wake", bearer(KEY) | declared, content=body)
    assert (answer.status_code, shelf.woken) == (202, [[123]])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"pending_image_ids=123", "The body is not JSON."),
        (b"[123]", "The body is not a JSON object."),
        (b'{"pending_image_ids":123}', "body.pending_image_ids: Input should be a valid list."),
    ],
)
def test_a_wrong_body_is_told_in_plain_words(app: ASGIApp, body: bytes, expected: str) -> None:
    """The sentence names what is wrong with the body, or with which field of it."""
    answer = ask(app, "POST", "/api/media/wake", bearer(KEY), content=body)
    assert (answer.status_code, answer.json()["detail"]) == (422, expected)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"pending_image_ids":["<b>x"]}', 422),
        (b'{"pending_image_ids":[0]}', 422),
        (b'{"pending_image_ids":[true]}', 422),
        (b'{"pending_image_ids":["7_8"]}', 422),
        (b'{"pending_image_ids":["78"]}', 422),
        (b'{"pending_image_ids":[78.0]}', 422),
        (json.dumps({"pending_image_ids": [1] * 1001}).encode(), 422),
        (b"[" * 60_000, 400),
        (b" " * 70_000, 413),
    ],
)
def test_a_hostile_wake_body_is_refused(app: ASGIApp, shelf: MemoryShelf, body: bytes, status: int) -> None:
    """Wrong, nested or oversized bodies are problems, wake nobody and are not repeated."""
    answer = ask(app, "POST", "/api/media/wake", bearer(KEY) | JSON, content=body)
    assert (answer.status_code, answer.json()["status"], shelf.woken) == (status, status, [])
    assert ("<b>" in answer.text, len(answer.content) < 1000) == (False, True)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer(""),
        bearer("wrong"),
        bearer(KEY[:-1]),
        bearer(KEY + "x"),
        {b"Authorization": f"Basic {KEY}".encode()},
        {b"Authorization": b"Bearer \xff\xfe"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "wake"), ("GET", "status/123"), ("POST", "retry/1"), ("GET", "analysis/789")],
)
def test_without_the_key_nothing_is_told(
    app: ASGIApp, shelf: MemoryShelf, method: str, path: str, headers: dict[bytes, bytes]
) -> None:
    """A missing, wrong, shortened or odd key gets 401 with the scheme to use."""
    answer = ask(app, method, f"/api/media/{path}", headers)
    assert (answer.status_code, answer.headers["www-authenticate"], shelf.woken) == (401, "Bearer", [])
    assert KEY not in answer.text


@pytest.mark.parametrize("key", [None, SecretStr("")])
def test_without_a_key_set_the_routes_say_why_they_are_closed(
    tmp_path: Path, shelf: MemoryShelf, key: SecretStr | None
) -> None:
    """An operator who set no key gets 503 with the names to set; an empty key opens nothing."""
    app = create_app(settings_for(tmp_path, own_api_key=key), shelf)
    answer = ask(app, "GET", "/api/media/status/123", bearer(""))
    expected = "Neither MEDIA_VM_API_KEY nor MAIN_API_KEY is set."
    assert (answer.status_code, answer.json()["detail"]) == (503, expected)


@pytest.mark.parametrize("spelt", ["7_90", "790.0", "%20790", "790%0A", "+790", "0790", "７90"])
def test_an_id_has_one_spelling(app: ASGIApp, shelf: MemoryShelf, spelt: str) -> None:
    """What could be read as the number 790 too is refused, and nothing is deleted."""
    answer = ask(app, "DELETE", f"/api/media/{spelt}", bearer(KEY))
    expected = "path.media_id: Input should be an id, of digits alone."
    assert (422, expected) == (answer.status_code, answer.json()["detail"])
    assert not shelf.media[790].is_deleted


def test_a_deleted_picture_is_gone_at_once(app: ASGIApp) -> None:
    """For whoever asks this process next; asked again, the answer says whether its files are gone, too."""
    answers = [ask(app, "DELETE", "/api/media/790", bearer(KEY)) for _ in range(2)]
    shown = ask(app, "GET", "/serve/790")

    told = {"success": True, "media_id": "790", "deleted_at": "2025-01-15T12:00:00.000Z"}
    assert [(202, told | {"removed": False}), (200, told | {"removed": True})] == [
        (one.status_code, one.json()) for one in answers
    ]
    assert (410, "This picture was deleted.") == (shown.status_code, shown.json()["detail"])


def test_nobody_deletes_without_the_key(app: ASGIApp, shelf: MemoryShelf) -> None:
    """And nothing is changed."""
    assert 401 == ask(app, "DELETE", "/api/media/790", bearer("wrong")).status_code
    assert not shelf.media[790].is_deleted
