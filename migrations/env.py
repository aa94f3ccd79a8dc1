"""Runs the revisions on the database that `media-vm migrate` names, one migrate at a time."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from media_vm.adapters import ai_tables, tables
from media_vm.adapters.engine import REVISION_SECONDS, is_newer, open_engine
from media_vm.adapters.migrating import alone
from media_vm.adapters.server_versions import require_supported
from media_vm.adapters.transactions import translated
from migrations.seed_tables import set_aside

assert tables.MediaFile.__tablename__, "importing the tables fills SQLModel's metadata"
assert ai_tables.MediaAIUsage.__tablename__, "so do these"

engine = open_engine(context.config.attributes["url"], connections=1, patience=REVISION_SECONDS)
try:
    with translated(), alone(engine) as connection:
        require_supported(connection)
        set_aside(connection, may_take_over=context.config.attributes.get("may_take_over", False))
        context.configure(connection, target_metadata=SQLModel.metadata, transaction_per_migration=True)
        if not is_newer(context.get_context().get_current_revision()):
            with context.begin_transaction():
                context.run_migrations()
finally:
    engine.dispose()
