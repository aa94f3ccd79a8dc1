"""Both sides of a replacement in the main API's tables (contract §9): temp paths, and the URLs after them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from media_vm.rules.temp_names import is_safe_temp_path

TEMP_PREFIX: Final = "/temp_images/"
PENDING: Final = "pending_images"
LARGEST_ID: Final = 2**63 - 1  # the database's BIGINT
DEFAULT_COLUMNS: Final = (
    "user_profiles.profile_image_path",
    "user_profiles.header_image_path",
    "artist_profiles.logo_path",
    "promoter_profiles.logo_path",
    "site_media.media_path",
)
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,63}", re.ASCII | re.IGNORECASE)
_ID = "[1-9][0-9]{0,18}"
_PERMANENT = re.compile(
    rf"https?://[^/?#]+(?:/[^?#]*)?(?:/serve/({_ID})|/api/images/({_ID})(?:\?[^#]*)?)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds temp paths and URLs; both names are plain identifiers."""

    table: str
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


def columns_named(names: Iterable[str]) -> tuple[Column, ...]:
    """`table.column` each, nothing twice. ValueError with the expected form: names go into SQL, so only plain
    identifiers do, and never the table that the temp paths are looked up in."""
    columns = tuple(dict.fromkeys(_column(name) for name in names))
    if not columns:
        raise ValueError("it should name at least one table.column")
    return columns


def is_identifier(text: str) -> bool:
    """A letter or `_`, then letters, digits and `_`, at most 64 together."""
    return _IDENTIFIER.fullmatch(text) is not None


def is_temp_path(path: str) -> bool:
    """A plain path below `/temp_images/`. ASCII alone: then bytes are the same in every character set."""
    return path.startswith(TEMP_PREFIX) and path != TEMP_PREFIX and path.isascii() and is_safe_temp_path(path)


def media_id_of(permanent_url: str) -> int | None:
    """Contract §9: digits, or a URL ending in `/serve/{id}` or `/api/images/{id}[?…]`; None for anything else."""
    if re.fullmatch(_ID, permanent_url):
        return _bounded(permanent_url)
    is_plain = permanent_url.isascii() and permanent_url.isprintable() and " " not in permanent_url
    found = _PERMANENT.fullmatch(permanent_url) if is_plain else None
    return _bounded(found[1] or found[2]) if found else None


def permanent_url_of(base_url: str, media_id: int) -> str:
    """`{SMART_MEDIA_BASE_URL}/{media_id}?size=detail`."""
    return f"{base_url}/{media_id}?size=detail"


def longest_url(base_url: str) -> int:
    """Characters that a column must hold."""
    return len(permanent_url_of(base_url, LARGEST_ID))


def _column(name: str) -> Column:
    table, _, column = name.partition(".")
    if not (is_identifier(table) and is_identifier(column)):
        raise ValueError("each should be table.column, in letters, digits and _")
    if table.lower() == PENDING:
        raise ValueError(f"{PENDING} is where temp paths are looked up; it is never replaced in")
    return Column(table, column)


def _bounded(digits: str) -> int | None:
    number = int(digits)
    return number if number <= LARGEST_ID else None
