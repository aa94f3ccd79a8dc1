"""The whole database in one file and back, taken while others write."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, make_url, text

from media_vm.adapters.denials import OURS, remedy_of_denial
from media_vm.adapters.engine import open_engine
from media_vm.errors import DatabaseDown, Misconfigured

SKIPPED_IDS = 100_000
IDS_COUNT_FROM = datetime(2020, 1, 1, tzinfo=UTC)
DUMP = ("mariadb-dump", "mysqldump")
CLIENT = ("mariadb", "mysql")


def dump_database(url: str, into: Path) -> None:
    """One consistent moment of the database, into a new file. DatabaseDown, Misconfigured (no client program)."""
    where = make_url(url)
    into.unlink(missing_ok=True)
    if where.get_backend_name() == "sqlite":
        _copy_sqlite(where, into)
    else:
        # One transaction: nobody is locked out, and nothing that is written meanwhile is in it.
        options = (
            "--single-transaction",
            "--skip-lock-tables",
            "--no-tablespaces",
            "--comments",
            f"--result-file={into}",
        )
        _run(where, DUMP, *options, where.database or "")
    with into.open("rb") as file:
        os.fsync(file.fileno())


def load_database(url: str, dump: Path) -> None:
    """Put a dump in the place of whatever the database holds; no media VM may be running meanwhile.
    DatabaseDown, Misconfigured."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        _replace_sqlite(where, dump)
    else:
        with dump.open("rb") as statements:
            _run(where, CLIENT, where.database or "", stdin=statements.fileno())
    _skip_ids(url, datetime.now(UTC))


def _copy_sqlite(where: URL, into: Path) -> None:
    """VACUUM INTO reads one snapshot; a plain copy of the file would miss its write-ahead log."""
    if not Path(where.database or "").is_file():
        raise DatabaseDown(f"there is no database at {Path(where.database or '').absolute()}: check DATABASE_URL")
    with closing(sqlite3.connect(where.database or "", timeout=60)) as connection:
        connection.execute("VACUUM INTO ?", (str(into),))


def _replace_sqlite(where: URL, dump: Path) -> None:
    place = Path(where.database or "")
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_name(f".tmp-{place.name}")
    shutil.copyfile(dump, half)
    for log in ("-wal", "-shm"):  # an old log would be replayed into the new file
        place.with_name(place.name + log).unlink(missing_ok=True)
    half.replace(place)


def _skip_ids(url: str, now: datetime) -> None:
    """Media that came after the dump have given their ids out, and those after an earlier restore of the same dump
    too; no URL may ever show another picture. So ids go on from the clock's milliseconds, which a machine that
    takes in fewer than a thousand pictures a second cannot have reached. JavaScript holds them for 285,000 years.
    """
    engine = open_engine(url, connections=1)
    by_clock = int((now - IDS_COUNT_FROM).total_seconds() * 1000)
    with engine.begin() as connection:
        last = int(connection.scalar(text("SELECT COALESCE(MAX(id), 0) FROM media_files")) or 0)
        skipped = max(last + SKIPPED_IDS, by_clock)
        if engine.dialect.name == "sqlite":
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = 'media_files'"))
            go_on = text("INSERT INTO sqlite_sequence (name, seq) VALUES ('media_files', :skipped)")
            connection.execute(go_on, {"skipped": skipped})
        else:
            connection.execute(text(f"ALTER TABLE media_files AUTO_INCREMENT = {skipped + 1}"))
    engine.dispose()


def _run(where: URL, programs: tuple[str, ...], *arguments: str, stdin: int | None = None) -> None:
    program = next((found for name in programs if (found := shutil.which(name))), None)
    if program is None:
        raise Misconfigured("no_client", f"{programs[0]} is not installed; on Debian: mariadb-client")
    with _login(where) as file:
        command = [program, f"--defaults-extra-file={file}", "--default-character-set=utf8mb4", *arguments]
        ended = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode:
        last_line = "".join(ended.stderr.decode(errors="replace").strip().splitlines()[-1:])
        remedy = f": {remedy_of_denial(last_line, OURS)}" if " command denied " in last_line else ""
        raise DatabaseDown(f"{programs[0]} failed: {last_line}{remedy}")


@contextmanager
def _login(where: URL) -> Iterator[Path]:
    """Who we are, in a file that only we may read: a command line is everybody's."""
    lines = {
        "user": where.username,
        "password": where.password,
        "host": where.host,
        "port": where.port,
        "socket": where.query.get("unix_socket"),
    }
    with tempfile.TemporaryDirectory() as folder:  # made with mode 0700
        file = Path(folder) / "login.cnf"
        quoted = (f'{name}="{_quoted(str(value))}"' for name, value in lines.items() if value)
        file.write_text("\n".join(["[client]", *quoted]) + "\n")
        yield file


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
