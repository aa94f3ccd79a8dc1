"""Column types as the revisions wrote them: they stay as they are when the code's own types move on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
JSON = sa.JSON(none_as_null=True)
TABLE: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}
NEVER_REUSED: dict[str, Any] = {"sqlite_autoincrement": True}
# Beside each column that was added to the seed's tables: an INSERT that does not name it still works.
NOUGHT = sa.text("0")
