"""A real worker, and a systemd that is played by the test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.integration.databases import sqlite_engine

PATIENCE_SECONDS = 60.0
NOBODY = "http://127.0.0.1:9"


def test_a_worker_says_that_it_is_ready_lives_and_stops(tmp_path: Path) -> None:
    """READY=1 once its children were tried, WATCHDOG=1 by its loop, STOPPING=1 at SIGTERM, in this order."""
    engine = sqlite_engine(tmp_path)
    ours = {
        "DATABASE_URL": str(engine.url),
        "MEDIA_VM_STORAGE_DIR": str(tmp_path / "storage"),
        "MAIN_API_URL": NOBODY,
        "MAIN_API_KEY": "a-key-of-the-tests",
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": "4000000",
        "MEDIA_VM_STEP_SECONDS": "2",
    }
    (tmp_path / "storage").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(ours["NOTIFY_SOCKET"])
        manager.settimeout(PATIENCE_SECONDS)
        worker = subprocess.Popen([sys.executable, "-m", "media_vm", "worker"], env=os.environ | ours)
        try:
            told = [_verb(manager) for _ in range(3)]
            worker.send_signal(signal.SIGTERM)
            while (verb := _verb(manager)) == "WATCHDOG=1":
                told.append(verb)
            code = worker.wait(PATIENCE_SECONDS)
        finally:
            worker.kill()
            worker.wait()

    assert ["READY=1", "WATCHDOG=1", "WATCHDOG=1"] == told[:3]
    assert ("STOPPING=1", 0) == (verb, code)


def _verb(manager: socket.socket) -> str:
    return manager.recv(4096).decode().partition("\n")[0]
