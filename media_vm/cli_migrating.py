"""`media-vm migrate`: argument parsing and nothing else."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from media_vm.cli_problems import PROBLEM, problems_told, told_settings


def migrate(
    check: Annotated[bool, typer.Option("--check", help="Say what would be done, and change nothing.")] = False,
    take_over: Annotated[
        bool,
        typer.Option(
            "--take-over", help="Of a running system, which is stopped and backed up: take its tables over."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Bring the database to this version's tables; safe to run again. A running system's wants --take-over."""
    from media_vm.adapters.engine import migrate as migrate_database
    from media_vm.adapters.seed_preview import migration_of
    from media_vm.told_migrating import migration_json, tell_migrated, tell_migration

    with problems_told(as_json=as_json):
        settings = told_settings()
        found = migration_of(settings.database_url)
        if not check:
            is_default = "database_url" not in settings.model_fields_set
            migrate_database(settings.database_url, may_make_folder=is_default, may_take_over=take_over)
        if as_json:
            typer.echo(json.dumps(migration_json(found) | {"is_dry_run": check}, indent=1))
        else:
            typer.echo((tell_migration if check else tell_migrated)(found))
        if check and found.is_needed:
            raise typer.Exit(PROBLEM)
