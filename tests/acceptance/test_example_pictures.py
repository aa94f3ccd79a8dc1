"""The example main API's pictures: the proxy of contract §8, analyses, pages and a real server."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from fastapi.testclient import TestClient

from examples.main_api.database import Database
from examples.main_api.settings import Settings
from tests.acceptance.example_api import (
    KEY,
    PICTURE,
    USER,
    MediaVMStandIn,
    example_api,
    me,
    pending,
    upload,
)

ROOT = Path(__file__).parents[2]
AVIF = {
    "Content-Type": "image/avif",
    "ETag": '"abc"',
    "Vary": "Accept",
    "Content-Disposition": 'inline; filename="guitar-grid.avif"',
    "Cache-Control": "public, max-age=31536000",
}


@pytest.fixture
def media_vm() -> MediaVMStandIn:
    return MediaVMStandIn()


@pytest.fixture
def api(tmp_path: Path, media_vm: MediaVMStandIn) -> Iterator[TestClient]:
    with example_api(tmp_path, media_vm) as client:
        yield client


def test_proxy_passes_on_what_the_contract_names(api: TestClient, media_vm: MediaVMStandIn) -> None:
    """Accept, If-None-Match and parameters go in, no key does; the named headers and the bytes come out."""
    media_vm.answer = httpx.Response(200, headers=AVIF, stream=httpx.ByteStream(PICTURE))
    asked = {"Accept": "image/avif,*/*", "If-None-Match": '"old"', "Cookie": "session=1", **KEY}
    answer = api.get("/api/images/789?size=detail%3Fsize%3Dgrid", headers=asked)
    [call] = media_vm.asked
    assert (call.method, call.url.raw_path.decode()) == ("GET", "/serve/789?size=detail%3Fsize%3Dgrid")
    assert (call.headers["accept"], call.headers["if-none-match"]) == ("image/avif,*/*", '"old"')
    assert set() == {"authorization", "cookie"} & set(call.headers)
    assert (answer.status_code, answer.content) == (200, PICTURE)
    expected = AVIF | {"Cache-Control": "public, max-age=3600"}
    assert expected == {name: answer.headers[name] for name in expected}


@pytest.mark.parametrize(
    ("ours", "passed_on"),
    [
        ("public, max-age=31536000, immutable", "public, max-age=3600"),
        ("public, max-age=60", "public, max-age=60"),
        ("private, max-age=900", "private, max-age=900"),
        ("private, max-age=90000", "private, max-age=90000"),
        ("no-store", "no-store"),
        (None, "no-store"),
    ],
)
def test_proxy_caches_an_hour_or_less(
    api: TestClient, media_vm: MediaVMStandIn, ours: str | None, passed_on: str
) -> None:
    """A public answer lives an hour at most; shorter, private and uncacheable answers stay what they are."""
    headers = {"Cache-Control": ours} if ours else {}
    media_vm.answer = httpx.Response(200, headers=headers, stream=httpx.ByteStream(PICTURE))
    assert passed_on == api.get("/api/images/789").headers["cache-control"]


@pytest.mark.parametrize("status", [304, 404, 410, 503])
def test_proxy_keeps_the_status(api: TestClient, media_vm: MediaVMStandIn, status: int) -> None:
    """Not modified, not ready, gone: status and Retry-After reach the browser, for HEAD as for GET."""
    for method in ("GET", "HEAD"):
        media_vm.answer = httpx.Response(status, headers={"Retry-After": "5"}, stream=httpx.ByteStream(b""))
        answer = api.request(method, "/api/images/789")
        assert (status, "5") == (answer.status_code, answer.headers["retry-after"])
        assert method == media_vm.asked[-1].method


def test_media_vm_away_is_502(api: TestClient, media_vm: MediaVMStandIn) -> None:
    """While media VM does not answer, pictures and analyses are 502 and never cached."""
    media_vm.answer = httpx.ConnectError("refused")
    for path in ("/api/images/789", "/api/media/analysis/789"):
        answer = api.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (502, "no-store")


@pytest.mark.parametrize("media_id", ["abc", "7%2F..%2F8", "9" * 20])
def test_media_id_is_digits(api: TestClient, media_vm: MediaVMStandIn, media_id: str) -> None:
    """What is no media id never becomes a request to media VM."""
    assert api.get(f"/api/images/{media_id}").is_client_error
    assert api.get(f"/api/media/analysis/{media_id}").is_client_error
    assert media_vm.asked == []


def test_analysis_is_forwarded_with_our_key(api: TestClient, media_vm: MediaVMStandIn) -> None:
    """The page asks without a key; media VM is asked with ours and its answer comes back unchanged."""
    media_vm.answer = httpx.Response(200, json={"success": True, "analysis": {"style": "Cubism"}})
    answer = api.get("/api/media/analysis/789")
    [call] = media_vm.asked
    assert (call.url.path, call.headers["authorization"]) == ("/api/media/analysis/789", "Bearer vm-key")
    assert answer.json() == {"success": True, "analysis": {"style": "Cubism"}}


@pytest.mark.parametrize(
    "path", ["%2E%2E/main_api.db", "profiles/..%2F..%2Fmain_api.db", "profiles/%2E%2E", "profiles/notes.txt"]
)
def test_temp_images_serves_nothing_else(api: TestClient, tmp_path: Path, path: str) -> None:
    """No path under /temp_images leads to a file that no upload made."""
    upload(api, "profile_image")
    (tmp_path / "temp_images/profiles/notes.txt").write_text("not for the public")
    assert api.get(f"/temp_images/{path}").status_code == 404


def test_plain_form_shows_the_gallery(api: TestClient) -> None:
    """Without JavaScript the form POSTs its inputs, most of them empty, and is sent to the gallery."""
    files = [
        ("logo_image", ("", b"", "application/octet-stream")),
        ("site_image", ("a.png", PICTURE, "image/png")),
    ]
    answer = api.post("/users/me", files=files, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"], len(pending(api))) == (303, "/", 1)


@pytest.mark.parametrize("path", ["/", "/upload"])
def test_pages_load_nothing_from_elsewhere(api: TestClient, path: str) -> None:
    """Every resource a page names is our own and exists; the policy allows only media VM's pictures besides."""
    page = api.get(path)
    named = [line.split('"')[1] for line in page.text.replace("src=", "\nsrc=").splitlines() if "src=" in line]
    assert [200] * len(named) == [api.get(name).status_code for name in named]
    policy = page.headers["content-security-policy"]
    assert (
        policy.split(";")[0], policy.split("; ")[-1],
    ) == ("default-src 'none'", "img-src 'self' blob: data: https://media.example")  # fmt: skip


