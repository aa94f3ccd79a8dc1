"""The serving app in a real Granian process, over a real socket."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from alembic import command
from sqlalchemy import update
from sqlmodel import SQLModel

from media_vm.adapters.columns import Now
from media_vm.adapters.engine import migrations_config, open_engine
from media_vm.adapters.rows import variant_rows
from media_vm.adapters.tables import MediaFile
from media_vm.adapters.transactions import transact
from media_vm.rules.pictures import DataType, Format, MediaStatus, Size, Source, Variant, VariantSet
from serve.main import serve
from tests.integration.shelf_in_memory import STORAGE_VARIABLE, content, settings_for, variant

START = """
from media_vm.settings import Settings
from serve.main import server
server(Settings(), "tests.integration.shelf_in_memory:app").serve()
"""
SERVE = """
from media_vm.settings import Settings
from serve.main import serve
raise SystemExit(serve(Settings()))
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def environment(storage: Path, port: int) -> dict[str, str]:
    return os.environ | {
        STORAGE_VARIABLE: str(storage),
        "MEDIA_VM_STORAGE_DIR": str(storage),
        "DATABASE_URL": f"sqlite:///{storage}/media_vm.db",
        "MEDIA_VM_SERVE_PORT": str(port),
        "MEDIA_VM_CPU_SLOTS": "1",
    }


