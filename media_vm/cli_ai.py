"""`media-vm ai …`: what AI providers are asked, and what that costs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from media_vm.ai_ports import CostBy
from media_vm.cli_problems import PROBLEM, problems_told, told_engine, told_settings
from media_vm.errors import WrongUse

ai = typer.Typer(no_args_is_help=True, add_completion=False)


@ai.callback()
def about() -> None:
    """What AI providers are asked, and what that costs."""


@ai.command()
def probe(as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False) -> None:
    """Ask everybody who is set up one true question: about a cent for all together."""
    from functools import partial

    from media_vm.adapters.ai_usage import DatabaseSpending
    from media_vm.ai_probe import probe_all
    from media_vm.build_vision import prices_of
    from media_vm.told_ai import NOBODY, probes_json, tell_probes

    with problems_told(as_json=as_json):
        settings = told_settings()
        if not settings.providers:
            raise WrongUse(NOBODY)
        with told_engine(settings) as engine:
            bill = DatabaseSpending(engine, prices_of(settings), None, "media-vm ai probe")
            probes = probe_all(settings, partial(bill.record, media_id=None, prompt_version="probe"))
        typer.echo(json.dumps(probes_json(probes), indent=1) if as_json else tell_probes(probes))
        if not all(one.works for one in probes):
            raise typer.Exit(PROBLEM)


@ai.command()
def run(
    missing: Annotated[
        bool, typer.Option("--missing", help="Pictures that lack the description of somebody who is set up.")
    ] = False,
    since: Annotated[
        str, typer.Option(help="Pictures taken in since then: so many days back (30), or a day (2026-11-01).")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it nothing is changed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Have pictures described again, by workers, a minute's worth after the other."""
    from media_vm.adapters.ai_again import DatabaseAnalyses
    from media_vm.ai_again import describe_again
    from media_vm.ai_ports import Wanted
    from media_vm.build_vision import estimated_usd, prices_of
    from media_vm.rules.since import since_of
    from media_vm.told_ai import NOBODY, again_json, tell_again

    start = since_of(since, datetime.now(UTC)) if since else None
    if since and start is None:
        raise typer.BadParameter("days, or a day: 30 or 2026-11-01", param_hint="--since")
    if not missing and start is None:
        raise typer.BadParameter("say which pictures: --missing, --since or both")
    with problems_told(as_json=as_json):
        settings = told_settings()
        if not settings.providers:
            raise WrongUse(NOBODY)
        with told_engine(settings) as engine:
            wanted = Wanted(missing, start, settings.providers)
            again = describe_again(DatabaseAnalyses(engine), wanted, settings.ai_per_minute, is_asking=yes)
        usd = estimated_usd(again.kinds, settings, prices_of(settings))
        story = again_json(again, usd, is_asked=yes)
        typer.echo(json.dumps(story, indent=1) if as_json else tell_again(story))


@ai.command()
def cost(
    since: Annotated[str, typer.Option(help="How many days back, or from which day on.")] = "30",
    by: Annotated[CostBy, typer.Option(help="One line for each of these.")] = CostBy.PROVIDER,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """What was spent, today's money beside the cap, and what one picture costs."""
    from media_vm.adapters.ai_costs import describe_costs
    from media_vm.build_vision import prices_of
    from media_vm.rules.budget import cap_of
    from media_vm.told_costs import tell_costs

    with problems_told(as_json=as_json):
        settings = told_settings()
        prices = prices_of(settings)
        cap = cap_of(settings.ai_daily_usd)
        with told_engine(settings) as engine:
            story = describe_costs(engine, since, by, prices, cap, settings.google_features)
        if story is None:
            raise typer.BadParameter("days, or a day: 30 or 2026-11-01", param_hint="--since")
        typer.echo(json.dumps(story, indent=1, ensure_ascii=False) if as_json else tell_costs(story))
