"""The example main API keeps its side of the contract: uploads, temp files and media VM's three calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from examples.main_api.database import Database
from examples.main_api.uploads import spelled
from media_vm.rules.site_told import site_told
from tests.acceptance.example_api import (
    CALLBACK,
    KEY,
    PICTURE,
    Json,
    MediaVMStandIn,
    cleanup,
    complete,
    example_api,
    me,
    pending,
    upload,
)


@pytest.fixture
def media_vm() -> MediaVMStandIn:
    return MediaVMStandIn()


@pytest.fixture
def api(tmp_path: Path, media_vm: MediaVMStandIn) -> Iterator[TestClient]:
    with example_api(tmp_path, media_vm) as client:
        yield client


@pytest.mark.parametrize(
    ("form_field", "folder", "type_"),
    [
        ("profile_image", "profiles", "profile"),
        ("header_image", "profiles", "header"),
        ("logo_image", "logos", "logo"),
        ("site_image", "sites", "site"),
        ("product_image", "products", "product"),
        ("event_image", "events", "event"),
    ],
)
def test_field_decides_the_temp_name(api: TestClient, form_field: str, folder: str, type_: str) -> None:
    """Each form field's picture gets the contract's temp name in its folder, and is served there openly."""
    upload(api, form_field)
    [image] = pending(api)
    assert re.fullmatch(rf"/temp_images/{folder}/456-{type_}-\d+-\d+\.jpg", image["image_path"])
    served = api.get(image["image_path"])
    assert (
        served.status_code, served.headers["content-type"], served.content,
    ) == (200, "image/jpeg", PICTURE)  # fmt: skip


def test_pending_list_is_the_contracts(api: TestClient) -> None:
    """The pending list has exactly the contract's fields, and counts them."""
    ids = upload(api, "profile_image", "logo_image")
    body = api.get("/api/media/pending/all", headers=KEY).json()
    assert (2, ids) == (body["total"], [image["id"] for image in body["images"]])
    first = body["images"][0]
    path, created_at = first.pop("image_path"), first.pop("created_at")
    assert path.startswith("/temp_images/profiles/")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created_at)
    expected = {"id": ids[0], "user_id": 456, "original_name": "guitar.jpg", "mime_type": "image/jpeg"}
    assert expected | {"status": "pending"} == first


def test_upload_wakes_media_vm(api: TestClient, media_vm: MediaVMStandIn) -> None:
    """After an upload media VM is woken with the new ids and its own key."""
    [image_id] = upload(api, "profile_image")
    [call] = media_vm.asked
    assert (call.method, call.url.path) == ("POST", "/api/media/wake")
    assert call.headers["authorization"] == "Bearer vm-key"
    assert f'{{"pending_image_ids":[{image_id}]}}'.encode() == call.content


