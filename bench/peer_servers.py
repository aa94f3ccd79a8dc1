"""What others give a picture out with, each one process on the loopback, until a block ends."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.comparison import NotMeasured
from bench.load import LOOPBACK, Asked
from bench.peer_installs import node_packages, thumbor_program
from bench.table import PEERS
from tests.private_nginx import free_port, nginx_in_front

START_SECONDS, END_SECONDS, LOOK_EVERY = 30.0, 10.0, 0.1
STATIC = """
server {{
    listen {host}:{port};
    root {root};
    types {{ image/avif avif; image/webp webp; image/jpeg jpg; image/png png; }}
}}
"""
# Results are kept for ever and nothing else is: a picture is loaded from its folder, its result from its file.
THUMBOR = """
ALLOW_UNSAFE_URL = True
LOADER = "thumbor.loaders.file_loader"
FILE_LOADER_ROOT_PATH = {folder!r}
STORAGE = "thumbor.storages.no_storage"
RESULT_STORAGE = "thumbor.result_storages.file_storage"
RESULT_STORAGE_STORES_UNSAFE = True
RESULT_STORAGE_EXPIRATION_SECONDS = 0
RESULT_STORAGE_FILE_STORAGE_ROOT_PATH = {results!r}
"""


@contextmanager
def nginx_static(scratch: Path, picture: Path) -> Iterator[Asked]:
    """nginx as a server of files, without log or limits."""
    port = free_port()
    server = STATIC.format(host=LOOPBACK, port=port, root=picture.parent)
    with nginx_in_front(scratch / "static", free_port(), more=server):
        yield _whole(port, f"/{picture.name}", picture.stat().st_size)


@contextmanager
def thumbor(scratch: Path, picture: Path) -> Iterator[Asked]:
    """thumbor with result storage, which holds the very bytes of the picture. NotMeasured."""
    folder, results, port = scratch / "thumbor", scratch / "thumbor" / "results", free_port()
    folder.mkdir()
    shutil.copy(picture, folder)
    (folder / "thumbor.conf").write_text(THUMBOR.format(folder=str(folder), results=str(results)))
    command = [str(thumbor_program()), "-i", LOOPBACK, "-p", str(port), "-c", str(folder / "thumbor.conf")]
    target = f"/unsafe/{picture.name}"
    with _running(command, folder):
        _first(port, target)
        shutil.copy(picture, _stored(results))  # not what thumbor made of it, of another length
        yield _whole(port, target, picture.stat().st_size)


@contextmanager
def ipx(picture: Path) -> Iterator[Asked]:
    """ipx, which keeps nothing: it makes the same picture of the file for every request. NotMeasured."""
    port, target = free_port(), f"/_/{picture.name}"
    command = ["node", str(PEERS / "ipx.mjs"), str(picture.parent), str(port)]
    with _running(command, node_packages()):
        yield _whole(port, target, len(_first(port, target)))


@contextmanager
def _running(command: Sequence[str], folder: Path) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _first(port: int, target: str) -> bytes:
    """The first answer of a server that may only just begin to listen. NotMeasured."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            answer = httpx.get(f"http://{LOOPBACK}:{port}{target}", timeout=START_SECONDS, trust_env=False)
        except httpx.TransportError as error:
            if time.monotonic() > until:
                raise NotMeasured(f"a peer does not answer {target}: {error}") from None
            time.sleep(LOOK_EVERY)
            continue
        if answer.status_code != 200:
            raise NotMeasured(f"a peer answered {target} by {answer.status_code}")
        return answer.content


def _stored(results: Path) -> Path:
    """The one result that thumbor keeps, which it writes after it has answered. NotMeasured."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        for path in results.rglob("*"):
            if path.is_file() and not path.suffix:  # with one it is being written
                return path
        time.sleep(LOOK_EVERY)
    raise NotMeasured("thumbor keeps no result")


def _whole(port: int, target: str, length: int) -> Asked:
    return Asked(port, target, (), 200, length)
