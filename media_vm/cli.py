"""`media-vm …`: argument parsing and nothing else. Exit codes: 0 fine, 1 problem found, 2 usage or settings."""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from typing import Annotated

import typer

from media_vm import __version__
from media_vm.cli_adopting import adopt
from media_vm.cli_ai import ai
from media_vm.cli_backup import backup, restore
from media_vm.cli_contract_test import contract_test
from media_vm.cli_doctor import doctor
from media_vm.cli_migrating import migrate
from media_vm.cli_problems import PROBLEM, disk_told, problems_told, told_engine, told_settings
from media_vm.cli_removing import delete, gc
from media_vm.cli_replacing import replace_urls
from media_vm.cli_reprocess import reprocess
from media_vm.cli_retry import retry
from media_vm.settings import Settings

LARGEST_ID = 2**63 - 1  # the database's BIGINT

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(ai, name="ai")
app.command("replace-urls")(replace_urls)
app.command()(doctor)
app.command("contract-test")(contract_test)
app.command()(reprocess)
app.command()(retry)
app.command("migrate")(migrate)
app.command("adopt")(adopt)
app.command()(delete)
app.command()(gc)
app.command()(backup)
app.command()(restore)
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"media-vm {__version__}")
        raise typer.Exit


@app.callback()
def media_vm(
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Turns a main API's pending uploads into stored, described, optimised pictures, and serves them."""
    from media_vm.logs import configure

    configure(sys.stderr)


@app.command()
def run() -> None:
    """Worker and serve together, for a small machine; either's end is the end of both."""
    from media_vm.together import run_together

    with problems_told():
        told_settings(for_worker=True)
        raise typer.Exit(run_together())


@app.command()
def worker(
    once: Annotated[bool, typer.Option(help="Work off what is due, then exit.")] = False,
) -> None:
    """Turn pending images into variants until told to stop."""
    from media_vm.adapters.worker_counts import WorkerCounts
    from media_vm.build import build_world
    from media_vm.build_exporter import build_beside
    from media_vm.worker import work, work_once

    counts = WorkerCounts()
    with (
        problems_told(),
        build_world(settings := told_settings(for_worker=True), counts, polishes=not once) as world,
    ):
        if not once:
            work(world, build_beside(settings, world, counts))
        elif waiting := work_once(world):
            typer.echo(f"media-vm worker: {waiting}", err=True)
            raise typer.Exit(PROBLEM)


@app.command()
def serve() -> None:
    """Answer /serve/{media_id} and the main API's calls."""
    from serve.main import serve as serve_pictures

    with problems_told():
        raise typer.Exit(serve_pictures(told_settings()))


@app.command()
def status(
    as_json: AsJson = False,
    storage: Annotated[bool, typer.Option("--storage", help="How much is stored of what instead.")] = False,
) -> None:
    """How the machine is: who is away, what waits, what is stuck, what failed, how fast it goes."""
    from media_vm.told import tell_machine

    with problems_told(as_json=as_json), disk_told():
        if storage:
            _tell_storage(told_settings(), as_json=as_json)
            return
        story = _machine(told_settings())
        typer.echo(json.dumps(story, indent=1) if as_json else tell_machine(story))


@app.command()
def explain(
    media_id: Annotated[int, typer.Argument(help="Our media id, as in /serve/{media_id}.", min=1, max=LARGEST_ID)],
    as_json: AsJson = False,
    pending: Annotated[bool, typer.Option(help="The number is the main API's pending image id.")] = False,
) -> None:
    """One picture's whole story: every step, attempts, the last error and its kind, next try, variants."""
    from dataclasses import asdict

    from media_vm.adapters.browser_sight import sight_of
    from media_vm.adapters.explaining import explain_media, media_id_of
    from media_vm.told import tell_media, tell_unknown

    with problems_told(as_json=as_json), told_engine(settings := told_settings()) as engine:
        known = media_id_of(engine, media_id) if pending else media_id
        story = explain_media(engine, known) if known else None
        if story is None:
            typer.echo(tell_unknown(media_id, is_pending=pending, as_json=as_json), err=not as_json)
            raise typer.Exit(PROBLEM)
        story |= {"browser": asdict(sight_of(story, settings.storage_dir))}
        typer.echo(json.dumps(story, indent=1, ensure_ascii=False) if as_json else tell_media(story))


@app.command()
def fsck(
    yes: Annotated[bool, typer.Option("--yes", help="Repair; without it nothing is changed.")] = False,
    as_json: AsJson = False,
    part: Annotated[str, typer.Option("--slice", help="One part of all media, e.g. 3/30.")] = "1/1",
) -> None:
    """Compare the database with the storage: files missing, altered, empty, unfinished or nobody's."""
    from media_vm.build_upkeep import build_keeper
    from media_vm.fsck import Check
    from media_vm.rules.upkeep import slice_of
    from media_vm.told_findings import as_json as findings_json
    from media_vm.told_findings import tell_check, tell_finding

    chosen = slice_of(part)
    if chosen is None:
        raise typer.BadParameter(
            f"{part} is no slice: of 30 parts the first is 1/30, the last 30/30", param_hint="--slice"
        )
    with problems_told(as_json=as_json), build_keeper(told_settings(), _sleep) as keeper:
        check = Check(keeper, chosen, is_repairing=yes, progress=lambda number: _say(f"{number} media looked at"))
        if after := check.resumes_after():
            _say(f"goes on after media {after}, where the last run was interrupted")
        if why := check.suspicion():
            _say(why)
        found = []
        for one in check.findings():
            found.append(one)
            if not as_json:
                typer.echo(tell_finding(one))
        typer.echo(findings_json(check, found) if as_json else tell_check(check, found))
        if any(one.is_open for one in found):
            raise typer.Exit(PROBLEM)


def main() -> None:
    """The console script."""
    app(prog_name="media-vm")


def _machine(settings: Settings) -> dict[str, object]:
    from media_vm.adapters.embedding_counts import describe_embeddings
    from media_vm.adapters.machine_status import describe_machine
    from media_vm.environment import worker_lacks
    from media_vm.told_embeddings import why_no_vectors

    with told_engine(settings) as engine:
        machine = describe_machine(engine, stuck_after=timedelta(seconds=settings.stuck_seconds))
        off = {"off": why_no_vectors(settings.features, settings.embeds_by)}
        embeddings = describe_embeddings(engine) | off
    return machine | {"embeddings": embeddings, "worker_lacks": worker_lacks(settings)}


def _tell_storage(settings: Settings, *, as_json: bool) -> None:
    from media_vm.adapters.storage_figures import measure_storage, top_users
    from media_vm.told_storage import storage_json, tell_storage

    with told_engine(settings) as engine:
        stored, users = measure_storage(engine, settings.storage_dir), top_users(engine)
    typer.echo(json.dumps(storage_json(stored, users), indent=1) if as_json else tell_storage(stored, users))


def _say(progress: str) -> None:
    typer.echo(f"media-vm fsck: {progress}", err=True)


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False
