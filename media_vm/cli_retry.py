"""`media-vm retry`: argument parsing and nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

from media_vm.cli_problems import PROBLEM, problems_told, told_engine, told_settings

LARGEST_ID = 2**63 - 1  # the database's BIGINT


def retry(
    media_id: Annotated[int, typer.Argument(help="Our media id, as in /serve/{media_id}.", min=1, max=LARGEST_ID)],
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
    pending: Annotated[bool, typer.Option(help="The number is the main API's pending image id.")] = False,
) -> None:
    """A fresh round for a picture that failed, as POST /api/media/retry/{pending_image_id} asks for it."""
    from functools import partial

    from media_vm.adapters.explaining import media_id_of
    from media_vm.adapters.retrying import retry_media
    from media_vm.adapters.transactions import transact
    from media_vm.rules.shown import RetryAnswer
    from media_vm.told import tell_unknown
    from media_vm.told_retry import TAKEN, retry_json, tell_retry

    with problems_told(as_json=as_json), told_engine(told_settings()) as engine:
        known = media_id_of(engine, media_id) if pending else media_id
        answer = transact(engine, partial(retry_media, known)) if known else RetryAnswer.UNKNOWN
        if known is None or answer is RetryAnswer.UNKNOWN:
            typer.echo(tell_unknown(media_id, is_pending=pending, as_json=as_json), err=not as_json)
            raise typer.Exit(PROBLEM)
        told = retry_json(known, answer) if as_json else tell_retry(known, answer)
        typer.echo(told, err=answer not in TAKEN and not as_json)
        if answer not in TAKEN:
            raise typer.Exit(PROBLEM)
