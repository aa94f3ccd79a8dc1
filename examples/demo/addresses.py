"""Where the demo's two servers listen: the usual ports, or the next free ones."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass

from examples.demo.options import Usage

HOST = "127.0.0.1"
MAIN_API_PORT, SERVE_PORT = 3000, 3001
HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Addresses:
    """The ports of the example main API and of serve."""

    main_api_port: int
    serve_port: int

    @property
    def main_api(self) -> str:
        """The example main API's URL."""
        return f"http://{HOST}:{self.main_api_port}"

    @property
    def serve(self) -> str:
        """Serve's URL."""
        return f"http://{HOST}:{self.serve_port}"


def choose_addresses(say: Callable[[str], None]) -> Addresses:
    """Two free ports from the usual ones upwards; a line for each that is not the usual one."""
    main_api = _next_free(MAIN_API_PORT, taken=None)
    serve = _next_free(SERVE_PORT, taken=main_api)
    for name, usual, chosen in (("main API", MAIN_API_PORT, main_api), ("serve", SERVE_PORT, serve)):
        if chosen != usual:
            say(f"port {usual} is taken: {name} listens on {chosen}")
    return Addresses(main_api, serve)


def _next_free(first: int, taken: int | None) -> int:
    for port in range(first, HIGHEST_PORT + 1):
        if port != taken and _is_free(port):
            return port
    raise Usage(f"no port from {first} upwards is free")


def _is_free(port: int) -> bool:
    """Both servers bind with SO_REUSEPORT and would share a port silently; this bind, without, tells."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True
