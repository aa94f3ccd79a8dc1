"""`media-vm …`: argument parsing and nothing else. Exit codes: 0 fine, 1 problem found, 2 usage or settings."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import structlog
import typer

from media_vm.environment import SettingsProblem, read_settings, unknown_names
from media_vm.errors import DatabaseDown, Misconfigured, NotMigrated
from media_vm.settings import Settings

PROBLEM, USAGE = 1, 2

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


@app.callback()
def media_vm() -> None:
    """Turns a main API's pending uploads into stored, described, optimised pictures, and serves them."""
    from media_vm.logs import configure

    configure(sys.stderr)


@app.command()
def run() -> None:
    """Worker and serve together, for a small machine; either's end is the end of both."""
    from media_vm.together import run_together

    with _problems_told():
        _settings()
        raise typer.Exit(run_together())


@app.command()
def worker(
    once: Annotated[bool, typer.Option(help="Work off what is due, then exit.")] = False,
) -> None:
    """Turn pending images into variants until told to stop."""
    from media_vm.build import build_upkeep, build_world
    from media_vm.worker import work, work_once

    with _problems_told(), build_world(settings := _settings()) as world:
        if not once:
            work(world, build_upkeep(settings, world))
        elif waiting := work_once(world):
            typer.echo(f"media-vm worker: {waiting}", err=True)
            raise typer.Exit(PROBLEM)


@app.command()
def serve() -> None:
    """Answer /serve/{media_id} and the main API's calls."""
    from serve.main import serve as serve_pictures

    with _problems_told():
        raise typer.Exit(serve_pictures(_settings()))


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables; safe to run again."""
    from media_vm.adapters.engine import migrate as migrate_database
    from media_vm.adapters.engine import newest_revision

    with _problems_told():
        migrate_database(_settings().database_url)
        typer.echo(f"the database is at revision {newest_revision()}")


@app.command()
def status(as_json: AsJson = False) -> None:
    """How the machine is: media by status, what waits, what went wrong."""
    from media_vm.adapters.engine import open_migrated
    from media_vm.adapters.explaining import describe_machine
    from media_vm.told import tell_machine

    with _problems_told():
        story = describe_machine(open_migrated(_settings().database_url))
        typer.echo(json.dumps(story, indent=1) if as_json else tell_machine(story))


@app.command()
def explain(
    media_id: Annotated[int, typer.Argument(help="Our media id, as in /serve/{media_id}.")],
    as_json: AsJson = False,
    pending: Annotated[bool, typer.Option(help="The number is the main API's pending image id.")] = False,
) -> None:
    """One picture's whole story: every step, attempts, the last error and its kind, next try, variants."""
    from media_vm.adapters.engine import open_migrated
    from media_vm.adapters.explaining import describe_machine, explain_media, media_id_of
    from media_vm.told import tell_machine, tell_media

    with _problems_told():
        engine = open_migrated(_settings().database_url)
        known = media_id_of(engine, media_id) if pending else media_id
        story = explain_media(engine, known) if known else None
        if story is None:
            typer.echo(
                f"no media has this id; the machine says:\n{tell_machine(describe_machine(engine))}", err=True
            )
            raise typer.Exit(PROBLEM)
        typer.echo(json.dumps(story, indent=1, ensure_ascii=False) if as_json else tell_media(story))


@app.command()
def fsck(
    yes: Annotated[bool, typer.Option("--yes", help="Repair; without it nothing is changed.")] = False,
    as_json: AsJson = False,
    part: Annotated[str, typer.Option("--slice", help="One part of all media, e.g. 3/30.")] = "1/1",
) -> None:
    """Compare the database with the storage: files missing, altered, empty, unfinished or nobody's."""
    from media_vm.build import build_keeper
    from media_vm.fsck import Check
    from media_vm.rules.upkeep import slice_of
    from media_vm.told_findings import as_json as findings_json
    from media_vm.told_findings import tell_check, tell_finding

    chosen = slice_of(part)
    if chosen is None:
        raise typer.BadParameter("a slice is a number of parts, e.g. 3/30", param_hint="--slice")
    with _problems_told(), build_keeper(_settings(), _sleep) as keeper:
        check = Check(keeper, chosen, is_repairing=yes, progress=lambda number: _say(f"{number} media looked at"))
        if after := check.resumes_after():
            _say(f"goes on after media {after}, where the last run was interrupted")
        found = []
        for one in check.findings():
            found.append(one)
            if not as_json:
                typer.echo(tell_finding(one))
        typer.echo(findings_json(check, found) if as_json else tell_check(check, found))
        if any(one.is_open for one in found):
            raise typer.Exit(PROBLEM)


@app.command()
def backup(folder: Annotated[Path, typer.Argument(help="Where to; only new files are copied again.")]) -> None:
    """Copy the database, then the files, while everything runs."""
    from media_vm.adapters.backup import back_up

    with _problems_told():
        settings = _settings()
        typer.echo(back_up(settings.database_url, settings.storage_dir, folder))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="What `media-vm backup` wrote.", exists=True, file_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Replace the database; without it nothing is done.")] = False,
) -> None:
    """Put a backup in the place of the database, its files beside those that are there. Stop media VM first."""
    from media_vm.adapters.backup import restore as restore_all
    from media_vm.adapters.dumps import require_dump

    with _problems_told():
        settings = _settings()
        if not yes:
            dump = require_dump(settings.database_url, folder)
            typer.echo(f"{dump} would take the place of the whole database; `--yes` does it")
            return
        typer.echo(restore_all(settings.database_url, settings.storage_dir, folder))


def main() -> None:
    """The console script."""
    app(prog_name="media-vm")


def _settings() -> Settings:
    for sentence in unknown_names(os.environ):
        structlog.get_logger().warning("unknown_setting", detail=sentence)
    return read_settings()


def _say(progress: str) -> None:
    typer.echo(f"media-vm fsck: {progress}", err=True)


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False


@contextmanager
def _problems_told() -> Iterator[None]:
    try:
        yield
    except SettingsProblem as error:
        for problem in error.problems:
            typer.echo(f"media-vm: {problem}", err=True)
        raise typer.Exit(USAGE) from None
    except NotMigrated as error:
        typer.echo(f"media-vm: {error}", err=True)
        raise typer.Exit(USAGE) from None
    except (DatabaseDown, Misconfigured) as error:
        typer.echo(f"media-vm: {error}", err=True)
        raise typer.Exit(PROBLEM) from None
