"""The main API's routes, health, problem pages and documentation."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from media_vm.errors import DatabaseDown
from media_vm.rules.pictures import Background, DataType, FocalPoint, MediaStatus
from serve.app import create_app
from serve.docs_page import docs_page
from serve.reader import Reader
from serve.readiness import Readiness
from serve.shelf import RetryAnswer, Wanted
from tests.integration.shelf_in_memory import MemoryShelf, ask, settings_for, sunset
from tests.portraits import GRID, body_of, portrait

KEY = "schlüssel-123"


JSON = {b"Content-Type": b"application/json"}


def bearer(key: str) -> dict[bytes, bytes]:
    """A key as clients send it: in UTF-8."""
    return {b"Authorization": f"Bearer {key}".encode()}


@pytest.fixture
def shelf(tmp_path: Path) -> MemoryShelf:
    bare = replace(sunset(tmp_path), variants=())
    return MemoryShelf(
        media={
            790: replace(bare, status=MediaStatus.PROCESSING),
            791: replace(bare, status=MediaStatus.FAILED),
            792: replace(bare, is_deleted=True),
        },
        statuses={123: {"id": 123, "media_id": "789", "progress": 50}},
        retries={
            1: RetryAnswer.ACCEPTED,
            2: RetryAnswer.NOT_FAILED,
            3: RetryAnswer.COMPLETED,
            4: RetryAnswer.NO_BYTES,
            5: RetryAnswer.DELETED,
        },
        analyses={789: {"style": None}, 790: None, 791: None, 792: None},
    )


@pytest.fixture
def app(tmp_path: Path, shelf: MemoryShelf) -> ASGIApp:
    return create_app(settings_for(tmp_path, own_api_key=SecretStr(KEY)), shelf)


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


def test_livez_touches_nothing(app: ASGIApp, shelf: MemoryShelf) -> None:
    """A process with its database away is alive, but not ready."""
    shelf.error = DatabaseDown("away")
    statuses = [ask(app, "GET", path).status_code for path in ("/livez", "/readyz")]
    assert statuses == [200, 503]


def test_readyz_tells_nobody_where_the_database_is(app: ASGIApp, shelf: MemoryShelf) -> None:
    """It is open to all: a database that is away is `Briefly unavailable`, the driver's words stay in the log."""
    shelf.error = DatabaseDown("Can't connect to MySQL server on 'db.internal'")
    answer = ask(app, "GET", "/readyz")
    assert (answer.status_code, answer.json()["title"]) == (503, "Briefly unavailable")
    assert "db.internal" not in answer.text


def test_readyz_names_the_remedy(tmp_path: Path, shelf: MemoryShelf) -> None:
    """Ready or not, and if not, what the operator has to do."""

    def asked() -> httpx.Response:
        return ask(create_app(settings_for(tmp_path), shelf), "GET", "/readyz")

    assert asked().json() == {"status": "ready"}
    shelf.unready = "run `media-vm migrate`"
    answer = asked()
    assert (answer.status_code, answer.json()["detail"]) == (503, "run `media-vm migrate`")


