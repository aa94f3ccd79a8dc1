"""`media-vm run`: worker and serve as one command, over real processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.hostile_server import HostileServer, dripping, hostile_server, reply

PATIENCE_SECONDS = 30.0


@pytest.fixture
def main_api() -> Iterator[HostileServer]:
    """A main API with nothing pending."""
    with hostile_server() as server:
        server.answers["/api/media/pending/all"] = reply(200, b'{"images": [], "total": 0}')
        yield server


@pytest.fixture
def environment(main_api: HostileServer, tmp_path: Path) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{tmp_path / 'media_vm.db'}",
        "MEDIA_VM_STORAGE_DIR": str(tmp_path / "storage"),
        "MAIN_API_URL": main_api.url,
        "MAIN_API_KEY": "key-of-this-test",
        "MEDIA_VM_SERVE_PORT": str(port),
        "MEDIA_VM_CPU_SLOTS": "1",
    }


def media_vm(command: str, environment: dict[str, str]) -> list[str]:
    subprocess.run([sys.executable, "-m", "media_vm", "migrate"], env=environment, check=True, capture_output=True)
    return [sys.executable, "-m", "media_vm", command]


@contextmanager
def running(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        media_vm("run", environment), env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def eventually(holds: Callable[[], bool]) -> bool:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.1)
    return True


def is_alive(environment: dict[str, str]) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{environment['MEDIA_VM_SERVE_PORT']}/livez").status_code == 200
    except httpx.TransportError:
        return False


def test_both_work_and_end_together(environment: dict[str, str], main_api: HostileServer) -> None:
    """Serve answers, the worker asks the main API; one SIGTERM ends both, and the port is free again."""
    with running(environment) as process:
        both = eventually(lambda: is_alive(environment) and len(main_api.requests) > 0)
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE_SECONDS)

    assert both
    assert 0 == code
    assert not is_alive(environment)


def test_a_step_under_way_is_finished_or_ended(environment: dict[str, str], main_api: HostileServer) -> None:
    """One Ctrl-C waits for a download that drips; the second ends everything at once."""
    stop = threading.Event()
    path = "/temp_images/products/1-product-1.jpg"
    entry = {"id": 1, "user_id": 1, "image_path": path, "original_name": "a.jpg", "mime_type": "image/jpeg"}
    listing = json.dumps({"images": [entry], "total": 1}).encode()
    main_api.answers["/api/media/pending/all"] = reply(200, listing)
    main_api.answers[path] = dripping(stop)
    with running(environment) as process:
        is_under_way = eventually(lambda: any(request.path == path for request in main_api.requests))
        process.send_signal(signal.SIGINT)
        time.sleep(1.5)
        waits = process.poll() is None
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
    stop.set()

    assert is_under_way
    assert waits
    assert not is_alive(environment)


def test_the_end_of_one_is_the_end_of_both(environment: dict[str, str], main_api: HostileServer) -> None:
    """A worker without its key ends with 2; serve does not go on alone, and the sentence names the setting."""
    del environment["MAIN_API_KEY"]

    result = subprocess.run(
        media_vm("run", environment), env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )

    assert 2 == result.returncode
    assert 1 == result.stderr.count("MAIN_API_KEY is missing")
    assert not is_alive(environment)


def test_a_kill_of_run_leaves_nobody_behind(environment: dict[str, str], main_api: HostileServer) -> None:
    """kill -9 cannot be passed on; worker and serve end all the same, and the port is free."""
    with running(environment) as process:
        both = eventually(lambda: is_alive(environment) and len(main_api.requests) > 0)
        parts = children(process.pid)
        process.kill()
        process.wait(PATIENCE_SECONDS)
        all_ended = eventually(lambda: not any(map(exists, parts)))
        for one in filter(exists, parts):
            os.kill(one, signal.SIGTERM)

    assert both
    assert 2 == len(parts)
    assert all_ended
    assert not is_alive(environment)


def test_run_says_who_ended_and_how(environment: dict[str, str], main_api: HostileServer) -> None:
    """The worker killed: serve ends too, and a sentence names the first end."""
    with running(environment) as process:
        both = eventually(lambda: is_alive(environment) and len(main_api.requests) > 0)
        worker = next(
            one for one in children(process.pid) if b"worker" in Path(f"/proc/{one}/cmdline").read_bytes()
        )
        os.kill(worker, signal.SIGKILL)
        _, told = process.communicate(timeout=PATIENCE_SECONDS)

    assert both
    assert 128 + signal.SIGKILL == process.returncode
    assert "media-vm run: worker was killed by SIGKILL; the other is stopped too\n" in told


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
