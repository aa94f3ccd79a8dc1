"""`media-vm reprocess`: argument parsing and nothing else."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from media_vm.cli_problems import PROBLEM, problems_told, told_engine, told_settings
from media_vm.errors import WrongUse
from media_vm.reprocess_ports import Chosen
from media_vm.rules.checklist import Step
from media_vm.rules.pictures import DataType, Format, Size
from media_vm.rules.reprocessing import REMADE, Remake

if TYPE_CHECKING:
    from media_vm.adapters.reprocess_requests import DatabaseRequests
    from media_vm.settings import Settings

LARGEST_ID = 2**63 - 1
LOOK_EVERY = 2.0  # seconds
SAMPLES = 2_000  # of measured times
Ids = Annotated[
    list[int] | None, typer.Argument(help="Media ids, as in /serve/{media_id}.", min=1, max=LARGEST_ID)
]


def reprocess(
    media_ids: Ids = None,
    every: Annotated[bool, typer.Option("--all", help="Every picture.")] = False,
    data_type: Annotated[list[DataType] | None, typer.Option(help="Pictures of this type alone.")] = None,
    user: Annotated[list[int] | None, typer.Option(help="Pictures of this user alone.")] = None,
    since: Annotated[str, typer.Option(help="Taken in since: days back (30), or a day (2026-11-01).")] = "",
    until: Annotated[str, typer.Option(help="Taken in before that.")] = "",
    degraded: Annotated[bool, typer.Option("--degraded", help="Whose analysis lacks something.")] = False,
    settings_changed: Annotated[
        bool, typer.Option("--settings-changed", help="Made with other settings or encoders than now.")
    ] = False,
    step: Annotated[
        list[Step] | None,
        typer.Option(
            help="What to do again; without it resize_optimize, of those that are --degraded ai_visual_analysis."
        ),
    ] = None,
    size: Annotated[list[str] | None, typer.Option(help="This size alone; may be repeated.")] = None,
    format: Annotated[list[str] | None, typer.Option(help="This format alone; may be repeated.")] = None,  # noqa: A002
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it nothing is changed.")] = False,
    status: Annotated[bool, typer.Option("--status", help="How far it is.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="The same until all are done.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="What has not begun shall not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Make pictures again, behind every upload; the old variants are served meanwhile."""
    from media_vm.adapters.reprocess_requests import DatabaseRequests

    chosen = _chosen(media_ids, data_type, user, since, until, is_degraded=degraded)
    is_chosen, is_part = every or settings_changed or chosen != Chosen(), bool(step or size or format)
    _require_one_mode(status or watch, cancel, is_chosen=is_chosen, is_part=is_part)
    usual = Step.AI_VISUAL_ANALYSIS if degraded and not (size or format) else Step.RESIZE_OPTIMIZE
    remake = _remake(step or [usual], size or [], format or [])
    with problems_told(as_json=as_json), told_engine(settings := told_settings()) as engine:
        requests = DatabaseRequests(engine)
        if status or watch:
            is_fine = _progress(requests, is_watching=watch, as_json=as_json)
        elif cancel:
            is_fine = _cancel(requests, is_meant=yes, as_json=as_json)
        else:
            chosen = _with_recipe(chosen, settings) if settings_changed else chosen
            is_fine = _ask(requests, chosen, remake, settings, is_asking=yes, as_json=as_json)
        if not is_fine:
            raise typer.Exit(PROBLEM)


def _chosen(
    media_ids: list[int] | None,
    data_types: list[DataType] | None,
    users: list[int] | None,
    since: str,
    until: str,
    *,
    is_degraded: bool,
) -> Chosen:
    who = frozenset(media_ids or ()), frozenset(data_types or ()), frozenset(users or ())
    return Chosen(*who, _moment(since, "--since"), _moment(until, "--until"), is_degraded)


def _require_one_mode(*of_the_queue: bool, is_chosen: bool, is_part: bool) -> None:
    modes = [is_chosen or is_part, *of_the_queue]
    if modes.count(True) > 1:
        raise typer.BadParameter("--status, --watch and --cancel are about the whole queue, and stand alone")
    if not (is_chosen or any(of_the_queue)):
        raise typer.BadParameter("say which pictures: ids, --all, --data-type, --user, --since, --degraded, …")


