"""`media-vm adopt`: argument parsing and nothing else."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from media_vm.cli_problems import PROBLEM, disk_told, problems_told, told_settings


def adopt(
    yes: Annotated[bool, typer.Option("--yes", help="Write; without it nothing is changed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Give the files of the system before ours their rows, after `migrate` took over its tables."""
    from media_vm.build_adopting import build_adoption
    from media_vm.progress_bar import ProgressBar
    from media_vm.told_adopting import Sums, adopted_json, tell_adopted

    sums, rows = Sums(), []
    with problems_told(as_json=as_json), disk_told(), build_adoption(told_settings(), is_writing=yes) as adoption:
        bar = ProgressBar(sys.stderr, adoption.rows.count())
        try:
            for one in adoption.outcomes():
                sums.add(one)
                told = tell_adopted(one)
                if told and as_json:
                    rows.append(adopted_json(one))
                elif told:
                    bar.hide()
                    typer.echo(told)
                bar.show(sums.verdicts.total())
        finally:
            bar.hide()
    story = sums.as_json(is_dry=not yes) | {"media": rows}
    typer.echo(json.dumps(story, indent=1) if as_json else sums.told(is_dry=not yes))
    if not sums.is_fine:
        raise typer.Exit(PROBLEM)
