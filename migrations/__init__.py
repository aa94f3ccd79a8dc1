"""Alembic migrations; `media-vm migrate` runs them."""
