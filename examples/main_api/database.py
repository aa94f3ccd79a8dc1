"""The example's own SQLite database: the tables that cron's script knows too, and four of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

SCHEMA = """
-- What media VM works off. permanent_url and thumbnail_url hold the media id once it is done.
CREATE TABLE IF NOT EXISTS pending_images (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id        INTEGER NOT NULL,
    image_path     TEXT NOT NULL UNIQUE,
    original_name  TEXT,
    mime_type      TEXT,
    permanent_url  TEXT,
    thumbnail_url  TEXT,
    status         TEXT NOT NULL DEFAULT 'pending'
                   CHECK (status IN ('pending', 'processed', 'complete', 'failed')),
    created_at     TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at     TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX IF NOT EXISTS pending_images_status ON pending_images (status, id);

-- Where an uploaded picture is used. scripts/replace_temp_urls.py turns the temp paths here into URLs.
CREATE TABLE IF NOT EXISTS user_profiles (
    user_id INTEGER PRIMARY KEY, profile_image_path TEXT, header_image_path TEXT
);
CREATE TABLE IF NOT EXISTS artist_profiles (user_id INTEGER PRIMARY KEY, logo_path TEXT);
CREATE TABLE IF NOT EXISTS promoter_profiles (user_id INTEGER PRIMARY KEY, logo_path TEXT);
CREATE TABLE IF NOT EXISTS site_media (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL, media_path TEXT NOT NULL
);

-- What media VM told us of a picture: its last callback, and its analysis as fetched since then.
CREATE TABLE IF NOT EXISTS media_details (
    media_id TEXT PRIMARY KEY, callback TEXT NOT NULL, analysis TEXT
);

-- Bytes of each format at gallery size, by Content-Type; and why an image could not be used, as a sentence.
CREATE TABLE IF NOT EXISTS media_weights (media_id TEXT PRIMARY KEY, weights TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS media_failures (pending_image_id INTEGER PRIMARY KEY, failure TEXT NOT NULL);

-- Every complete and cleanup call. The first row of a key holds the answer that its repeats get again.
CREATE TABLE IF NOT EXISTS media_calls (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    method           TEXT NOT NULL,
    pending_image_id INTEGER NOT NULL,
    idempotency_key  TEXT,
    request_id       TEXT,
    body_sha256      TEXT NOT NULL,
    status_code      INTEGER NOT NULL,
    answer           TEXT NOT NULL,
    created_at       TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX IF NOT EXISTS media_calls_key ON media_calls (idempotency_key, id);
"""


class Database:
    """One SQLite file; every transaction has a connection of its own, so threads never share one."""

    def __init__(self, path: Path) -> None:
        """Open or create the file and its tables."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one writer at a time: what was read inside is still true when it is written."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """For reading: one consistent moment, waiting for no writer."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN")
            yield connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        connection.row_factory = sqlite3.Row
        return connection
