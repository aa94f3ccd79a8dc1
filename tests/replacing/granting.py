"""The user of `media-vm replace-urls`, made by deploy/sql/replace_urls_user.sql as an administrator would."""

from __future__ import annotations

from pathlib import Path

from tests.mariadb import PrivateMariaDB

GRANTS = Path(__file__).parents[2] / "deploy" / "sql" / "replace_urls_user.sql"


def grant(server: PrivateMariaDB, database: str, password: str, user: str = "media_vm_urls") -> str:
    """The URL of this database as its new user; whoever had the name before is gone."""
    sql = "\n".join(line for line in GRANTS.read_text().splitlines() if not line.startswith("--"))
    sql = sql.replace("festival.", f"{database}.").replace("a-long-password", password)
    server.execute(f"DROP USER IF EXISTS '{user}'@'localhost'")
    server.execute(*(one for one in sql.replace("media_vm_urls", user).split(";") if one.strip()))
    return server.url(database, f"{user}:{password}")