def _ask(
    requests: DatabaseRequests,
    chosen: Chosen,
    remake: Remake,
    settings: Settings,
    *,
    is_asking: bool,
    as_json: bool,
) -> bool:
    """Is there something to make of every id that was named?"""
    from media_vm.build_vision import estimated_usd, prices_of
    from media_vm.progress_bar import ProgressBar
    from media_vm.reprocessing import plan, queue
    from media_vm.rules.remake_estimate import estimate
    from media_vm.told_ai import NOBODY
    from media_vm.told_reprocessing import plan_json, tell_plan

    if remake.describes and not settings.providers:
        raise WrongUse(NOBODY)  # what is measured here would take the place of what somebody was paid for
    root, bar = settings.storage_dir, ProgressBar(sys.stderr, len(chosen.ids))
    found = plan(requests, chosen, remake, lambda path: (root / path).is_file(), bar.show)
    bar.hide()
    took = estimate(found.kinds, requests.seconds(SAMPLES)) if remake.makes_variants else None
    usd = estimated_usd(found.kinds, settings, prices_of(settings)) if remake.describes else 0.0
    asked = None
    if is_asking:
        bar = ProgressBar(sys.stderr, len(found.media_ids))
        asked = queue(requests, found, remake, bar.show)
        bar.hide()
    story = plan_json(found, remake, took, usd, asked)
    typer.echo(json.dumps(story, indent=1) if as_json else tell_plan(story))
    return not (chosen.ids and (found.unknown or found.lacking))


def _progress(requests: DatabaseRequests, *, is_watching: bool, as_json: bool) -> bool:
    """Did all that has ended end well?"""
    from media_vm.progress_bar import ProgressBar
    from media_vm.told_reprocessing import progress_json, tell_progress

    story = progress_json(requests.progress())
    bar = ProgressBar(sys.stderr, story["total"])
    while is_watching and story["waiting"] + story["begun"]:
        bar.show(story["total"] - story["waiting"] - story["begun"])
        time.sleep(LOOK_EVERY)
        story = progress_json(requests.progress())
    bar.hide()
    typer.echo(json.dumps(story, indent=1) if as_json else tell_progress(story))
    return not story["failed"]


def _cancel(requests: DatabaseRequests, *, is_meant: bool, as_json: bool) -> bool:
    number = requests.cancel() if is_meant else requests.waiting()
    pictures = "1 picture" if number == 1 else f"{number} pictures"
    will = "will not be made again" if is_meant else "would not be made again (`--yes`)"
    told = {"cancelled" if is_meant else "waiting": number}
    typer.echo(json.dumps(told) if as_json else f"{pictures} {will}; what has begun goes on")
    return True


def _remake(steps: list[Step], sizes: list[str], formats: list[str]) -> Remake:
    from media_vm.rules.sizes import size_named

    if strange := [one.value for one in steps if one not in REMADE]:
        raise typer.BadParameter(f"{strange[0]} is not done again: {', '.join(REMADE)}", param_hint="--step")
    if (sizes or formats) and Step.RESIZE_OPTIMIZE not in steps:
        raise typer.BadParameter("--size and --format go with resize_optimize")
    named = {text: size_named(text) for text in sizes}
    if unknown := [text for text, size in named.items() if size is None]:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(Size)}", param_hint="--size")
    forms = {text: "jpeg" if text == "jpg" else text for text in formats}
    if odd := [text for text, form in forms.items() if form not in set(Format)]:
        raise typer.BadParameter(f"{odd[0]} is none of {', '.join(Format)}", param_hint="--format")
    return Remake(
        frozenset(steps),
        frozenset(size for size in named.values() if size),
        frozenset(Format(form) for form in forms.values()),
    )


def _with_recipe(chosen: Chosen, settings: Settings) -> Chosen:
    from dataclasses import replace

    from media_vm.build import recipe

    return replace(chosen, not_made_with=recipe(settings))


def _moment(text: str, hint: str) -> datetime | None:
    from media_vm.rules.since import since_of

    moment = since_of(text, datetime.now(UTC)) if text else None
    if text and moment is None:
        raise typer.BadParameter("days, or a day: 30 or 2026-11-01", param_hint=hint)
    return moment
