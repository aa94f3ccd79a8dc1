"""A main API's own tables (contract §9), and everything that they hold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text

from media_vm.rules.replacing import Place
from media_vm.rules.temp_urls import DEFAULT_COLUMNS, columns_named

COLUMNS = columns_named(DEFAULT_COLUMNS)
PROFILE, HEADER, ARTIST, PROMOTER, SITE = COLUMNS
KEYS = {column.table: ("id" if column is SITE else "user_id",) for column in COLUMNS}

_MARIADB = {"{auto}": "BIGINT AUTO_INCREMENT PRIMARY KEY", "{path}": "VARCHAR(255)"}
_SQLITE = {"{auto}": "INTEGER PRIMARY KEY AUTOINCREMENT", "{path}": "TEXT"}
# The seed's pending_images; the others as far as the contract tells.
SCHEMA = (
    "CREATE TABLE pending_images (id {auto}, user_id BIGINT NOT NULL, image_path {path} NOT NULL,"
    " original_name VARCHAR(255), mime_type VARCHAR(100), permanent_url VARCHAR(500), thumbnail_url VARCHAR(500),"
    " status {status} NOT NULL DEFAULT 'pending', created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,"
    " updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP{touch})",
    "CREATE TABLE user_profiles (user_id BIGINT PRIMARY KEY, bio VARCHAR(100), profile_image_path {path},"
    " header_image_path {path})",
    "CREATE TABLE artist_profiles (user_id BIGINT PRIMARY KEY, logo_path {path})",
    "CREATE TABLE promoter_profiles (user_id BIGINT PRIMARY KEY, logo_path {path})",
    "CREATE TABLE site_media (id {auto}, user_id BIGINT NOT NULL, media_path {path} NOT NULL)",
)
_STATUS = "ENUM('pending','processed','complete','failed')"


def make_tables(engine: Engine) -> None:
    """Empty ones; on MariaDB with its usual collation, which holds `A` for `a`."""
    is_sqlite = engine.dialect.name == "sqlite"
    words = _SQLITE if is_sqlite else _MARIADB
    words = {**words, "{status}": "TEXT" if is_sqlite else _STATUS}
    words["{touch}"] = "" if is_sqlite else " ON UPDATE CURRENT_TIMESTAMP"
    with engine.begin() as connection:
        for statement in SCHEMA:
            for word, meaning in words.items():
                statement = statement.replace(word, meaning)
            connection.execute(text(statement))


def snapshot(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every value of every table."""
    tables = ("pending_images", *KEYS)
    with engine.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]
            for table in tables
        }


def values(engine: Engine) -> dict[Place, str]:
    """What stands in the five columns, but NULL."""
    found: dict[Place, str] = {}
    with engine.connect() as connection:
        for column in COLUMNS:
            (key,) = KEYS[column.table]
            for row in connection.execute(text(f"SELECT {key}, {column.name} FROM {column.table}")):
                if row[1] is not None:
                    found[Place(column, ((key, row[0]),))] = row[1]
    return found


def statuses(engine: Engine) -> dict[int, str]:
    """Of every image."""
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text("SELECT id, status FROM pending_images"))}