@pytest.mark.parametrize("trouble", [httpx.ConnectError("refused"), httpx.Response(503)])
def test_a_deaf_media_vm_is_only_logged(
    api: TestClient,
    media_vm: MediaVMStandIn,
    trouble: httpx.Response | Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An upload succeeds though the wake call fails; one warning says so without the key."""
    media_vm.answer = trouble
    upload(api, "profile_image")
    warnings = [record.getMessage() for record in caplog.records if record.name == "main_api"]
    assert (len(warnings), "vm-key" in warnings[0]) == (1, False)


@pytest.mark.parametrize(
    ("status", "form_field", "name", "content", "mime_type"),
    [
        (413, "profile_image", "big.jpg", b"x" * 1001, "image/jpeg"),
        (413, "profile_image", "huge.jpg", b"x" * 7000, "image/jpeg"),
        (415, "profile_image", "page.html", b"<script>", "text/html"),
        (400, "cover_image", "a.jpg", PICTURE, "image/jpeg"),
        (400, "profile_image", "", b"", "application/octet-stream"),
    ],
)
def test_unacceptable_upload_leaves_nothing(
    api: TestClient, status: int, form_field: str, name: str, content: bytes, mime_type: str
) -> None:
    """Too big, no image, unknown or empty: refused by status, and the good picture beside it is not kept."""
    files = [("logo_image", ("logo.png", PICTURE, "image/png"))] if name else []
    files.append((form_field, (name, content, mime_type)))
    assert (status, []) == (api.patch("/users/me", files=files).status_code, pending(api))


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", "choose at least one picture"), (b"x" * 1001, "a picture may have at most 1 kB")],
)
def test_a_refusal_is_for_visitors(api: TestClient, content: bytes, expected: str) -> None:
    """The form's page shows it: no field names, no seven-digit numbers."""
    files = {"product_image": ("a.jpg" if content else "", content, "image/jpeg")}
    assert expected == api.patch("/users/me", files=files).json()["detail"]


@pytest.mark.parametrize(("count", "expected"), [(50_000_000, "50 MB"), (1500, "1.5 kB"), (9, "9 bytes")])
def test_bytes_are_spelled_for_people(count: int, expected: str) -> None:
    """Three digits and the unit that they fit."""
    assert expected == spelled(count)


def test_the_upload_page_says_the_limit(api: TestClient) -> None:
    """A visitor reads how large a picture may be before choosing one."""
    assert "at most 1 kB." in api.get("/upload").text


def test_form_length_is_known_and_limited(api: TestClient) -> None:
    """A form longer than six pictures is 413 though each is small; one of unknown length is 411."""
    many = [("product_image", (f"{number}.jpg", b"x" * 900, "image/jpeg")) for number in range(7)]
    assert api.patch("/users/me", files=many).status_code == 413
    assert api.patch("/users/me", content=iter([b"--x--"])).status_code == 411


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/pass\x85wd.php", "passwd.php"),
        ("C:\\fotos\\Ölbild.JPG", "Ölbild.JPG"),
        ('a "large" 100%20.jpg', 'a "large" 100%20.jpg'),
        ("two%0D%0Alines.jpg", "twolines.jpg"),
    ],
)
def test_client_name_is_no_path(api: TestClient, name: str, expected: str) -> None:
    """Of the client's file name only a plain last part is remembered; the temp name never has any of it."""
    upload(api, "product_image", name=name)
    [image] = pending(api)
    assert expected == image["original_name"]
    assert re.fullmatch(r"/temp_images/products/456-product-\d+-\d+\.jpg", image["image_path"])


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Bearer ", "Basic main-key", "main-key"])
def test_media_calls_need_the_key(api: TestClient, authorization: str | None) -> None:
    """All calls answer 401 to whoever does not show the key, and change nothing."""
    [image_id] = upload(api, "profile_image")
    headers = {"Authorization": authorization} if authorization else {}
    calls = [("GET", "pending/all"), ("POST", f"complete/{image_id}"), ("DELETE", f"cleanup/{image_id}")]
    calls.append(("GET", "context/456"))
    answers = [api.request(method, f"/api/media/{path}", headers=headers) for method, path in calls]
    assert ([401] * 4, [image_id]) == ([a.status_code for a in answers], [i["id"] for i in pending(api)])


def test_complete_turns_temp_paths_into_urls(api: TestClient) -> None:
    """A completed picture leaves the pending list; the profile has its smart URL and analysis."""
    [image_id] = upload(api, "profile_image")
    temp_path = me(api)["profile_image_path"]
    answer = complete(api, image_id, "k1").json()
    preview = "http://127.0.0.1:3000/api/images/789"
    expected = {"success": True, "imageId": image_id, "media_id": "789", "status": "processed"}
    assert expected | {"smart_url_preview": preview} == answer
    profile = me(api)
    assert temp_path.startswith("/temp_images/profiles/456-profile-")
    assert (f"{preview}?size=detail", []) == (profile["profile_image_path"], pending(api))
    assert CALLBACK["ai_analysis"] == profile["images"][0]["analysis"]


def test_same_key_same_answer_one_effect(api: TestClient, tmp_path: Path) -> None:
    """A repeated key gets the first answer byte for byte; the ledger has every call, key and body hash."""
    [image_id] = upload(api, "profile_image")
    first = complete(api, image_id, "k1")
    complete(api, image_id, "k2", CALLBACK | {"ai_analysis": {"style": "Fauvism"}, "update": True})
    again = complete(api, image_id, "k1")
    assert first.content == again.content
    assert me(api)["images"][0]["analysis"] == {"style": "Fauvism"}
    with Database(f"sqlite:///{tmp_path}/main_api.db").snapshot() as db:
        calls = db.rows("SELECT * FROM media_calls ORDER BY id")
    assert [call["idempotency_key"] for call in calls] == ["k1", "k2", "k1"]
    assert [("POST", image_id)] * 3 == [(call["method"], call["pending_image_id"]) for call in calls]
    hashes = [call["body_sha256"] for call in calls]
    assert (hashes[0] == hashes[2], hashes[0] == hashes[1]) == (True, False)


