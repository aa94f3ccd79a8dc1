"""One picture's journey from upload to browser through real processes, and what goes wrong on the way."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from examples.demo.addresses import Addresses
from examples.demo.programs import Surroundings
from tests.acceptance.machine import Json, Machine, free_port, run_media_vm, wait_until
from tests.pictures import photo, saved

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
FIREFOX = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"


@pytest.fixture
def media_id(machine: Machine, uploaded: dict[str, int]) -> str:
    """The media id of the photo that a camera stored on its side."""
    found: str = machine.status(uploaded["photo"])["media_id"]
    return found


def test_upload_is_completed_and_told(machine: Machine, uploaded: dict[str, int], media_id: str) -> None:
    """An upload wakes a resting worker, ends completed, and the main API hears of it exactly once."""
    [call] = machine.calls(uploaded["photo"])
    assert ("POST", 200) == (call["method"], call["status_code"])
    assert call["idempotency_key"]
    status = machine.status(uploaded["photo"])
    assert ("completed", 100, None) == (status["status"], status["progress"], status["error"])
    [image] = [one for one in machine.api.get("/users/me").json()["images"] if one["id"] == uploaded["photo"]]
    assert f"{machine.surroundings.addresses.serve}/serve/{media_id}" == image["permanent_url"]
    assert image["analysis"]["dominant_colors"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (CHROME, "AVIF"),
        (FIREFOX, "AVIF"),
        ("image/avif;q=0,image/webp", "WEBP"),
        ("*/*", "JPEG"),
        (None, "JPEG"),
    ],
)
def test_accept_decides_the_format(machine: Machine, media_id: str, accept: str | None, expected: str) -> None:
    """Each browser gets the best format that it names, at the size it asks for, upright."""
    answer = machine.serve.get(f"/serve/{media_id}?size=grid", headers={"Accept": accept} if accept else {})
    assert (200, "Accept") == (answer.status_code, answer.headers["vary"])
    assert f"image/{expected.lower()}" == answer.headers["content-type"]
    picture = Image.open(io.BytesIO(answer.content))
    assert (expected, (500, 333)) == (picture.format, picture.size)
    assert ["red", "blue"] == [_colour(picture, x) for x in (100, 400)]


def test_unchanged_picture_is_not_sent_again(machine: Machine, media_id: str) -> None:
    """Its ETag brings a 304 without a body, Vary included; HEAD has GET's headers and no body."""
    url = f"/serve/{media_id}?size=grid"
    first = machine.serve.get(url, headers={"Accept": CHROME})
    again = machine.serve.get(url, headers={"Accept": CHROME, "If-None-Match": first.headers["etag"]})
    assert (304, b"", "Accept") == (again.status_code, again.content, again.headers["vary"])
    head = machine.serve.head(url, headers={"Accept": CHROME})
    assert (200, b"") == (head.status_code, head.content)
    for name in ("etag", "vary", "content-type", "content-length", "cache-control"):
        assert first.headers[name] == head.headers[name]


def test_proxy_serves_the_same_bytes(machine: Machine, media_id: str) -> None:
    """The main API's `/api/images/{id}` gives what serve gives, for an hour at most."""
    asked = {"Accept": "image/webp"}
    direct = machine.serve.get(f"/serve/{media_id}?size=grid", headers=asked)
    proxied = machine.api.get(f"/api/images/{media_id}?size=grid", headers=asked)
    assert (200, direct.content) == (proxied.status_code, proxied.content)
    assert ("image/webp", "Accept") == (proxied.headers["content-type"], proxied.headers["vary"])
    assert "public, max-age=3600" == proxied.headers["cache-control"]


def test_transparent_logo_is_png(machine: Machine, uploaded: dict[str, int]) -> None:
    """A logo keeps its transparency: PNG takes the place of JPEG."""
    logo_id = machine.status(uploaded["logo"])["media_id"]
    answer = machine.serve.get(f"/serve/{logo_id}?size=grid", headers={"Accept": "*/*"})
    picture = Image.open(io.BytesIO(answer.content)).convert("RGBA")
    assert ("image/png", 0) == (answer.headers["content-type"], picture.getpixel((2, 2))[3])  # type: ignore[index]


