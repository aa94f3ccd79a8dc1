"""What the example's gallery tells of each picture, and what it asks media VM for that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from tests.acceptance.example_api import (
    CALLBACK,
    PICTURE,
    Json,
    MediaVMStandIn,
    cleanup,
    complete,
    example_api,
    upload,
)

ANALYSIS = {"analysis": {"thumbhash": "1QcSHQ==", "width": 640, "height": 480}}


@pytest.fixture
def media_vm() -> MediaVMStandIn:
    return MediaVMStandIn()


@pytest.fixture
def api(tmp_path: Path, media_vm: MediaVMStandIn) -> Iterator[TestClient]:
    with example_api(tmp_path, media_vm) as client:
        yield client


def only_picture(api: TestClient) -> Json:
    """The one picture in the gallery."""
    [picture] = api.get("/gallery.json").json()["pictures"]
    found: Json = picture
    return found


def asked_for(media_vm: MediaVMStandIn, path: str) -> int:
    """How often media VM was asked for this."""
    return sum(request.url.path == path for request in media_vm.asked)


def failed_with(error: str | None, status: str = "failed") -> httpx.Response:
    """Media VM's status of an image."""
    return httpx.Response(200, json={"status": status, "error": error})


def test_an_analysis_is_asked_for_once(api: TestClient, media_vm: MediaVMStandIn) -> None:
    """What media VM measured is fetched once, joins what the callback said, and anew after an update."""
    [image_id] = upload(api, "product_image")
    complete(api, image_id, "k1")
    media_vm.answer = httpx.Response(200, json=ANALYSIS)
    picture = [only_picture(api) for _ in range(2)][-1]
    assert 1 == asked_for(media_vm, "/api/media/analysis/789")
    expected = {
        "status": "complete",
        "type": "product",
        "serve_url": "https://media.example/serve/789",
        "original_bytes": len(PICTURE),
        "alt_text": "A guitar",
        "thumbhash": "1QcSHQ==",
        "width": 640,
    }
    assert expected == {name: picture[name] for name in expected}
    complete(api, image_id, "k2", CALLBACK | {"update": True, "degraded": []})
    only_picture(api)
    assert 2 == asked_for(media_vm, "/api/media/analysis/789")


@pytest.mark.parametrize(
    "answer", [httpx.ConnectError("refused"), httpx.Response(404), httpx.Response(200, text="<html>")]
)
def test_a_silent_media_vm_leaves_gaps(
    api: TestClient, media_vm: MediaVMStandIn, answer: httpx.Response | Exception
) -> None:
    """Without media VM the gallery shows what the callback said, and null for the rest."""
    [image_id] = upload(api, "product_image")
    complete(api, image_id, "k1")
    media_vm.answer = answer
    picture = only_picture(api)
    assert ("Cubism", None, None) == (picture["style"], picture["thumbhash"], picture["weights"])


def test_every_format_is_weighed_once(api: TestClient, media_vm: MediaVMStandIn) -> None:
    """Bytes by Content-Type, as media VM delivers them; a format that gets another one was not kept."""
    [image_id] = upload(api, "product_image")
    complete(api, image_id, "k1")
    jpeg = {"Content-Type": "image/jpeg", "Content-Length": "900"}
    webp = {"Content-Type": "image/webp", "Content-Length": "500"}
    media_vm.pictures = {
        accept: httpx.Response(200, headers=headers)
        for accept, headers in {"image/avif": jpeg, "image/webp": webp, "*/*": jpeg}.items()
    }
    weights = [only_picture(api)["weights"] for _ in range(2)]
    assert [{"image/jpeg": 900, "image/webp": 500}] * 2 == weights
    assert 3 == asked_for(media_vm, "/serve/789")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("permanent: truncated: the picture's data ends early", "The picture's data ends early."),
        ("permanent: odd: it says: no", "It says: no."),
        ("storage full", "Storage full."),
    ],
)
def test_a_failed_picture_says_why(api: TestClient, media_vm: MediaVMStandIn, error: str, expected: str) -> None:
    """Media VM's reason as a plain sentence; it is final, so it is asked for once."""
    [image_id] = upload(api, "product_image")
    cleanup(api, image_id, "k1")
    media_vm.answer = failed_with(error)
    assert [expected] * 2 == [only_picture(api)["failure"] for _ in range(2)]
    assert 1 == asked_for(media_vm, f"/api/media/status/{image_id}")
    assert "Bearer vm-key" == media_vm.asked[-1].headers["authorization"]


@pytest.mark.parametrize("answer", [failed_with("transient: cut: short", "processing"), failed_with(None)])
def test_a_reason_that_may_change_is_not_kept(
    api: TestClient, media_vm: MediaVMStandIn, answer: httpx.Response
) -> None:
    """While media VM tries once more, or knows no reason, the gallery says none and asks again."""
    [image_id] = upload(api, "product_image")
    cleanup(api, image_id, "k1")
    media_vm.answer = answer
    assert [None] * 2 == [only_picture(api)["failure"] for _ in range(2)]
    assert 2 == asked_for(media_vm, f"/api/media/status/{image_id}")


def test_another_failure_has_another_reason(api: TestClient, media_vm: MediaVMStandIn) -> None:
    """A fresh round that fails again replaces the reason."""
    [image_id] = upload(api, "product_image")
    reasons = []
    for key, error in (("k1", "permanent: corrupt: first"), ("k2", "permanent: corrupt: second")):
        cleanup(api, image_id, key)
        media_vm.answer = failed_with(error)
        reasons.append(only_picture(api)["failure"])
    assert ["First.", "Second."] == reasons