def test_real_server(tmp_path: Path) -> None:
    """`python -m examples.main_api` serves on a real socket, its settings out of the environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {"MAIN_API_KEY": "main-key", "EXAMPLE_PORT": port, "EXAMPLE_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "examples.main_api"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL) as server:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as api:
                _wait_for(api)
                sent = api.patch("/users/me", files={"event_image": ("a.gif", PICTURE, "image/gif")})
                [image] = api.get("/api/media/pending/all", headers=KEY).json()["images"]
                assert (sent.status_code, api.get(image["image_path"]).content) == (200, PICTURE)
        finally:
            server.terminate()


def test_no_key_no_server() -> None:
    """Without MAIN_API_KEY the example ends with a sentence that names it, and never serves openly."""
    without = {name: value for name, value in os.environ.items() if name != "MAIN_API_KEY"}
    command = [sys.executable, "-m", "examples.main_api"]
    ended = subprocess.run(command, cwd=ROOT, env=without, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, "MAIN_API_KEY" in ended.stderr) == (1, True)


def test_help_tells_every_variable() -> None:
    """All that the settings ask the environment for, and nothing else; it takes no other argument."""

    class Asked(dict[str, str]):
        names: ClassVar[set[str]] = set()

        def get(self, name: str, default: Any = None) -> Any:
            self.names.add(name)
            return super().get(name, default)

    Settings.from_environment(Asked(MAIN_API_KEY="main-key"))
    command = [sys.executable, "-m", "examples.main_api"]
    told, wrong = (
        subprocess.run([*command, word], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
        for word in ("--help", "--port=3000")
    )

    listed = {line.split()[0] for line in told.stdout.splitlines() if re.match(r"[A-Z_]+ ", line)}
    assert (0, 2) == (told.returncode, wrong.returncode)
    assert Asked.names == listed


def _wait_for(api: httpx.Client) -> None:
    """Until the server listens, at most 15 s (a busy machine starts Python slowly)."""
    for _ in range(300):
        try:
            api.get("/upload")
            return
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("the example did not start")


@pytest.mark.parametrize("url", ["nonsense", "postgresql://me:a-secret@localhost/festival"])
def test_no_database_no_server(tmp_path: Path, url: str) -> None:
    """A URL of no database that it knows is refused by the variable's name, and not repeated."""
    given = {"MAIN_API_KEY": "main-key", "EXAMPLE_DATA_DIR": str(tmp_path), "EXAMPLE_DATABASE_URL": url}
    with pytest.raises(SystemExit, match="EXAMPLE_DATABASE_URL must be") as refused:
        Settings.from_environment(given)
    assert url not in str(refused.value)


def test_the_profile_page_shows_what_the_tables_hold(api: TestClient, tmp_path: Path) -> None:
    """As it stands, escaped; and says so where there is nothing."""
    assert "Nothing here yet" in api.get("/profile", headers=USER).text
    upload(api, "profile_image", "site_image")
    path = me(api)["profile_image_path"]
    with Database(f"sqlite:///{tmp_path}/main_api.db").transaction() as db:
        db.write("UPDATE site_media SET media_path = :hostile", hostile='"><script>')

    page = api.get("/profile", headers=USER).text

    assert (2, True) == (page.count("<img "), f'src="{path}"' in page)
    assert "<script>" not in page
