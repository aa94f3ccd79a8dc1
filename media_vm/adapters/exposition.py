"""A small HTTP listener of its own for whoever watches a process: `/metrics`, a worker's `/readyz`.

It runs in a thread beside the work, is meant for a loopback address or a private network, and is never a reason to
stop: a port that is taken gives way to the next free one, and with none the process goes on unwatched and says so.
"""

from __future__ import annotations

import errno
import os
import platform
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import urlsplit

import structlog
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from media_vm import __version__
from media_vm.rules.endpoints import Bind

log = structlog.get_logger()

PORTS_TRIED = 100
SILENT_CLIENT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer."""

    status: int
    media_type: str
    body: bytes


Page = Callable[[str], Shown]
"""From a request's `Accept` to the answer."""


def metrics_page(registry: CollectorRegistry) -> Page:
    """In Prometheus's text format, or in OpenMetrics' where that is asked for."""

    def page(accept: str) -> Shown:
        encode, media_type = choose_encoder(accept)
        return Shown(200, media_type, encode(registry))

    return page


class BuildInfo(Collector):
    """Which version runs, as a label of a 1. of: `serve` or `worker`."""

    def __init__(self, of: str) -> None:
        self._of = of

    def collect(self) -> Iterator[Metric]:
        """One sample."""
        about = {"component": self._of, "version": __version__, "python": platform.python_version()}
        info = GaugeMetricFamily("media_vm_build_info", "Which version runs.", labels=[*about])
        info.add_metric([*about.values()], 1)
        yield info


@contextmanager
def exposed(what: str, bind: Bind, pages: Mapping[str, Page]) -> Iterator[Bind | None]:
    """These pages by their paths, until the block ends; where, or None: nowhere, and the log says why."""
    listener = _listener(what, bind, pages)
    if listener is None:
        yield None
        return
    where = Bind(bind.host, listener.server_address[1])
    log.info("metrics_exposed", of=what, at=str(where))
    thread = threading.Thread(target=listener.serve_forever, daemon=True, name="exposition")
    thread.start()
    try:
        yield where
    finally:
        listener.shutdown()
        listener.server_close()


def _listener(what: str, bind: Bind, pages: Mapping[str, Page]) -> _Listener | None:
    for port in range(bind.port, min(bind.port + PORTS_TRIED, 65_536)):
        try:
            listener = _Listener(Bind(bind.host, port), pages)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            # A name that is unknown has no errno of the system's.
            why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
            log.error("metrics_not_exposed", of=what, at=str(bind), detail=why)
            return None
        if port != bind.port:
            log.warning("metrics_port_taken", of=what, wanted=str(bind), port=port)
        return listener
    log.error("metrics_not_exposed", of=what, at=str(bind), detail=f"no port is free among {PORTS_TRIED}")
    return None


class _Listener(ThreadingHTTPServer):
    """One thread a request."""

    daemon_threads = True

    def __init__(self, bind: Bind, pages: Mapping[str, Page]) -> None:
        self.pages = pages
        self.address_family = socket.getaddrinfo(bind.host, bind.port, type=socket.SOCK_STREAM)[0][0]
        super().__init__((bind.host, bind.port), _Handler)

    def server_bind(self) -> None:
        """Without the look for our own name that HTTPServer takes, for which a lost DNS server takes a minute."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "media-vm", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody who hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    server_version, sys_version = "media-vm", ""
    timeout = SILENT_CLIENT_SECONDS

    def do_GET(self) -> None:
        """The page of this path."""
        self._answer(self._shown())

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nobody wants a line for every look."""

    def _shown(self) -> Shown:
        page = self.server.pages.get(urlsplit(self.path).path)
        if page is None:
            known = ", ".join(self.server.pages)
            return Shown(404, "text/plain; charset=utf-8", f"here is only {known}\n".encode())
        try:
            return page(self.headers.get("Accept", ""))
        except Exception:
            log.exception("page_broke", path=self.path[:100])
            return Shown(500, "text/plain; charset=utf-8", b"the log says why\n")

    def _answer(self, shown: Shown) -> None:
        self.send_response(shown.status)
        self.send_header("Content-Type", shown.media_type)
        self.send_header("Content-Length", str(len(shown.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(shown.body)
