"""What `media-vm migrate` would do to a database, and what becomes of the seed's own tables in it."""

from __future__ import annotations

from dataclasses import dataclass

from alembic.migration import MigrationContext
from sqlalchemy import make_url

from media_vm.adapters.engine import is_newer, newest_revision, open_engine, place_of, sqlite_file
from media_vm.adapters.transactions import translated
from migrations.seed_copy import Copied, preview
from migrations.seed_tables import are_live

COPIED_BY = "0094"  # the revision that copies the first of the seed's tables


@dataclass(frozen=True, slots=True)
class Migration:
    """From which revision to which. seed: what is, or was, copied of a seed's database; None: it is none.
    needs_take_over: its tables are where the system before ours has them, and are taken only when that is said."""

    revision: str | None
    newest: str | None
    seed: Copied | None
    needs_take_over: bool = False

    @property
    def is_needed(self) -> bool:
        """Is there anything to do?"""
        return self.revision is None or (self.newest is not None and self.revision < self.newest)

    @property
    def is_newer(self) -> bool:
        """Are the tables a later version's?"""
        return is_newer(self.revision)

    @property
    def copies_seed(self) -> bool:
        """Are the seed's rows still to be copied?"""
        return self.seed is not None and (self.revision is None or self.revision < COPIED_BY)


def migration_of(url: str) -> Migration:
    """Nothing is written, and no database brought into the world. DatabaseDown."""
    where, newest = make_url(url), newest_revision()
    if (file := sqlite_file(where)) and not file.exists():
        return Migration(None, newest, None)
    engine = open_engine(url, connections=1)
    try:
        with translated(place_of(where)), engine.connect().execution_options(reading=True) as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            return Migration(revision, newest, preview(connection), are_live(connection))
    finally:
        engine.dispose()
