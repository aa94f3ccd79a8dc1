"""`media-vm replace-urls`, and `scripts/replace_temp_urls.py` for cron: argument parsing and nothing else."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from media_vm.cli_problems import PROBLEM, disk_told, problems_told, told_settings

if TYPE_CHECKING:
    from media_vm.build_replacing import ReplacingWorld


def replace_urls(
    yes: Annotated[bool, typer.Option("--yes", help="Write; without it nothing is changed.")] = False,
    since: Annotated[
        str, typer.Option(help="Images processed so many days back, or from that day on, alone.")
    ] = "",
    complete_unplaced: Annotated[
        bool, typer.Option("--complete-unplaced", help="Complete images whose temp path is nowhere, too.")
    ] = False,
    undo: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Put back what a run replaced; may be repeated.")
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Count what the columns hold, and what waits.")] = False,
    metrics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --status: write it for node_exporter too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Turn temp paths in the main API's database into permanent URLs; a dry run without --yes."""
    from media_vm.build_replacing import build_replacing
    from media_vm.rules.since import since_of

    start = since_of(since, datetime.now(UTC)) if since else None
    if since and start is None:
        raise typer.BadParameter("days, or a day: 30 or 2026-11-01", param_hint="--since")
    _require_one_thing(is_writing=yes, is_narrowed=bool(since) or complete_unplaced, undo=undo, status=status)
    if metrics and not status:
        raise typer.BadParameter("goes with --status", param_hint="--metrics")
    with problems_told(as_json=as_json), disk_told(), build_replacing(told_settings()) as world:
        if status:
            is_fine = _status(world, metrics, as_json=as_json)
        elif undo:
            is_fine = _undo(world, undo, is_writing=yes, as_json=as_json)
        else:
            is_fine = _replace(world, start, is_writing=yes, completes_unplaced=complete_unplaced, as_json=as_json)
        if not is_fine:
            raise typer.Exit(PROBLEM)


def _require_one_thing(*, is_writing: bool, is_narrowed: bool, undo: list[Path] | None, status: bool) -> None:
    if status and (is_writing or is_narrowed or undo):
        raise typer.BadParameter("only counts; it goes with --metrics and --json alone", param_hint="--status")
    if undo and is_narrowed:
        raise typer.BadParameter("takes whole files; it goes with --yes and --json alone", param_hint="--undo")


def _replace(
    world: ReplacingWorld, since: datetime | None, *, is_writing: bool, completes_unplaced: bool, as_json: bool
) -> bool:
    from media_vm.replacing import Replacing
    from media_vm.replacing_report import Report
    from media_vm.told_replacing import tell_log

    if is_writing:
        world.log.require_place()
    run = Replacing(world.tables, world.answers, world.log, world.base_url, is_writing, completes_unplaced, since)
    total = world.tables.count(since) if sys.stderr.isatty() else 0
    report = Report(run, total, as_json=as_json)
    try:
        is_fine = report.whole_run()
    finally:
        if world.log.is_begun:
            typer.echo(tell_log(world.log.path), err=True)
    report.end(world.log.path if world.log.is_begun else None)
    return is_fine


def _undo(world: ReplacingWorld, files: list[Path], *, is_writing: bool, as_json: bool) -> bool:
    """The files are named by when their runs began."""
    from media_vm.adapters.undo_log import read_entries
    from media_vm.replacing import undo
    from media_vm.replacing_report import report_undone

    read = [read_entries(file, world.tables.columns) for file in sorted(files, key=lambda file: file.name)]
    entries = [entry for some in read for entry in some]
    undone = undo(world.tables, entries, is_writing=is_writing)
    report_undone(undone, is_writing=is_writing, as_json=as_json)
    return True


def _status(world: ReplacingWorld, file: Path | None, *, as_json: bool) -> bool:
    from media_vm.replacing_status import Looking
    from media_vm.told_columns import left_json, metrics, tell_left

    left = Looking(world.tables, world.answers, world.base_url).left()
    if file:
        half = file.with_name(f".{file.name}.half")  # node_exporter reads whatever ends in .prom
        half.write_text(metrics(left))
        half.replace(file)
    typer.echo(json.dumps(left_json(left), indent=1) if as_json else tell_left(left))
    return not left.is_overdue