def test_readyz_looks_at_the_database_once_a_second(shelf: MemoryShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is open to all: a hundred who ask, at once and one after the other, hear the same look or error."""
    seconds, looks = [1000.0], 0

    def looked() -> str | None:
        nonlocal looks
        looks += 1
        return MemoryShelf.is_ready(shelf)

    monkeypatch.setattr(shelf, "is_ready", looked)

    async def story() -> list[object]:
        reader = Reader(shelf)
        readiness = Readiness(reader, lambda: seconds[0])
        told: list[object] = []
        for shelf.error in (None, DatabaseDown("away"), None):
            told += await asyncio.gather(*(readiness.remedy() for _ in range(50)), return_exceptions=True)
            told += await asyncio.gather(*(readiness.remedy() for _ in range(50)), return_exceptions=True)
            seconds[0] += 1
        reader.close()
        return told

    told = asyncio.run(story())
    assert [type(None)] * 100 + [DatabaseDown] * 100 + [type(None)] * 100 == [type(one) for one in told]
    assert 3 == looks


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/docs", "/problems", "/problems/gone"])
def test_an_open_page_answers_head_as_get(app: ASGIApp, path: str) -> None:
    """Monitors ask so."""
    head, get = (ask(app, method, path) for method in ("HEAD", "GET"))
    named = [[one.headers[name] for name in ("content-type", "content-length")] for one in (head, get)]
    assert (200, named[1]) == (head.status_code, named[0])


@pytest.mark.parametrize("spelt", ["7_90", "790.0", "%20790", "790%0A", "+790", "0790", "７90"])
def test_an_id_has_one_spelling(app: ASGIApp, shelf: MemoryShelf, spelt: str) -> None:
    """What could be read as the number 790 too is refused, and nothing is deleted."""
    answer = ask(app, "DELETE", f"/api/media/{spelt}", bearer(KEY))
    expected = "path.media_id: Input should be an id, of digits alone."
    assert (422, expected) == (answer.status_code, answer.json()["detail"])
    assert not shelf.media[790].is_deleted


def test_the_routes_are_documented(app: ASGIApp) -> None:
    """OpenAPI lists every route of the main API with its Bearer key."""
    paths = ask(app, "GET", "/openapi.json").json()["paths"]
    guarded = {path for path, verbs in paths.items() if any("security" in verb for verb in verbs.values())}
    assert guarded == {
        "/api/media",
        "/api/media/{media_id}",
        "/api/media/focal/{media_id}",
        "/api/media/background/{media_id}",
        "/api/media/alt/{media_id}",
        "/api/media/wake",
        "/api/media/status/{pending_image_id}",
        "/api/media/retry/{pending_image_id}",
        "/api/media/analysis/{media_id}",
    }


def test_the_page_of_routes_loads_nothing(app: ASGIApp) -> None:
    """Every route, its parameters with their values, its answers; no script, and nothing from elsewhere."""
    answer = ask(app, "GET", "/docs")
    page = answer.text

    assert "text/html; charset=utf-8" == answer.headers["content-type"]
    assert "default-src 'none'; style-src 'unsafe-inline'" == answer.headers["content-security-policy"]
    for verb, path in (("GET", "/serve/{media_id}"), ("PUT", "/api/media/focal/{media_id}"), ("GET", "/livez")):
        assert f"<h2><code>{verb} {path}</code></h2>" in page
    assert "thumbnail, small, grid, detail, header, zoom, medium, large" in page
    assert "pending_image_ids" in page  # a body's members
    assert "A sunset over a harbour" in page  # the manifest's example
    assert [] == re.findall(r"(?i)<script|<link|\bsrc=|//", page.replace("https://media.example", ""))


def test_a_page_of_routes_shows_markup_as_text() -> None:
    """Whatever a schema says."""
    said = "<b>&</b>"
    operation = {"summary": said, "responses": {"200": {"description": said}}, "parameters": []}
    page = docs_page({"paths": {f"/{said}": {"get": operation}}})

    assert "<b>" not in page
    assert 3 == page.count("&lt;b&gt;&amp;&lt;/b&gt;")


def test_the_hot_path_is_documented(app: ASGIApp) -> None:
    """OpenAPI tells of the pictures too, each choice by all its names, though FastAPI never answers for them."""
    paths = ask(app, "GET", "/openapi.json").json()["paths"]
    picture = paths["/serve/{media_id}"]
    assert picture == paths["/api/images/{media_id}"]
    names = {one["name"]: one["schema"].get("enum") for one in picture["parameters"]}
    assert names == {
        "media_id": None,
        "size": ["thumbnail", "small", "grid", "detail", "header", "zoom", "medium", "large"],
        "format": ["avif", "webp", "jpeg", "png", "jpg"],
        "bg": ["original", "removed"],
        "v": None,
        "exp": None,
        "sig": None,
    }


def test_the_manifest_is_documented_by_an_example(app: ASGIApp) -> None:
    """Its members are those of a true manifest."""
    manifest = ask(app, "GET", "/openapi.json").json()["paths"]["/serve/{media_id}/manifest.json"]
    example = manifest["get"]["responses"]["200"]["content"]["application/json"]["example"]
    true = body_of(portrait(GRID))

    assert list(true) == list(example)
    assert list(true["variants"][0]) == list(example["variants"][0])


def test_a_list_is_asked_for_by_its_filters(app: ASGIApp, shelf: MemoryShelf) -> None:
    """Each parameter reaches the database as it was meant; without any, the first fifty."""
    query = "status=failed&data_type=logo&user_id=7&after=100&limit=200"
    answers = [ask(app, "GET", path, bearer(KEY)) for path in (f"/api/media?{query}", "/api/media")]

    assert [200, 200] == [one.status_code for one in answers]
    assert {"success": True, "items": [], "next_after": None} == answers[0].json()
    assert [Wanted(MediaStatus.FAILED, DataType.LOGO, 7, 100, 200), Wanted()] == shelf.wanted


@pytest.mark.parametrize("query", ["status=odd", "data_type=x", "limit=0", "limit=201", "after=-1", "user_id=x"])
def test_a_list_that_makes_no_sense_is_refused(app: ASGIApp, shelf: MemoryShelf, query: str) -> None:
    """422, and nothing is asked of the database."""
    answer = ask(app, "GET", f"/api/media?{query}", bearer(KEY))

    assert 422 == answer.status_code
    assert [] == shelf.wanted


@pytest.mark.parametrize(
    ("verb", "path", "name"),
    [
        ("GET", "/api/media?staus=failed", "staus"),
        ("GET", "/api/media?limit=5&data-type=logo", "data-type"),
        ("GET", "/api/media/status/123?verbose=1", "verbose"),
        ("POST", "/api/media/wake?id=1", "id"),
    ],
)
def test_an_unknown_parameter_is_named(app: ASGIApp, shelf: MemoryShelf, verb: str, path: str, name: str) -> None:
    """A slip in a filter's name would list everything."""
    answer = ask(app, verb, path, bearer(KEY))

    assert (422, f"query.{name}: this URL has no such parameter.") == (answer.status_code, answer.json()["detail"])
    assert [] == shelf.wanted


@pytest.mark.parametrize("x", [True, "0.3", None, [0.3]])
def test_a_focal_point_is_of_numbers(app: ASGIApp, shelf: MemoryShelf, x: object) -> None:
    """JSON's own, not what could be read as one."""
    answer = ask(app, "PUT", "/api/media/focal/790", bearer(KEY), json={"x": x, "y": 0.5})

    assert (422, True) == (answer.status_code, answer.json()["detail"].startswith("body.x: "))


def test_a_focal_point_is_kept(app: ASGIApp, shelf: MemoryShelf) -> None:
    """200 with what was set; 404 for an unknown picture or one not yet analysed; 422 outside of the picture."""
    shelf.media[789] = shelf.media[790]

    def put(media_id: int, x: float, y: float) -> httpx.Response:
        return ask(app, "PUT", f"/api/media/focal/{media_id}", bearer(KEY), json={"x": x, "y": y})

    good, unknown, not_ready, outside = put(789, 0.25, 1), put(5, 0.5, 0.5), put(790, 0, 0), put(789, 1.1, 0)

    assert {"success": True, "focal_point": {"x": 0.25, "y": 1.0}} == good.json()
    assert [200, 404, 404, 422] == [one.status_code for one in (good, unknown, not_ready, outside)]
    assert "60" == not_ready.headers["Retry-After"]
    assert FocalPoint(0.25, 1.0) == shelf.focal_points[0]


def test_the_owners_choice_of_a_face_is_kept(app: ASGIApp, shelf: MemoryShelf) -> None:
    """200 with what was set; 404 for an unknown picture, 409 for one that is no logo, 422 for another word."""
    shelf.media[789] = replace(shelf.media[790], data_type=DataType.LOGO)

    def put(media_id: int, bg: str) -> httpx.Response:
        return ask(app, "PUT", f"/api/media/background/{media_id}", bearer(KEY), json={"bg": bg})

    good, unknown, no_logo, odd = put(789, "removed"), put(5, "removed"), put(790, "original"), put(789, "pink")

    assert {"success": True, "bg": "removed", "background_removed": True} == good.json()
    assert [200, 404, 409, 422] == [one.status_code for one in (good, unknown, no_logo, odd)]
    assert "Not a logo" == no_logo.json()["title"]
    assert [(789, Background.REMOVED)] == shelf.faces


def test_a_persons_alt_text_is_kept(app: ASGIApp, shelf: MemoryShelf) -> None:
    """200 with what is kept, without markup; "" is a word too; 404 for one unknown or not yet analysed."""
    shelf.media[789] = shelf.media[790]

    def put(media_id: int, alt_text: object) -> httpx.Response:
        return ask(app, "PUT", f"/api/media/alt/{media_id}", bearer(KEY), json={"alt_text": alt_text})

    good = put(789, " Grün <b>und</b>\nGold ‮")
    decorative, unknown, not_ready = put(789, "  "), put(5, "a"), put(790, "a")

    assert {"success": True, "alt_text": "Grün und Gold"} == good.json()
    assert {"success": True, "alt_text": ""} == decorative.json()
    assert [200, 200, 404, 404] == [one.status_code for one in (good, decorative, unknown, not_ready)]
    assert (None, "60") == tuple(one.headers.get("Retry-After") for one in (unknown, not_ready))
    assert [(789, "Grün und Gold"), (789, "")] == shelf.alt_texts


@pytest.mark.parametrize("alt_text", [None, 7, "x" * 501, "<script></script>", ["a"]])
def test_an_alt_text_that_nobody_could_read_out_is_refused(
    app: ASGIApp, shelf: MemoryShelf, alt_text: object
) -> None:
    """422 that names the field: what is nothing but markup must not make a picture a decoration."""
    shelf.media[789] = shelf.media[790]
    answer = ask(app, "PUT", "/api/media/alt/789", bearer(KEY), json={"alt_text": alt_text})

    assert (422, True) == (answer.status_code, answer.json()["detail"].startswith("body.alt_text: "))
    assert [] == shelf.alt_texts


@pytest.mark.parametrize(("media_id", "slug"), [(791, "gone"), (792, "gone")])
def test_a_picture_that_is_gone_takes_no_alt_text(app: ASGIApp, media_id: int, slug: str) -> None:
    """Nor a focal point: there is no use in asking again."""
    bodies = {"alt": {"alt_text": "a"}, "focal": {"x": 0.5, "y": 0.5}}
    answers = [
        ask(app, "PUT", f"/api/media/{name}/{media_id}", bearer(KEY), json=bodies[name]).json() for name in bodies
    ]

    assert [(410, slug)] * 2 == [(one["status"], one["type"].rsplit("/", 1)[1]) for one in answers]


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
