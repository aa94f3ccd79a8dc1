"""A MariaDB of the tests' own: its own data directory, socket and port, to be killed and restarted at will."""

from __future__ import annotations

import getpass
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pymysql  # type: ignore[import-untyped]

PATIENCE_SECONDS = 60.0
REMEDY = "the tests need MariaDB: apt-get install mariadb-server (as root), then make test"


@dataclass
class PrivateMariaDB:
    """One server process. Nobody else's data is near it."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        """Where local clients connect."""
        return self.folder / "mysqld.sock"

    def url(self, database: str, user: str = "root") -> str:
        """The SQLAlchemy URL of one database. user: with a password after a colon, if need be."""
        return f"mysql+pymysql://{user}@localhost/{database}?unix_socket={self.socket}"

    def start(self) -> None:
        """Start and wait until it answers."""
        options = {
            "user": getpass.getuser(),
            "datadir": self.folder / "data",
            "socket": self.socket,
            "port": self.port,
            "bind-address": "127.0.0.1",
            "tmpdir": self.folder,  # a server that starts deletes its likes' temporary tables
            "pid-file": self.folder / "pid",
            "log-error": self.folder / "error.log",
            "innodb-buffer-pool-size": "64M",
            "innodb-print-all-deadlocks": 1,
        }
        command = [
            _program("mariadbd"),
            "--no-defaults",
            *(f"--{name}={value}" for name, value in options.items()),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def kill(self) -> None:
        """kill -9: no shutdown, no flush."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """An orderly end."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)

    def execute(self, *statements: str) -> None:
        """As root, outside any database."""
        with pymysql.connect(unix_socket=str(self.socket), user="root", autocommit=True) as connection:
            for statement in statements:
                connection.cursor().execute(statement)

    def _wait(self) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(self.socket)) == 0:
                    return
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "error.log").read_text()
            assert time.monotonic() < ends, (self.folder / "error.log").read_text()
            time.sleep(0.05)


@contextmanager
def private_mariadb(folder: Path) -> Iterator[PrivateMariaDB]:
    """A fresh server until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            _program("mariadb-install-db"),
            "--no-defaults",
            f"--user={getpass.getuser()}",
            f"--datadir={folder / 'data'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        check=True,
        capture_output=True,
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = PrivateMariaDB(folder, port)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin")
    assert found is not None, REMEDY
    return found
