"""Serve's metrics: what an answer is counted as, and the sum over real processes."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from media_vm.rules.pictures import Format, Size
from serve.app import create_app
from serve.exposing import LOCK, PREFIX
from serve.tally import Sent, Tally
from tests.exposed import value
from tests.integration.databases import sqlite_engine
from tests.integration.shelf_in_memory import MemoryShelf, ask, content, settings_for, sunset

SERVE = "from media_vm.cli import main; main()"
NOT_FOUND = 'media_vm_serve_requests_total{route="picture",status="404"}'
PATIENCE_SECONDS = 60
AVIF = {"Accept": "image/avif"}


def test_an_answer_is_counted_by_what_was_sent(tmp_path: Path) -> None:
    """A miss, then hits; bytes only of bodies; a fallback by its kind. A part that is not there and a file that is
    gone are no pictures."""
    tally, shown = Tally(), sunset(tmp_path)
    app = create_app(settings_for(tmp_path), MemoryShelf(media={789: shown}), tally)
    length = len(content(Size.GRID, Format.AVIF))
    whole = ask(app, "GET", "/serve/789?size=grid", AVIF)
    ask(app, "HEAD", "/serve/789?size=grid", AVIF)
    ask(app, "GET", "/serve/789?size=grid", AVIF | {"If-None-Match": whole.headers["ETag"]})
    ask(app, "GET", "/serve/789?size=grid", AVIF | {"Range": "bytes=0-9"})
    ask(app, "GET", "/serve/789?size=grid", AVIF | {"Range": "bytes=9999999-"})
    ask(app, "GET", "/serve/789?size=zoom", AVIF)
    for variant in shown.variants:
        (tmp_path / variant.path).unlink()
    ask(app, "GET", "/serve/789?size=grid", AVIF)

    assert Sent(hits=3, misses=1, bytes=length + 10) == tally.sent[Size.GRID, Format.AVIF, None]
    assert 1 == tally.sent[Size.DETAIL, Format.AVIF, "size"].hits
    assert 1 == tally.missing
    assert {("picture", status) for status in (200, 206, 304, 416, 503)} == tally.requests.keys()
    assert 3 == sum(tally.requests["picture", 200].buckets)


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("/serve/789/manifest.json", "manifest"),
        ("/livez", "health"),
        ("/api/media", "api"),
        ("/problems/gone", "page"),
    ],
)
def test_other_requests_are_counted_by_what_they_are_for(tmp_path: Path, url: str, route: str) -> None:
    """Never by their path, which may hold an id."""
    tally = Tally()
    ask(create_app(settings_for(tmp_path), MemoryShelf(media={789: sunset(tmp_path)}), tally), "GET", url)

    assert [route] == [route for route, _ in tally.requests]


class Handed:
    """How many requests to `/livez` were handed over."""

    def __init__(self) -> None:
        self.requests = 0

    def add(self, tally: Tally) -> None:
        self.requests += sum(tally.requests["health", 200].buckets)


def test_a_process_that_ends_hands_over_what_it_has(tmp_path: Path) -> None:
    """The last second's counts too."""
    handed = Handed()
    app = create_app(settings_for(tmp_path), MemoryShelf(), Tally(handed))
    with TestClient(app) as client:
        client.get("/livez")

    assert 1 == handed.requests


@dataclass(frozen=True)
class Served:
    """A serve of two processes. folder: where its files are, one among its neighbours."""

    process: subprocess.Popen[bytes]
    url: str
    metrics: str
    folder: Path
    log: Path

    def told(self) -> str:
        """Its metrics."""
        return httpx.get(self.metrics, trust_env=False).text

    def children(self) -> list[int]:
        """Its processes."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in found.split()]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Beside what a killed serve left, and another that runs; the port it is to tell its metrics on is taken."""
    folder = tmp_path_factory.mktemp("served")
    engine, neighbours = sqlite_engine(folder), folder / "tmp"
    engine.dispose()
    for name in ("left", "held"):
        (neighbours / f"{PREFIX}{name}").mkdir(parents=True)
        (neighbours / f"{PREFIX}{name}" / LOCK).touch()
    with (
        (neighbours / f"{PREFIX}held" / LOCK).open("w") as lock,
        socket.create_server(("127.0.0.1", 0)) as taken,
        socket.create_server(("127.0.0.1", 0)) as to_be_free,
        (folder / "log").open("wb") as log,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        port = to_be_free.getsockname()[1]
        to_be_free.close()
        variables = os.environ | {
            "DATABASE_URL": str(engine.url),
            "MEDIA_VM_STORAGE_DIR": str(folder),
            "MEDIA_VM_SERVE_PORT": str(port),
            "MEDIA_VM_METRICS_BIND": f"127.0.0.1:{taken.getsockname()[1]}",
            "MEDIA_VM_CPU_SLOTS": "2",
            "MEDIA_VM_API_KEY": "canary-key",
            "TMPDIR": str(neighbours),
        }
        process = subprocess.Popen([sys.executable, "-c", SERVE, "serve"], env=variables, stderr=log)
        try:
            yield _begun(process, f"http://127.0.0.1:{port}", neighbours, folder / "log")
        finally:
            process.kill()
            process.wait()


def _begun(process: subprocess.Popen[bytes], url: str, folder: Path, log: Path) -> Served:
    wait_until(lambda: answers(f"{url}/livez") or process.poll() is not None)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    [at] = [line["at"] for line in lines if line["event"] == "metrics_exposed"]
    return Served(process, url, f"http://{at}/metrics", folder, log)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, f"it did not come true within {PATIENCE_SECONDS} s"
        time.sleep(0.05)


def test_what_a_killed_serve_left_is_removed(served: Served) -> None:
    """But not what another one still counts in; and the port that was taken is another one's."""
    names = sorted(one.name for one in served.folder.iterdir())

    assert [f"{PREFIX}held"] == [name for name in names if name.endswith(("held", "left"))]
    assert 2 == len(names)
    assert "metrics_port_taken" in served.log.read_text()


def test_a_process_that_dies_takes_no_count_along(served: Served) -> None:
    """What it counted stays in the sum, and so does what the one in its place counts; its files are no more."""
    for number in range(20):
        httpx.get(f"{served.url}/serve/{number + 1}", trust_env=False)
    wait_until(lambda: value(served.told(), NOT_FOUND) >= 20)
    before = served.told()
    for _ in range(2):
        first = served.children()
        os.kill(first[0], signal.SIGKILL)
        wait_until(lambda: len(served.children()) == 2 and first[0] not in served.children())  # noqa: B023
        after = served.told()

    [folder] = [one for one in served.folder.iterdir() if not one.name.endswith("held")]
    counted = {int(pid) for one in folder.glob("*.db") if (pid := one.stem.partition("_")[2]) != "folded"}
    assert set(served.children()) >= counted
    assert 20 == value(before, NOT_FOUND) == value(after, NOT_FOUND)
    assert 20 == value(after, 'media_vm_serve_request_duration_seconds_count{route="picture"}')
    assert "canary-key" not in after


def test_nothing_is_left_of_a_serve_that_ends(served: Served) -> None:
    """In good order."""
    served.process.send_signal(signal.SIGTERM)

    assert 0 == served.process.wait(PATIENCE_SECONDS)
    assert [f"{PREFIX}held"] == [one.name for one in served.folder.iterdir()]
