"""A whole machine for the acceptance tests: the example main API, serve and a worker, as the demo has them."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from examples.demo.addresses import HOST, Addresses
from examples.demo.options import ROOT
from examples.demo.processes import Processes, Program
from examples.demo.programs import Surroundings, start_all
from examples.main_api.database import Database
from tests import canaries
from tests.pictures import cut_short, logo, photographed, png_header, saved, stored_as, two_halves

Json = dict[str, Any]
# Hostile files are decided within a second; the rest is ten minutes, so that only a wake call brings work.
SETTINGS = {
    "MEDIA_VM_CONFIRM_SECONDS": "0.3",
    "MEDIA_VM_GIVE_UP_SECONDS": "1",
    "MEDIA_VM_BACKOFF_SECONDS": "0.2",
    "MEDIA_VM_IDLE_SECONDS": "600",
    "MEDIA_VM_MAX_SOURCE_MEGAPIXELS": "1",
}
API_PAGES = ("/", "/upload", "/profile", "/gallery.json", "/users/me", "/nowhere")
SERVE_PAGES = ("/readyz", "/metrics", "/openapi.json", "/docs", "/api/media/status/1", "/serve/0")
PATIENCE_SECONDS = 60  # a machine with many other things to do is slow, not broken


@dataclass(frozen=True)
class Machine:
    """Three running processes. api, serve: clients of the example main API and of serve (without an Accept)."""

    surroundings: Surroundings
    processes: Processes
    api: httpx.Client
    serve: httpx.Client

    @property
    def key(self) -> dict[str, str]:
        """What the main API shows to serve."""
        return {"Authorization": f"Bearer {self.surroundings.media_vm_key}"}

    def upload(self, field: str, path: Path, user_id: int = 1) -> int:
        """Through the endpoint of the example's page; returns the pending image id."""
        headers = {"X-User-Id": str(user_id)}
        with path.open("rb") as file:
            answer = self.api.patch("/users/me", files={field: (path.name, file, "image/jpeg")}, headers=headers)
        assert answer.status_code == 200, answer.text
        pending_id: int = answer.json()["pending_image_ids"][0]
        return pending_id

    def list_silently(self, path: Path) -> int:
        """A pending image that nobody wakes media VM for."""
        name = "/temp_images/products/1-product-1700000000-000000001.jpg"
        shutil.copy(path, self.surroundings.main_api_folder / name.removeprefix("/"))
        with self._main_api_database.transaction() as db:
            return db.insert(
                "INSERT INTO pending_images (user_id, image_path, original_name, mime_type)"
                " VALUES (1, :name, 'silent.jpg', 'image/jpeg')",
                name=name,
            )

    def watched(self, program: str, path: str = "/metrics") -> str:
        """What `serve` or `worker` tells of itself, where its log says: any port may have been taken."""
        log = (self.surroundings.folder / f"{program}.log").read_text()
        at = re.findall(r'"at": "([^"]+)", "event": "metrics_exposed"', log)[-1]
        return httpx.get(f"http://{at}{path}", timeout=30, trust_env=False).text

    def status(self, pending_id: int) -> Json:
        """Serve's answer; empty while the image is unknown."""
        answer = self.serve.get(f"/api/media/status/{pending_id}", headers=self.key)
        body: Json = answer.json() if answer.is_success else {}
        return body

    def decided(self, *pending_ids: int) -> list[str]:
        """Wait until nothing more will come of these; their statuses."""

        def all_decided() -> bool:
            self.processes.check()
            return all(_is_decided(self.status(one)) for one in pending_ids)

        wait_until(all_decided)
        return [self.status(one)["status"] for one in pending_ids]

    def explain(self, pending_id: int) -> Json:
        """What `media-vm explain --json` tells the operator."""
        told = run_media_vm(self.surroundings, "explain", "--pending", str(pending_id), "--json")
        assert told.returncode == 0, told.stderr
        story: Json = json.loads(told.stdout)
        return story

    def calls(self, pending_id: int) -> list[Json]:
        """The main API's ledger of media VM's calls about one image."""
        with self._main_api_database.snapshot() as db:
            rows = db.rows("SELECT * FROM media_calls WHERE pending_image_id = :id", id=pending_id)
            return [dict(row) for row in rows]

    def callback(self, pending_id: int) -> Json:
        """The body of the newest callback about one image; empty while there was none."""
        question = (
            "SELECT callback FROM media_details JOIN pending_images ON media_id = permanent_url WHERE id = :id"
        )
        with self._main_api_database.snapshot() as db:
            row = db.row(question, id=pending_id)
        body: Json = json.loads(row["callback"]) if row else {}
        return body

    def restart_worker(self) -> int:
        """SIGTERM to the worker, a new one in its place; the exit code of the old."""
        [old] = [one for one in self.processes.running if one[0].name == "worker"]
        self.processes.running.remove(old)
        program, process = old
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE_SECONDS)
        self.processes.start(program)
        return code

    @property
    def _main_api_database(self) -> Database:
        return Database(self.surroundings.main_api_database_url)