def test_profile_comes_back_enhanced(machine: Machine, uploaded: dict[str, int]) -> None:
    """The profile's temp path has become a smart URL that a browser can load."""
    media_id = machine.status(uploaded["profile"])["media_id"]
    url = machine.api.get("/users/me").json()["profile_image_path"]
    assert f"{machine.surroundings.addresses.main_api}/api/images/{media_id}?size=detail" == url
    assert machine.api.get(url).status_code == 200


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("empty", "absent", "empty"),
        ("html", "absent", "not_a_picture"),
        ("truncated", "permanent", "truncated"),
        ("huge", "permanent", "too_many_megapixels"),
    ],
)
def test_bad_upload_ends_in_a_named_error(
    machine: Machine, uploaded: dict[str, int], name: str, kind: str, reason: str
) -> None:
    """What cannot be used fails by name, is cleaned up once and answers 410; its good neighbours complete."""
    story = machine.explain(uploaded[name])
    assert ("failed", [kind, reason]) == (story["status"], story["error"].split(": ")[:2])
    assert [("DELETE", 200)] == [(one["method"], one["status_code"]) for one in machine.calls(uploaded[name])]
    assert machine.serve.get(f"/serve/{story['media_id']}").status_code == 410
    assert ["completed"] * 3 == machine.decided(*(uploaded[good] for good in ("photo", "profile", "logo")))


def test_retry_begins_a_fresh_round(machine: Machine, uploaded: dict[str, int]) -> None:
    """`retry` takes a failed image up again from quarantine; it refuses completed and unknown ones."""
    codes = [_retry(machine, one) for one in (uploaded["truncated"], uploaded["photo"], 10**9)]
    assert [202, 409, 404] == codes
    wait_until(lambda: machine.status(uploaded["truncated"])["status"] == "failed")
    machine.decided(uploaded["truncated"])
    looks = [one["at"] for one in machine.explain(uploaded["truncated"])["history"] if "retrieve" in one["event"]]
    assert len(looks) > 2


def test_wake_brings_work(machine: Machine, uploaded: dict[str, int], tmp_path: Path) -> None:
    """A worker that rests for ten minutes finds a new pending image once the main API wakes it."""
    pending_id = machine.list_silently(saved(photo(300, 200), tmp_path / "silent.jpg"))
    assert {} == machine.status(pending_id)
    body = {"pending_image_ids": [pending_id]}
    assert machine.serve.post("/api/media/wake", json=body).status_code == 401
    assert machine.serve.post("/api/media/wake", json=body, headers=machine.key).status_code == 202
    assert ["completed"] == machine.decided(pending_id)


def test_wrong_key_is_said(machine: Machine, tmp_path: Path) -> None:
    """A key that the main API refuses is one ERROR line in the worker's log, and told by `media-vm status`."""
    log, outcome = _failed_poll(replace(machine.surroundings, folder=tmp_path, main_api_key="wrong"))
    assert ["error"] == [line["level"] for line in log]
    assert "check MAIN_API_KEY" in log[0]["detail"]
    assert "misconfigured" in outcome


def test_main_api_down_is_said(tmp_path: Path) -> None:
    """A main API that does not answer is a warning in the worker's log, and told by `media-vm status`."""
    log, outcome = _failed_poll(Surroundings(tmp_path, Addresses(free_port(), free_port())))
    assert ["warning"] == [line["level"] for line in log]
    assert "outage" in outcome


def test_missing_key_is_said(tmp_path: Path) -> None:
    """Without its key the worker exits with 2 and names the variable."""
    keyless = Surroundings(tmp_path, Addresses(free_port(), free_port()), main_api_key="")
    ended = run_media_vm(keyless, "worker")
    assert (2, True) == (ended.returncode, "MAIN_API_KEY is missing" in ended.stderr)


def _retry(machine: Machine, pending_id: int) -> int:
    return machine.serve.post(f"/api/media/retry/{pending_id}", headers=machine.key).status_code


def _failed_poll(surroundings: Surroundings) -> tuple[list[Json], str]:
    """The log of a worker that works once and cannot ask, and how `media-vm status` tells that poll."""
    assert run_media_vm(surroundings, "migrate").returncode == 0
    ended = run_media_vm(surroundings, "worker", "--once")
    assert ended.returncode == 1, ended.stderr
    log = [json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")]
    told = json.loads(run_media_vm(surroundings, "status", "--json").stdout)
    return log, told["main_api"]["outcome"]


def _colour(picture: Image.Image, x: int) -> str:
    red, _, blue = picture.convert("RGB").getpixel((x, picture.height // 2))  # type: ignore[misc]
    return "red" if red > blue else "blue"
