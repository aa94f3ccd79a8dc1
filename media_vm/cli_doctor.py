"""`media-vm doctor`: argument parsing and nothing else."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def doctor(
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="AREA", help="One area; may be repeated. A wrong one lists them."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Look at everything that media VM rests on, and say what to do about what is wrong. Changes nothing."""
    from media_vm.build_doctor import AREAS, build_doctor
    from media_vm.doctor import examine
    from media_vm.environment import read_what_is_right
    from media_vm.rules.checkup import exit_of
    from media_vm.told_doctor import doctor_json, tell_line, tell_sum

    if unknown := set(only or ()) - set(AREAS):
        raise typer.BadParameter(
            f"there is no {', '.join(sorted(unknown))}; {', '.join(AREAS)}", param_hint="--only"
        )
    settings, wrong = read_what_is_right()
    lines = []
    with build_doctor(settings, wrong, only or AREAS) as checks:
        for line in examine(checks):
            lines.append(line)
            if not as_json:
                typer.echo(tell_line(line))
    typer.echo(json.dumps(doctor_json(lines), indent=1, ensure_ascii=False) if as_json else tell_sum(lines))
    raise typer.Exit(exit_of(lines))