@contextmanager
def machine_in(
    folder: Path, *, database: str | None = None, main_api_database: str | None = None, **settings: str
) -> Iterator[Machine]:
    """The machine on free ports, its data in this folder. settings: besides `SETTINGS`. database,
    main_api_database: as in `Surroundings`."""
    addresses = Addresses(free_port(), free_port())
    surroundings = Surroundings(
        folder,
        addresses,
        SETTINGS | settings,
        canaries.MAIN_API_KEY,
        canaries.MEDIA_VM_API_KEY,
        database,
        main_api_database,
    )
    with (
        closing(Processes(folder)) as processes,
        httpx.Client(base_url=addresses.main_api, timeout=30, trust_env=False) as api,
        httpx.Client(base_url=addresses.serve, timeout=30, trust_env=False) as serve,
    ):
        del serve.headers["Accept"]
        start_all(surroundings, processes)
        running = Machine(surroundings, processes, api, serve)
        yield running
        _keep_pages(running)


def _keep_pages(machine: Machine) -> None:
    """What both servers tell in the end, for the look for secrets at the end of a whole run."""
    for door, paths in ((machine.api, API_PAGES), (machine.serve, SERVE_PAGES)):
        for path in paths:
            try:
                answer = door.get(path, headers=machine.key)
            except httpx.TransportError:  # a test may have ended a process
                continue
            name = f"{answer.url.port}{path.replace('/', '-')}.page"
            (machine.surroundings.folder / name).write_text(f"{dict(answer.headers)}\n{answer.text}")


def run_media_vm(surroundings: Surroundings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One `media-vm` command to its end. What it tells is kept in the folder too."""
    ended = _run(surroundings.program(arguments[0], *arguments))
    with (surroundings.folder / "told").open("a") as told:
        told.write(ended.stdout + ended.stderr)
    return ended


def _run(program: Program) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *program.command],
        cwd=ROOT,
        env=program.variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def draw_pictures(folder: Path) -> dict[str, Path]:
    """Good ones and bad ones, by name; the limit is one megapixel."""
    turned = stored_as(photographed(two_halves(900, 600)), 6)
    html = folder / "page.jpg"
    html.write_text("<!doctype html><script>alert(1)</script>")
    empty = folder / "empty.jpg"
    empty.touch()
    return {
        "photo": saved(turned, folder / "photo.jpg", Q=95),
        "profile": saved(two_halves(640, 640), folder / "profile.jpg"),
        "logo": saved(logo(400, 300), folder / "logo.png"),
        "empty": empty,
        "html": html,
        "truncated": cut_short(saved(turned, folder / "truncated.jpg")),
        "huge": png_header(folder / "huge.png", 2000, 2000),
    }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool]) -> None:
    """Ask again and again, at most PATIENCE_SECONDS."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, f"it did not come true within {PATIENCE_SECONDS} s"
        time.sleep(0.1)


def _is_decided(status: Json) -> bool:
    is_over = status.get("status") in {"completed", "failed"}
    return is_over and status["current_step"] is None and status["next_try"] is None
