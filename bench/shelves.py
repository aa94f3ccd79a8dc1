"""Databases with very many media in them, filled by the server itself, and one process of serve before each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from sqlalchemy import text

from bench.comparison import NotMeasured
from bench.memory import resident_megabytes
from bench.stage import ONE_PROCESS
from examples.demo.addresses import choose_addresses
from examples.demo.processes import Processes
from examples.demo.programs import Surroundings, wait_for
from media_vm.adapters.engine import migrations_config, open_engine
from media_vm.rules.pictures import Format, Size
from tests.mariadb import PrivateMariaDB

FORMATS = (Format.AVIF, Format.WEBP, Format.JPEG)
VARIANTS_EACH = len(Size) * len(FORMATS)
FILE = "library/user_1/product/img/1-abstract-sunset-oil-detail-0123abcd.avif"  # one for all
FILE_BYTES = 2_000
AT_ONCE = 10_000  # media in one transaction
BUFFER_POOL_BYTES = 2_000_000_000  # holds all rows, as a server is given memory for what it holds

_MEDIA = """
    INSERT INTO media_files (id, user_id, data_type, original_name, mime_type, status, created_at, updated_at,
                             source, image_path, width, height)
    SELECT 2 * seq, seq MOD 1000 + 1, 'product', 'abstract sunset oil.jpg', 'image/jpeg', 'completed',
           '2025-01-01', '2025-01-01', 'main_api', '/temp_images/products/1-product-1.jpg', 2400, 1600
    FROM seq_{first}_to_{last}
"""
_VARIANTS = """
    INSERT INTO media_variants (media_id, size, format, bg, width, height, bytes, sha256, path)
    SELECT 2 * media.seq, sizes.size, formats.format, 'original', 600, 400, {bytes},
           SHA2(CONCAT(media.seq, sizes.size, formats.format), 256), '{path}'
    FROM seq_{first}_to_{last} AS media STRAIGHT_JOIN ({sizes}) AS sizes STRAIGHT_JOIN ({formats}) AS formats
"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A running serve. media: how many there are; their ids are the even ones, so that each odd one is a gap."""

    port: int
    media: int
    pid: int

    @property
    def resident_megabytes(self) -> float:
        """Of the process that answers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return max(resident_megabytes(child) for child in children)


@contextmanager
def shelf(server: PrivateMariaDB, folder: Path, media: int) -> Iterator[Shelf]:
    """A database of its own with so many media, and serve on it. ProcessEnded."""
    database = f"of_{media}"
    server.execute(
        f"CREATE DATABASE {database} CHARACTER SET utf8mb4",
        f"SET GLOBAL innodb_buffer_pool_size = {BUFFER_POOL_BYTES}",
    )
    _fill(server.url(database), media)
    file = folder / "storage" / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(os.urandom(FILE_BYTES))
    addresses = choose_addresses(lambda _: None)
    settings = {**ONE_PROCESS, "DATABASE_URL": server.url(database)}
    surroundings = Surroundings(folder, addresses, settings)
    with closing(Processes(folder)) as processes:
        process = processes.start(surroundings.program(f"serve_{media}", "serve"))
        wait_for(f"{addresses.serve}/readyz", processes)
        yield Shelf(addresses.serve_port, media, process.pid)


def _fill(url: str, media: int) -> None:
    command.upgrade(migrations_config(url), "head")
    words = {
        "bytes": FILE_BYTES,
        "path": FILE,
        "sizes": _union("size", Size),
        "formats": _union("format", FORMATS),
    }
    engine = open_engine(url)
    try:
        for first in range(1, media + 1, AT_ONCE):
            chunk = words | {"first": first, "last": min(first + AT_ONCE - 1, media)}
            with engine.begin() as connection:
                for statement in (_MEDIA, _VARIANTS):
                    connection.execute(text(statement.format(**chunk)))
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT COUNT(*) FROM media_variants")).scalar_one()
            connection.execute(text("ANALYZE TABLE media_files, media_variants"))
    finally:
        engine.dispose()
    if rows != media * VARIANTS_EACH:
        raise NotMeasured(f"{rows:,} variants of {media:,} media")


def _union(name: str, words: Iterable[str]) -> str:
    return " UNION ALL ".join(f"SELECT '{word}' AS {name}" for word in words)
