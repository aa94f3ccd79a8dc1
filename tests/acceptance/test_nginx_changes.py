"""The shipped nginx when pictures change or vanish, and when serve is away. Its minute is cut to a second."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.acceptance.machine import Machine, wait_until
from tests.faults.tcp_proxy import TcpProxy, tcp_proxy
from tests.pictures import logo, saved
from tests.private_nginx import HOST, nginx_in_front

A_SECOND = {"proxy_cache_valid 200 1m;": "proxy_cache_valid 200 1s;"}
HIT = 'nginx;desc="hit"'
STALE = 'nginx;desc="stale"'
DELETED = (
    "UPDATE media_files SET deleted_at = strftime('%Y-%m-%d %H:%M:%f000', 'now'),"
    " updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = ?"
)


@pytest.fixture(scope="module")
def logos(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The media ids of two logos that no other test sees."""
    on_white = logo(120, 90).flatten(background=255)
    path = saved(on_white, tmp_path_factory.mktemp("logos") / "logo.png")
    pending = [machine.upload("logo_image", path) for _ in range(2)]
    assert ["completed"] * 2 == machine.decided(*pending)
    return [machine.status(one)["media_id"] for one in pending]


@pytest.fixture
def wire(machine: Machine) -> Iterator[TcpProxy]:
    """What lies between nginx and serve."""
    with tcp_proxy((HOST, machine.surroundings.addresses.serve_port)) as proxy:
        yield proxy


@pytest.fixture
def client(wire: TcpProxy, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of an nginx that keeps answers for a second."""
    with (
        nginx_in_front(tmp_path / "nginx", wire.port, A_SECOND) as front,
        httpx.Client(base_url=front.url, timeout=30, trust_env=False) as one,
    ):
        yield one


def delete(machine: Machine, media_id: str) -> None:
    """As `media-vm delete` leaves the row."""
    file = machine.surroundings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, timeout=30)) as db, db:
        db.execute(DELETED, (media_id,))


def test_another_picture_under_the_same_url_is_seen(
    machine: Machine, client: httpx.Client, logos: list[str]
) -> None:
    """What an owner chooses anew is shown once the minute is over, though browsers may keep it for a year."""
    url = f"/serve/{logos[0]}?size=grid"
    before = client.get(url)
    chosen = machine.serve.put(f"/api/media/background/{logos[0]}", json={"bg": "removed"}, headers=machine.key)
    assert (200, True) == (chosen.status_code, chosen.json()["background_removed"])
    wait_until(lambda: client.get(url).headers["etag"] != before.headers["etag"])
    removed = machine.serve.get(f"{url}&bg=removed")
    assert removed.content == client.get(url).content


def test_a_cache_that_was_emptied_asks_serve_again(machine: Machine, logos: list[str], tmp_path: Path) -> None:
    """Though nginx has the file open: within moments, not at the end of the minute."""
    url, port = f"/serve/{logos[0]}?size=grid", machine.surroundings.addresses.serve_port
    with (
        nginx_in_front(tmp_path / "nginx", port) as front,
        httpx.Client(base_url=front.url, timeout=30, trust_env=False) as client,
    ):
        timings = [client.get(url).headers["server-timing"] for _ in range(3)]
        assert [False, True, True] == [HIT in timing for timing in timings]
        for folder in (front.folder / "kept").iterdir():
            shutil.rmtree(folder)
        wait_until(lambda: HIT not in client.get(url).headers["server-timing"])


def test_what_is_kept_is_shown_while_serve_is_away(client: httpx.Client, wire: TcpProxy, logos: list[str]) -> None:
    """And what is not kept is a 503 that says when to come again, never HTML."""
    url = f"/serve/{logos[0]}?size=small"
    kept = client.get(url)
    wire.close()
    wait_until(lambda: client.get(url).headers.get("server-timing") == STALE)
    stale = client.get(url)
    assert (200, kept.content) == (stale.status_code, stale.content)
    away = client.get(f"/serve/{logos[0]}?size=thumbnail")
    assert (503, "5", "no-store") == (
        away.status_code,
        away.headers["retry-after"],
        away.headers["cache-control"],
    )
    assert "/problems/unavailable" == away.json()["type"]


def test_what_is_deleted_stays_so_while_serve_is_away(
    machine: Machine, client: httpx.Client, wire: TcpProxy, logos: list[str]
) -> None:
    """The 410 takes the picture's place: an error of serve's own never brings a deleted picture back."""
    url = f"/serve/{logos[1]}?size=grid"
    assert 200 == client.get(url).status_code
    delete(machine, logos[1])
    wait_until(lambda: client.get(url).status_code == 410)
    assert "no-store" == client.get(url).headers["cache-control"]
    wire.close()
    wait_until(lambda: client.get(url).headers.get("server-timing") == STALE)
    gone = client.get(url)
    assert (410, "gone") == (gone.status_code, gone.json()["type"].rsplit("/", 1)[1])
