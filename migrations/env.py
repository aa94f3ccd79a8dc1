"""Runs the revisions on the database that `media-vm migrate` names."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from media_vm.adapters import tables
from media_vm.adapters.engine import open_engine

assert tables.MediaFile.__tablename__, "importing the tables fills SQLModel's metadata"

engine = open_engine(context.config.attributes["url"], connections=1)
with engine.connect() as connection:
    context.configure(connection, target_metadata=SQLModel.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