def wait_until_alive(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended before it answered"
        try:
            httpx.get(f"{url}/livez", trust_env=False)
            return
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("the server did not answer within 30 s")


def wait_until_free(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_server(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the port was still taken after 5 s")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running server; it must end by SIGTERM with code 0."""
    port = free_port()
    variables = environment(tmp_path_factory.mktemp("storage"), port)
    process = subprocess.Popen([sys.executable, "-c", START], env=variables)
    try:
        wait_until_alive(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()


def exchange(url: str, request: bytes) -> bytes:
    """Raw bytes to the server, and all that comes back until it closes."""
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port or 80), timeout=5) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_the_server_sends_the_whole_file(url: str) -> None:
    """GET brings every byte of the negotiated variant, by the server's own file sending."""
    answer = httpx.get(f"{url}/serve/789?size=grid", headers={"Accept": "image/webp"}, trust_env=False)
    expected = content(Size.GRID, Format.WEBP)
    assert (answer.status_code, answer.content) == (200, expected)
    named = [answer.headers[name] for name in ("content-type", "content-length", "vary")]
    assert named == ["image/webp", str(len(expected)), "Accept"]


def test_head_ends_after_its_headers(url: str) -> None:
    """On the wire HEAD has the length of GET and not one byte of body, for pictures and problems."""
    for path, status in (("/serve/789", b"200"), ("/serve/790", b"404")):
        answer = exchange(url, b"HEAD %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode())
        head, _, body = answer.partition(b"\r\n\r\n")
        assert (head.split()[1], b"content-length: 0" in head, body) == (status, False, b"")
        assert head.lower().count(b"content-length:") == 1


def test_304_over_a_kept_connection_leaves_it_usable(url: str) -> None:
    """Revalidation and the next download share one connection."""
    with httpx.Client(base_url=url, trust_env=False) as client:
        tag = client.get("/serve/789/grid.avif").headers["etag"]
        again = client.get("/serve/789/grid.avif", headers={"If-None-Match": tag})
        assert (again.status_code, again.content, "content-length" in again.headers) == (304, b"", False)
        assert client.get("/serve/789/grid.avif").content == content(Size.GRID, Format.AVIF)


def test_a_part_over_a_kept_connection_leaves_it_usable(url: str) -> None:
    """206 has the bytes that it announces, and so has what follows on the same connection."""
    whole = content(Size.GRID, Format.AVIF)
    with httpx.Client(base_url=url, trust_env=False) as client:
        part = client.get("/serve/789/grid.avif", headers={"Range": "bytes=100000-"})
        assert (part.status_code, part.content) == (206, whole[100_000:])
        assert part.headers["content-range"] == f"bytes 100000-{len(whole) - 1}/{len(whole)}"
        assert client.get("/serve/789/grid.avif").content == whole


def test_eight_kilobytes_of_commas_get_a_jpeg(url: str) -> None:
    """A hostile Accept is answered at once with what everyone reads."""
    answer = httpx.get(f"{url}/serve/789", headers={"Accept": "," * 8192}, trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")


def test_a_head_without_end_is_refused(url: str) -> None:
    """Headers over the server's limit never reach the app."""
    answer = exchange(url, b"GET /livez HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")
    assert answer.split()[1] == b"431"


def test_two_question_marks_reach_the_rules(url: str) -> None:
    """The seed's doubled query passes the server unharmed."""
    answer = httpx.get(f"{url}/serve/789?size=detail?size=grid&format=jpg", trust_env=False)
    assert answer.content == content(Size.GRID, Format.JPEG)


def test_a_taken_port_ends_with_the_setting_to_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a word a second server would share the port and its traffic."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as holder:
        code = serve(settings_for(tmp_path, serve_port=holder.getsockname()[1]))
    told = capsys.readouterr().err
    assert (code, "(Address already in use): set MEDIA_VM_SERVE_PORT to a free port" in told) == (2, True)


def test_an_unknown_host_ends_with_the_setting_to_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A resolver's refusal has its own words, and its number means nothing else."""
    code = serve(settings_for(tmp_path, serve_host="nowhere.invalid"))
    told = capsys.readouterr().err
    assert (code, "cannot listen on nowhere.invalid" in told, "Unknown error" in told) == (2, True, False)


def test_an_unmigrated_database_ends_with_the_command_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Serving from no tables would answer nothing but errors."""
    empty = f"sqlite:///{tmp_path}/empty.db"
    code = serve(settings_for(tmp_path, serve_port=free_port(), database_url=empty))
    assert (code, "`media-vm migrate`" in capsys.readouterr().err) == (2, True)


def test_serve_reads_the_database_and_leaves_nothing_behind_when_killed(tmp_path: Path) -> None:
    """It answers from the real database; killed outright, its processes end and free the port."""
    port = free_port()
    variables = environment(tmp_path, port)
    command.upgrade(migrations_config(variables["DATABASE_URL"]), "head")
    process = subprocess.Popen([sys.executable, "-c", SERVE], env=variables)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_alive(url, process)
        paths = ("/readyz", "/serve/1")
        assert [httpx.get(url + path, trust_env=False).status_code for path in paths] == [200, 404]
    finally:
        process.kill()
        process.wait()
    wait_until_free(port)


def test_what_another_process_changes_shows_by_itself(tmp_path: Path) -> None:
    """Unknown, then a picture, then deleted, as this process writes it; serve learns of it from the database.
    That it has a second for it is what the test of its reader counts. Starting serve takes some seconds."""
    port = free_port()
    variables = environment(tmp_path, port)
    command.upgrade(migrations_config(variables["DATABASE_URL"]), "head")
    engine = open_engine(variables["DATABASE_URL"])
    process = subprocess.Popen([sys.executable, "-c", SERVE], env=variables)
    try:
        picture = f"http://127.0.0.1:{port}/serve/1"
        wait_until_alive(f"http://127.0.0.1:{port}", process)
        assert status_in_the_end(picture, 404) == 404
        transact(engine, lambda session: session.add_all(rows_of(variant(tmp_path, Size.DETAIL, Format.JPEG))))
        assert status_in_the_end(picture, 200) == 200
        transact(engine, lambda session: session.exec(update(MediaFile).values(deleted_at=Now())))
        assert status_in_the_end(picture, 410) == 410
    finally:
        process.kill()
        process.wait()
        engine.dispose()


def rows_of(kept: Variant) -> list[SQLModel]:
    """A media that is finished, with this variant."""
    media = MediaFile(
        id=1,
        user_id=1,
        data_type=DataType.PRODUCT,
        original_name="a.jpg",
        mime_type="image/jpeg",
        image_path="/a.jpg",
        status=MediaStatus.COMPLETED,
        source=Source.MAIN_API,
        created_at=datetime.now(UTC),
        updated_at=datetime.now(UTC),
    )
    return [media, *variant_rows(1, VariantSet((kept,), ()))]


def status_in_the_end(url: str, expected: int) -> int:
    """Of the first answer that is as expected, or of the last one after ten seconds."""
    for _ in range(200):
        status = httpx.get(url, trust_env=False).status_code
        if status == expected:
            break
        time.sleep(0.05)
    return status
