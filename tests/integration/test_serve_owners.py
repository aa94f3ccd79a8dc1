"""What owners of pictures list, set and choose by serve's routes, and what is refused of that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from media_vm.rules.pictures import Background, DataType, FocalPoint, MediaStatus
from serve.shelf import Wanted
from tests.integration.routes import KEY, app_of, bearer, shelf_of
from tests.integration.shelf_in_memory import MemoryShelf, ask


@pytest.fixture
def shelf(tmp_path: Path) -> MemoryShelf:
    return shelf_of(tmp_path)


@pytest.fixture
def app(tmp_path: Path, shelf: MemoryShelf) -> ASGIApp:
    return app_of(tmp_path, shelf)


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