def test_a_key_belongs_to_one_call(api: TestClient) -> None:
    """A key that comes again with another body or for another item is refused and changes nothing."""
    first, second = upload(api, "profile_image", "logo_image")
    complete(api, first, "k1")
    assert complete(api, first, "k1", {"media_id": "1"}).status_code == 422
    assert complete(api, second, "k1").status_code == 422
    assert [image["media_id"] for image in me(api)["images"]] == ["789", None]


def test_complete_item_is_kept(api: TestClient, tmp_path: Path) -> None:
    """What the cron script made `complete` stays so with its media id; a late analysis is still taken."""
    [image_id] = upload(api, "profile_image")
    complete(api, image_id, "k1")
    with Database(f"sqlite:///{tmp_path}/main_api.db").transaction() as db:
        db.write("UPDATE pending_images SET status = 'complete'")
    late = CALLBACK | {"update": True, "ai_analysis": {"style": "Fauvism"}}
    assert (
        (answer := complete(api, image_id, "k2", late)).status_code,
        answer.json()["status"],
    ) == (200, "complete")
    [image] = me(api)["images"]
    assert (
        image["status"],
        image["media_id"],
        image["analysis"],
    ) == ("complete", "789", {"style": "Fauvism"})


@pytest.mark.parametrize("body", [CALLBACK | {"update": True}, {"media_id": "789"}])
def test_pending_item_is_completed(api: TestClient, body: Json) -> None:
    """A late analysis (`update: true`) and the seed's short body complete what is still pending."""
    [image_id] = upload(api, "profile_image")
    assert (complete(api, image_id, "k1", body).json()["status"], pending(api)) == ("processed", [])


@pytest.mark.parametrize(
    "body", [{}, {"media_id": 789}, {"media_id": "7/../8"}, {"media_id": "7", "ai_analysis": []}]
)
def test_malformed_completion_is_refused(api: TestClient, body: Json) -> None:
    """A body without a digits-only media id, or whose analysis is no object, leaves the item pending."""
    [image_id] = upload(api, "profile_image")
    assert (complete(api, image_id, "k1", body).status_code, len(pending(api))) == (400, 1)


def test_cleanup_fails_the_item_and_deletes_its_file(api: TestClient) -> None:
    """After cleanup the item is failed, no longer pending, out of the profile, and its temp file is 404."""
    [image_id] = upload(api, "profile_image")
    temp_path = me(api)["profile_image_path"]
    answer = cleanup(api, image_id, "k1")
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    assert (pending(api), me(api)["profile_image_path"], api.get(temp_path).status_code) == ([], None, 404)
    assert me(api)["images"][0]["status"] == "failed"


def test_cleanup_never_takes_a_finished_picture(api: TestClient) -> None:
    """A processed item answers cleanup with 409 and keeps its URL."""
    [image_id] = upload(api, "profile_image")
    complete(api, image_id, "k1")
    assert (cleanup(api, image_id, "k2").status_code, me(api)["images"][0]["status"]) == (409, "processed")


def test_a_failed_item_may_still_be_completed(api: TestClient) -> None:
    """A fresh round that succeeds after cleanup makes the item processed."""
    [image_id] = upload(api, "profile_image")
    cleanup(api, image_id, "k1")
    assert complete(api, image_id, "k2").json()["status"] == "processed"


def test_unknown_ids_are_404(api: TestClient) -> None:
    """Both calls answer 404 for an id that never was."""
    assert (complete(api, 999, "k1").status_code, cleanup(api, 999, "k2").status_code) == (404, 404)


def test_a_users_context_is_as_media_vm_reads_it(api: TestClient) -> None:
    """Their works with what is known of them, the newest first, and the site; nothing of a stranger."""
    first, _ = upload(api, "product_image", "site_image", name="two_boats.jpg")
    complete(api, first, "k1", CALLBACK | {"ai_analysis": {"medium": "Oil"}})
    told = site_told(api.get("/api/media/context/456", headers=KEY).json())

    assert (("two boats", "two boats, Oil"), "The Festival") == (told.catalog, told.title)
    assert ("#F5F3EE", "#211F1B", "#A8321C") == told.theme_colors
    assert [404, 422] == [api.get(f"/api/media/context/{user}", headers=KEY).status_code for user in (457, 0)]
