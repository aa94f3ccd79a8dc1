"""`media-vm delete` and `media-vm gc`: argument parsing and nothing else."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from media_vm.cli_problems import PROBLEM, disk_told, problems_told, told_engine, told_settings

LARGEST_ID = 2**63 - 1  # the database's BIGINT
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without it nothing is changed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def delete(
    media_ids: Annotated[
        list[int], typer.Argument(help="Our media ids, as in /serve/{media_id}.", min=1, max=LARGEST_ID)
    ],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete pictures for good: 410 at once, files and all that is known of them soon; a dry run without --yes."""
    from functools import partial

    from media_vm.adapters.deleting import delete_media
    from media_vm.adapters.deletion_preview import preview
    from media_vm.adapters.machine_status import workers_heard_of
    from media_vm.adapters.transactions import transact
    from media_vm.told_removal import tell_deletions

    with problems_told(as_json=as_json), told_engine(told_settings()) as engine:
        stories = preview(engine, media_ids)
        known = [int(str(story["media_id"])) for story in stories if "error" not in story]
        for media_id in known if yes else ():
            transact(engine, partial(delete_media, media_id))
        stories = preview(engine, media_ids) if yes and as_json else stories
        is_worked_on = any(one["is_alive"] for one in workers_heard_of(engine))
        told = {"dry_run": not yes, "media": stories, "worker_alive": is_worked_on}
        person = tell_deletions(stories, is_asked=yes, is_worked_on=is_worked_on)
        typer.echo(json.dumps(told, indent=1) if as_json else person)
        if len(known) < len(stories):
            raise typer.Exit(PROBLEM)


def gc(yes: Yes = False, as_json: AsJson = False) -> None:
    """Remove what nobody needs any longer, by MEDIA_VM_RETENTION_DAYS; a dry run without --yes."""
    from media_vm.adapters.expiries import DatabaseExpiries
    from media_vm.build_upkeep import build_keeper
    from media_vm.retention import Sweep
    from media_vm.told_removal import goings_json, tell_going, tell_goings

    with problems_told(as_json=as_json), disk_told(), told_engine(settings := told_settings()) as engine:
        expiries = DatabaseExpiries(engine, settings.retention)
        with build_keeper(settings, lambda _: False) as keeper:
            sweep = Sweep(keeper, expiries, settings.retention, yes, lambda number: _say(f"{number} found"))
            found = []
            for one in sweep.goings():
                found.append(one)
                if not as_json:
                    typer.echo(tell_going(one))
        typer.echo((goings_json if as_json else tell_goings)(found, settings.retention, is_done=yes))


def _say(progress: str) -> None:
    typer.echo(f"media-vm gc: {progress}", err=True)
