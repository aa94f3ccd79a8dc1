"""The shipped nginx in front of a serve that lets in pages of some origins alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from serve.app import create_app
from tests.integration.shelf_in_memory import MemoryShelf, ask, settings_for, sunset
from tests.private_nginx import HOST, SHIPPED, nginx_in_front

OURS = ("https://festival.example", "https://www.festival.example")
KEPT = 'nginx;desc="hit"'
URL = "/serve/789/grid.avif"
# As its own comment says it.
SET = {'# "~^https://(www': '\n"~^https://(www'}

SITES_MAP = (
    (SHIPPED / "media-vm.conf").read_text().partition("include media-vm/http.conf;\n")[2].partition("server {")[0]
)


@pytest.fixture(scope="module")
def serve_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a serve without a process of its own."""
    folder = tmp_path_factory.mktemp("origins")
    app = create_app(settings_for(folder, cors_origins=OURS), MemoryShelf(media={789: sunset(folder)}))

    class Serve(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = ask(app, self.command, self.path, dict(self.headers))
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        do_OPTIONS = do_GET  # noqa: N815

    with ThreadingHTTPServer((HOST, 0), Serve) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def client(serve_port: int, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of an nginx that knows the origins."""
    with (
        nginx_in_front(tmp_path, serve_port, SET) as front,
        httpx.Client(base_url=front.url, timeout=30, trust_env=False) as one,
    ):
        yield one


def told(client: httpx.Client, origin: str | None) -> tuple[bool, str | None]:
    """Whether it was kept, and whom it lets in."""
    answer = client.get(URL, headers={"Origin": origin} if origin else {})
    assert (200, "Origin") == (answer.status_code, answer.headers["vary"])
    return answer.headers["server-timing"] == KEPT, answer.headers.get("access-control-allow-origin")


def test_each_listed_origin_has_its_own_and_all_others_share_one(client: httpx.Client) -> None:
    """An answer names the origin that it lets in; who is not let in, under whatever name, fills no cache."""
    assert [(False, None), *((False, one) for one in OURS)] == [told(client, one) for one in (None, *OURS)]
    others = ("https://evil.example", "HTTPS://FESTIVAL.EXAMPLE", "https://festival.example.evil.example", "null")
    assert [(True, None)] * 4 == [told(client, one) for one in others]
    assert [(True, one) for one in OURS] == [told(client, one) for one in OURS]


def test_an_nginx_that_was_told_of_no_origin_lets_none_in(serve_port: int, tmp_path: Path) -> None:
    """Whoever asks first: a page that works by chance alone would hide what is missing."""
    with (
        nginx_in_front(tmp_path, serve_port) as front,
        httpx.Client(base_url=front.url, timeout=30, trust_env=False) as unset,
    ):
        assert [(False, None), (True, None), (True, None)] == [told(unset, one) for one in (*OURS, None)]


def test_a_site_from_before_the_map_goes_on(serve_port: int, tmp_path: Path) -> None:
    """A new version's files come beside it, and it stays: `certbot` has written into it."""
    with (
        nginx_in_front(tmp_path, serve_port, {SITES_MAP: ""}) as front,
        httpx.Client(base_url=front.url, timeout=30, trust_env=False) as old,
    ):
        assert [(False, None), *((False, one) for one in OURS)] == [told(old, one) for one in (None, *OURS)]


@pytest.mark.parametrize(("origin", "status"), [(OURS[0], 204), ("https://evil.example", 405)])
def test_only_a_listed_page_is_told_that_it_may_ask(client: httpx.Client, origin: str, status: int) -> None:
    """Serve decides, for the browser's question is not kept."""
    answer = client.options(URL, headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
    assert status == answer.status_code
