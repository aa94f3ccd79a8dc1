"""What the user of `replace-urls` has to be able to do in the main API's database, and what it can do beyond that.

Grants are read as `SHOW GRANTS` words them: no table of information_schema knows of rights that a role brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from media_vm.rules.temp_urls import PENDING, Column

READ: Final = ("id", "image_path", "permanent_url", "status", "updated_at")
WRITTEN: Final = ("status", "updated_at")
REMEDY: Final = "grant it as deploy/sql/replace_urls_user.sql does, or correct MEDIA_VM_REPLACE_COLUMNS"

_NAME = r"(?:`(?:[^`]|``)*`|\*)"
_GRANT = re.compile(
    rf"GRANT (?P<rights>.+?) ON (?:TABLE )?(?P<base>{_NAME})\.(?P<table>{_NAME}) TO (?P<rest>.*)", re.DOTALL
)
_RIGHT = re.compile(r"(?P<right>[A-Z_]+(?: [A-Z_]+)*)(?: ?\((?P<columns>(?:`(?:[^`]|``)*`|[^`)])*)\))?")
_COLUMN = re.compile(r"`((?:[^`]|``)*)`|([^`,\s]+)")

Right = tuple[str, str, str]
"""SELECT or UPDATE, a table, a column; names in lower case."""


def read_by(columns: Sequence[Column]) -> list[Column]:
    """Those that are read, beside primary keys. columns: in which temp paths are looked for."""
    return [*(Column(PENDING, name) for name in READ), *columns]


def written_by(columns: Sequence[Column]) -> list[Column]:
    """Those that are written."""
    return [*(Column(PENDING, name) for name in WRITTEN), *columns]


def needed(columns: Sequence[Column], keys: Mapping[str, Iterable[str]]) -> frozenset[Right]:
    """All that it takes. keys: each table's primary key."""
    of_keys = [Column(table, name) for table, names in keys.items() for name in names]
    read = {("SELECT", one.table.lower(), one.name.lower()) for one in (*read_by(columns), *of_keys)}
    return frozenset(read | {("UPDATE", one.table.lower(), one.name.lower()) for one in written_by(columns)})


def beyond(grants: Iterable[str], database: str, enough: frozenset[Right]) -> list[str]:
    """What these grants allow that is not needed, as `DELETE on festival.site_media`. Never a word after a grant's
    TO, where a password's hash may stand. database: the main API's."""
    return [told for line in grants if line.startswith("GRANT ") for told in _beyond(line, database, enough)]


def _beyond(line: str, database: str, enough: frozenset[Right]) -> Iterator[str]:
    grant = _GRANT.match(line)
    if grant is None:  # a role, or to be somebody else (PROXY)
        yield line.removeprefix("GRANT ").partition(" TO ")[0].replace("`", "")
        return
    base, table = _plain(grant["base"]), _plain(grant["table"])
    is_column_wise = base.lower() == database.lower()
    for one in _RIGHT.finditer(grant["rights"]):
        right = one["right"]
        names = [_plain(name) or bare for name, bare in _COLUMN.findall(one["columns"] or "")]
        if is_column_wise and names:
            names = [name for name in names if (right, table.lower(), name.lower()) not in enough]
            if not names:
                continue
        if right != "USAGE":
            of_columns = f" ({', '.join(names)})" if names else ""
            yield f"{right}{of_columns} on {base}.{table}"
    if grant["rest"].endswith("WITH GRANT OPTION"):
        yield f"GRANT OPTION on {base}.{table}"


def _plain(name: str) -> str:
    return name.removeprefix("`").removesuffix("`").replace("``", "`")
