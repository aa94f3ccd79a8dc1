"""`media-vm contract-test`: argument parsing and nothing else."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from media_vm.cli_problems import PROBLEM, problems_told


def contract_test(
    url: Annotated[str, typer.Option(help="The main API, as MAIN_API_URL would have it.")],
    yes_write: Annotated[
        list[int] | None,
        typer.Option(
            metavar="ID",
            help="A pending image to throw away: the first is completed, a second cleaned up, a third updated.",
        ),
    ] = None,
    media_vm: Annotated[
        str,
        typer.Option(
            metavar="URL", help="Media VM as the main API reaches it, with MEDIA_VM_API_KEY: its calls too."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Run the contract against a real main API, with MAIN_API_KEY from the environment; only looks by default."""
    from media_vm.build_contract_test import build_contract_test
    from media_vm.contract_test import contract_test as run
    from media_vm.told_contract import contract_json, is_kept, tell_seen, tell_verdicts

    main_api, reached = _origin(url, "--url"), _origin(media_vm, "--media-vm") if media_vm else None
    if len(yes_write or ()) > 3:
        raise typer.BadParameter("three at most", param_hint="--yes-write")
    seen = []
    with problems_told(as_json=as_json), build_contract_test(main_api, reached) as (target, own):
        for one in run(target, yes_write or [], own):
            seen.append(one)
            if not as_json:
                typer.echo(tell_seen(one))
    told = json.dumps(contract_json(seen), indent=1, ensure_ascii=False) if as_json else tell_verdicts(seen)
    typer.echo(told)
    if not is_kept(seen):
        raise typer.Exit(PROBLEM)


def _origin(url: str, option: str) -> str:
    from media_vm.forms import origin

    try:
        return str(origin(url))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
