"""What a revision asks before its one statement: a migrate that was killed may have done it already.

MariaDB and MySQL commit every DDL statement by itself, so a table can be there before its revision is noted.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect


def lacks_table(table: str) -> bool:
    """Is the table still to be made?"""
    return not inspect(op.get_bind()).has_table(table)


def lacks_column(table: str, column: str) -> bool:
    """Is the column still to be added?"""
    return column not in {one["name"] for one in inspect(op.get_bind()).get_columns(table)}


def lacks_index(table: str, index: str) -> bool:
    """Is the index still to be made?"""
    return index not in {one["name"] for one in inspect(op.get_bind()).get_indexes(table)}
