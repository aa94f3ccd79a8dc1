"""An nginx of the tests' own in front of a serve: deploy/nginx/ as shipped, but for addresses and folders."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parent.parent / "deploy" / "nginx"
HOST = "127.0.0.1"
PATIENCE_SECONDS = 60.0
REMEDY = "the tests of deploy/nginx/ need nginx: apt-get install nginx (as root), then make test"
CONNECTIONS = 4096

# Every path that Debian's build would take from the system is set to the tests' folder. Who loads or asks a server
# ten thousand times stays on its connection.
_MAIN = """
{user}
daemon off;
worker_processes {workers};
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections {connections}; }}
http {{
    sendfile on;
    tcp_nopush on;
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    include media-vm.conf;
    {more}
}}
"""


@dataclass(frozen=True, slots=True)
class Front:
    """A running nginx. port: of the site; folder: its configuration, logs and what it keeps."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        """The site's origin."""
        return f"http://{HOST}:{self.port}"


@contextmanager
def nginx_in_front(
    folder: Path, serve_port: int, changes: Mapping[str, str] | None = None, *, more: str = "", workers: int = 1
) -> Iterator[Front]:
    """The shipped site before serve, until the block ends.

    changes: passages of deploy/nginx/ to replace, each of which must be there. more: further lines of `http`.
    """
    port = free_port()
    yours = {
        "server 127.0.0.1:3001;": f"server {HOST}:{serve_port};",
        "/var/cache/nginx/media-vm": f"{folder}/kept",
        "listen 80;": f"listen {HOST}:{port};",
        "/var/log/nginx/media-vm.log": f"{folder}/access.log",
    }
    folder.mkdir(parents=True, exist_ok=True)
    _copy_shipped(folder, yours | dict(changes or {}))
    user = "user root;" if os.getuid() == 0 else ""  # else workers could not read what pytest alone may
    main = _MAIN.format(user=user, folder=folder, workers=workers, connections=CONNECTIONS, more=more)
    (folder / "nginx.conf").write_text(main)
    process = subprocess.Popen([_program(), "-p", str(folder), "-c", "nginx.conf", "-e", f"{folder}/error.log"])
    try:
        _wait(process, port, folder)
        yield Front(port, folder)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _copy_shipped(folder: Path, changes: Mapping[str, str]) -> None:
    missing = set(changes)
    for path in SHIPPED.rglob("*.conf"):
        text = path.read_text()
        for passage, other in changes.items():
            if passage in text:
                text = text.replace(passage, other)
                missing.discard(passage)
        copy = folder / path.relative_to(SHIPPED)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(text)
    assert not missing, f"deploy/nginx/ has no {missing}"


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        assert process.poll() is None, (folder / "error.log").read_text()
        assert time.monotonic() < ends, (folder / "error.log").read_text()
        time.sleep(0.02)


def _program() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    assert found is not None, REMEDY
    return found
