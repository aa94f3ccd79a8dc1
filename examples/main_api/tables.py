"""The example's own tables: those that cron's script knows too, and four of ours."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Column,
    Enum,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.schema import SchemaItem

METADATA = MetaData()
# Bytes are compared, as SQLite does: two keys or paths that differ in a capital are two.
_ON_SERVERS: dict[str, Any] = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}
_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up INTEGER alone
_COUNTED = {"pending_images", "site_media", "media_calls"}  # an id is never given out twice
_PATH, _URL, _MEDIA_ID = String(500), String(500), String(19)
_JSON = Text(2**24 - 1)


def _table(name: str, *columns: SchemaItem) -> None:
    Table(name, METADATA, *columns, sqlite_autoincrement=name in _COUNTED, **_ON_SERVERS)


def _count() -> Column[Any]:
    return Column("id", _ID, primary_key=True, autoincrement=True)


def _user() -> Column[Any]:
    return Column("user_id", BigInteger, primary_key=True, autoincrement=False)


def _now(name: str) -> Column[Any]:
    return Column(name, TIMESTAMP, nullable=False, server_default=text("CURRENT_TIMESTAMP"))


# What media VM works off. permanent_url and thumbnail_url hold the media id once it is done.
_table(
    "pending_images",
    _count(),
    Column("user_id", BigInteger, nullable=False),
    Column("image_path", _PATH, nullable=False, unique=True),
    Column("original_name", String(255)),
    Column("mime_type", String(100)),
    Column("permanent_url", _URL),
    Column("thumbnail_url", _URL),
    Column(
        "status",
        Enum("pending", "processed", "complete", "failed", name="status", create_constraint=True),
        nullable=False,
        server_default="pending",
    ),
    _now("created_at"),
    _now("updated_at"),
    Index("pending_images_status", "status", "id"),
)

# Where an uploaded picture is used. scripts/replace_temp_urls.py turns the temp paths here into URLs.
_table("user_profiles", _user(), Column("profile_image_path", _PATH), Column("header_image_path", _PATH))
_table("artist_profiles", _user(), Column("logo_path", _PATH))
_table("promoter_profiles", _user(), Column("logo_path", _PATH))
_table(
    "site_media",
    _count(),
    Column("user_id", BigInteger, nullable=False),
    Column("media_path", _PATH, nullable=False),
)

# What media VM told us of a picture: its last callback, and its analysis as fetched since then.
_table(
    "media_details",
    Column("media_id", _MEDIA_ID, primary_key=True),
    Column("callback", _JSON, nullable=False),
    Column("analysis", _JSON),
)

# Bytes of each format at gallery size, by Content-Type; and why an image could not be used, as a sentence.
_table("media_weights", Column("media_id", _MEDIA_ID, primary_key=True), Column("weights", _JSON, nullable=False))
_table(
    "media_failures",
    Column("pending_image_id", BigInteger, primary_key=True, autoincrement=False),
    Column("failure", Text, nullable=False),
)

# Every complete and cleanup call. The first row of a key holds the answer that its repeats get again.
_table(
    "media_calls",
    _count(),
    Column("method", String(10), nullable=False),
    Column("pending_image_id", BigInteger, nullable=False),
    Column("idempotency_key", String(255)),
    Column("request_id", String(255)),
    Column("body_sha256", String(64), nullable=False),
    Column("status_code", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    _now("created_at"),
    Index("media_calls_key", "idempotency_key", "id"),
)
