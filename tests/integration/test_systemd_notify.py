"""What the worker tells systemd, on real datagram sockets."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from media_vm.adapters.systemd import Systemd, supervisor_from
from media_vm.supervision import Unsupervised

A_WATCH = timedelta(seconds=20)


class Manager:
    """systemd's end of the socket, and a clock that the test moves."""

    def __init__(self, address: str) -> None:
        self.address, self.now = address, 1000.0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.setblocking(False)

    def heard(self) -> list[list[str]]:
        """The lines of every datagram since the last look."""
        messages = []
        while True:
            try:
                messages.append(self._socket.recv(4096).decode().split("\n"))
            except BlockingIOError:
                return messages

    def clock(self) -> float:
        """Monotonic seconds."""
        return self.now

    def close(self) -> None:
        """It is no longer there."""
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    """systemd itself listens at a path, containers and user managers at an abstract address."""
    address = f"{tmp_path}/notify" if request.param == "path" else f"@media-vm-test-{os.getpid()}"
    manager = Manager(address)
    yield manager
    manager.close()


def test_start_work_and_stop_are_told(manager: Manager) -> None:
    """READY=1, WATCHDOG=1 and STOPPING=1, each with a status for `systemctl status`."""
    supervisor = Systemd(manager.address, A_WATCH, manager.clock)

    supervisor.ready()
    supervisor.alive("3 at work")
    supervisor.stopping("ends\nsoon")

    assert [
        ["READY=1", "STATUS=ready"],
        ["WATCHDOG=1", "STATUS=3 at work"],
        ["STOPPING=1", "STATUS=ends soon"],
    ] == manager.heard()


def test_the_watchdog_is_fed_four_times_an_interval(manager: Manager) -> None:
    """However often the loop comes round; news are told sooner, at most one a second."""
    supervisor = Systemd(manager.address, A_WATCH, manager.clock)
    fed = []
    for doing in ["rests"] * 200:
        supervisor.alive(doing)
        manager.now += 0.1
        fed.append(len(manager.heard()))
    manager.now += 0.5
    supervisor.alive("1 at work")
    supervisor.alive("2 at work")

    assert 4 == sum(fed)
    assert [["WATCHDOG=1", "STATUS=1 at work"]] == manager.heard()


def test_a_manager_that_is_gone_stops_no_work(manager: Manager) -> None:
    """One warning, not one a second."""
    supervisor = Systemd(manager.address, A_WATCH, manager.clock)
    manager.close()
    with capture_logs() as lines:
        supervisor.ready()
        supervisor.stopping("ends")

    assert ["supervisor_unreachable"] == [line["event"] for line in lines]


def test_variables_are_heeded_and_taken_out(manager: Manager) -> None:
    """So that no child speaks for us. WatchdogSec is what WATCHDOG_USEC says: a quarter of it is the silence."""
    environment = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "8000000", "WATCHDOG_PID": str(os.getpid())}
    supervisor = supervisor_from(environment, manager.clock)
    supervisor.alive("rests")
    manager.now += 1.9
    supervisor.alive("rests")
    early = len(manager.heard())
    manager.now += 0.1
    supervisor.alive("rests")

    assert ({}, 1, 1) == (environment, early, len(manager.heard()))


@pytest.mark.parametrize(
    "watch", [{}, {"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}]
)
def test_where_nobody_watches_only_news_are_told(manager: Manager, watch: dict[str, str]) -> None:
    """No watchdog, another process's, or one that is no number."""
    supervisor = supervisor_from({"NOTIFY_SOCKET": manager.address} | watch, manager.clock)
    supervisor.alive("rests")
    manager.now += 100_000
    supervisor.alive("rests")

    assert 1 == len(manager.heard())


def test_a_watchdog_that_would_bite_a_slow_loop_is_told(manager: Manager) -> None:
    """With what it should be at least."""
    with capture_logs() as lines:
        supervisor_from(
            {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "30000000"}, manager.clock, timedelta(minutes=10)
        )

    assert [("watchdog_too_short", 30.0)] == [(line["event"], line["seconds"]) for line in lines]
    assert "WatchdogSec should be at least 600" in lines[0]["detail"]


@pytest.mark.parametrize("address", ["", "vsock:2:1", "@", "relative"])
def test_without_a_socket_of_that_kind_nobody_is_told(address: str) -> None:
    """A shell, a container's entry point, or a kind that came later than we."""
    assert isinstance(supervisor_from({"NOTIFY_SOCKET": address}, lambda: 0.0), Unsupervised)
