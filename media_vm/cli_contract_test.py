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
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Run the contract against a real main API, with MAIN_API_KEY from the environment; only looks by default."""
    import uuid
    from contextlib import closing

    from media_vm.adapters.asking import HttpAsking
    from media_vm.contract_test import Target
    from media_vm.contract_test import contract_test as tested
    from media_vm.environment import read_what_is_right
    from media_vm.errors import WrongUse
    from media_vm.forms import origin
    from media_vm.told_contract import contract_json, is_kept, tell_seen, tell_verdicts

    try:
        checked = str(origin(url))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--url") from None
    if len(yes_write or ()) > 3:
        raise typer.BadParameter("three at most", param_hint="--yes-write")
    with problems_told(), closing(HttpAsking()) as asking:
        key = read_what_is_right()[0].main_api_key
        if key is None:
            raise WrongUse(
                "MAIN_API_KEY is missing, or is no key: set the one that the main API knows media VM by"
            )
        target = Target(asking, checked, key.get_secret_value(), lambda: str(uuid.uuid4()))
        seen = []
        for one in tested(target, yes_write or []):
            seen.append(one)
            if not as_json:
                typer.echo(tell_seen(one))
        typer.echo(
            json.dumps(contract_json(seen), indent=1, ensure_ascii=False) if as_json else tell_verdicts(seen)
        )
        if not is_kept(seen):
            raise typer.Exit(PROBLEM)
