"""A right that a user of the database lacks: what the server said of it, and whose turn it is."""

from __future__ import annotations

import re

OURS = "DATABASE_URL"
DENIED = frozenset({1044, 1142, 1143, 1227})
"""The server's codes: no right to a database, a table, a column; one that is an administrator's."""
_OWNERS = re.compile(r"\b(CREATE|ALTER|DROP|INDEX|REFERENCES|LOCK TABLES)\b[A-Z ,]* command denied")


def remedy_of_denial(words: str, variable: str, place: str = "") -> str:
    """words: the server's. variable: the setting that says who we are. place: which database, where that helps."""
    who = f"{variable} ({place})" if place else variable
    if variable == OURS and _OWNERS.search(words):
        return (
            f"the user of {who} may not change tables: run this command with the URL of their owner as {OURS} "
            "(media_vm_owner in deploy/sql/media_vm_users.sql)"
        )
    return f"grant that right to the user of {who}, or name one who has it"
