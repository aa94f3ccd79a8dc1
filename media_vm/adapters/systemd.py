"""systemd as supervisor: lines in a datagram to the socket that it names (sd_notify(3)).

Its variables leave the environment, so that no process of ours speaks in the worker's name.
"""

from __future__ import annotations

import faulthandler
import os
import socket
from collections.abc import Callable, MutableMapping
from datetime import timedelta

import structlog

from media_vm.supervision import Supervisor, Unsupervised

log = structlog.get_logger()

FEEDS_A_WATCHDOG = 4  # sd_watchdog_enabled(3) advises two; three may be lost
LEAST = timedelta(seconds=1)  # between two lines: the loop comes round more often than anybody reads
LONGEST_MICROSECONDS = 10**15  # thirty years: beyond it a timedelta has no room
SEND_SECONDS = 1.0  # a manager that does not read must not hold the worker up


class Systemd:
    """The `Supervisor` port. watchdog: how long it bears silence, None where it does not watch. clock: monotonic
    seconds."""

    def __init__(self, address: str, watchdog: timedelta | None, clock: Callable[[], float]) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._feed_every = watchdog / FEEDS_A_WATCHDOG if watchdog else timedelta.max
        self._clock = clock
        self._told, self._told_at, self._is_heard = "", float("-inf"), True

    def ready(self) -> None:
        """READY=1: `systemctl start` comes back, and what is ordered after us starts."""
        self._send("READY=1", "STATUS=ready")

    def alive(self, doing: str) -> None:
        """WATCHDOG=1, four times as often as systemd wants it, or when there is something new to tell."""
        silent = self._clock() - self._told_at
        wait = LEAST if doing != self._told else max(LEAST, self._feed_every)
        if silent >= wait.total_seconds():
            self._told, self._told_at = doing, self._clock()
            self._send("WATCHDOG=1", f"STATUS={doing}")

    def stopping(self, doing: str) -> None:
        """STOPPING=1: whatever follows is the way out."""
        self._send("STOPPING=1", f"STATUS={doing}")

    def _send(self, *lines: str) -> None:
        message = "\n".join(line.replace("\n", " ") for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
                way.settimeout(SEND_SECONDS)
                way.sendto(message.encode(), self._address)
        except OSError as error:
            if self._is_heard:
                log.warning("supervisor_unreachable", detail=error.strerror or str(error))
            self._is_heard = False
        else:
            self._is_heard = True


def supervisor_from(
    environment: MutableMapping[str, str], clock: Callable[[], float], slowest: timedelta = timedelta(0)
) -> Supervisor:
    """systemd if it started this very process and wants to hear of it; its variables are taken out.

    slowest: how long one turn of the loop may take although nothing hangs.
    """
    address = environment.pop("NOTIFY_SOCKET", "")
    watchdog = _watchdog(environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", ""))
    if not address:
        return Unsupervised()
    if not address.startswith(("/", "@")) or len(address) < 2:
        log.warning(
            "supervisor_not_understood", detail="NOTIFY_SOCKET names neither a path nor an abstract socket"
        )
        return Unsupervised()
    if watchdog:
        faulthandler.enable()  # a watchdog's SIGABRT tells where every thread was: lines of code, no values
        if watchdog < slowest:
            advice = f"the unit's WatchdogSec should be at least {slowest.total_seconds():.0f}"
            log.warning("watchdog_too_short", seconds=watchdog.total_seconds(), detail=advice)
    return Systemd(address, watchdog, clock)


def _watchdog(microseconds: str, process: str) -> timedelta | None:
    """None where nobody watches, or watches another process."""
    is_ours = microseconds.isascii() and microseconds.isdigit() and process in ("", str(os.getpid()))
    return (timedelta(microseconds=min(int(microseconds[:18]), LONGEST_MICROSECONDS)) or None) if is_ours else None
