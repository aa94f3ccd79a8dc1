"""`media-vm backup` and `media-vm restore`: argument parsing and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from media_vm.cli_problems import disk_told, problems_told, told_settings
from media_vm.rules.retention import DUMPS_KEPT

Kept = Annotated[int, typer.Option("--keep", help="How many dumps of the database stay, the last ones.", min=1)]


def backup(
    folder: Annotated[Path, typer.Argument(help="Where to; only new files are copied again.")],
    keep: Kept = DUMPS_KEPT,
    prune: Annotated[
        bool, typer.Option("--prune", help="Back nothing up; remove from the folder what no kept dump names.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Prune; without it what would go is told.")] = False,
) -> None:
    """Copy the files and the database while everything runs."""
    from media_vm.adapters.backup import back_up

    if yes and not prune:
        raise typer.BadParameter("a backup needs no --yes; --prune does", param_hint="--yes")
    with problems_told(), disk_told():
        settings = told_settings()
        if prune:
            _prune(settings.storage_dir, folder, keep, is_done=yes)
        else:
            typer.echo(back_up(settings.database_url, settings.storage_dir, folder, keep))


def restore(
    folder: Annotated[Path, typer.Argument(help="What `media-vm backup` wrote.", exists=True, file_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Replace the database; without it nothing is done.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Although somebody seems to be at work on it.")] = False,
    dump: Annotated[str | None, typer.Option("--dump", help="An older one, by its file's name.")] = None,
) -> None:
    """Put a backup in the place of the database, its files beside those that are there. Stop media VM first."""
    from media_vm.adapters.backup import restore as restore_all
    from media_vm.adapters.backup_folder import require_dump
    from media_vm.told import tell_lost

    with problems_told(), disk_told():
        settings = told_settings()
        at = require_dump(settings.database_url, folder, dump).at
        if not yes:
            typer.echo(f"the dump of {at:%Y-%m-%d %H:%M:%S} UTC in {folder} would replace the database; `--yes`")
            return
        typer.echo(restore_all(settings.database_url, settings.storage_dir, folder, dump, is_forced=force))
        typer.echo(tell_lost(at))


def _prune(storage: Path, folder: Path, keep: int, *, is_done: bool) -> None:
    from media_vm.adapters.pruning import prune
    from media_vm.told_removal import tell_pruned

    sizes = []
    for one in prune(storage, folder, keep, is_done=is_done):
        sizes.append(one.bytes)
        typer.echo(f"{one.path}: {one.bytes} bytes")
    typer.echo(tell_pruned(sizes, keep, is_done=is_done))
