"""Which databases media VM runs on (contract §9), said at the start rather than by the first odd query."""

from __future__ import annotations

from sqlalchemy import Connection

from media_vm.errors import NotMigrated

OLDEST = {"MariaDB": (10, 6), "MySQL": (8, 0, 1), "SQLite": (3, 35)}


def require_supported(connection: Connection) -> None:
    """NotMigrated with a sentence that names both versions, if the server is too old."""
    dialect = connection.dialect
    is_mariadb = bool(getattr(dialect, "is_mariadb", False))
    product = "SQLite" if dialect.name == "sqlite" else "MariaDB" if is_mariadb else "MySQL"
    found = getattr(dialect, "server_version_info", None) or ()
    if problem := too_old(product, tuple(part for part in found if isinstance(part, int))):
        raise NotMigrated(problem)


def too_old(product: str, found: tuple[int, ...]) -> str | None:
    """What to do about this version; None if it will do."""
    oldest = OLDEST[product]
    if found >= oldest:
        return None
    needed = f"{product} {_dotted(oldest)} or newer"
    return f"the database is {product} {_dotted(found)}, media VM needs {needed}: upgrade it"


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version)) or "of unknown version"
