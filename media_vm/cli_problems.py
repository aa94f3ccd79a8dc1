"""What commands share: exit codes (1 problem found, 2 usage or settings), and problems told in a line each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import typer

from media_vm.environment import SettingsProblem, advice, read_settings, unknown_names
from media_vm.errors import DatabaseDown, Misconfigured, NotMigrated, NotTakenOver, WrongUse
from media_vm.settings import Settings

PROBLEM, USAGE = 1, 2


def told_settings(*, for_worker: bool = False) -> Settings:
    """The settings, and a warning of what is most likely not meant. SettingsProblem."""
    for sentence in unknown_names(os.environ):
        structlog.get_logger().warning("unknown_setting", detail=sentence)
    settings = read_settings(for_worker=for_worker)
    if for_worker and (hint := advice(settings)):
        structlog.get_logger().warning("settings_disagree", detail=hint)
    return settings


@contextmanager
def problems_told() -> Iterator[None]:
    """Whatever an operator can do something about ends the command with a sentence and its code."""
    try:
        yield
    except SettingsProblem as error:
        for problem in error.problems:
            typer.echo(f"media-vm: {problem}", err=True)
        raise typer.Exit(USAGE) from None
    except (NotMigrated, WrongUse) as error:
        typer.echo(f"media-vm: {error}", err=True)
        raise typer.Exit(USAGE) from None
    except (DatabaseDown, Misconfigured, NotTakenOver) as error:
        typer.echo(f"media-vm: {error}", err=True)
        raise typer.Exit(PROBLEM) from None


@contextmanager
def disk_told() -> Iterator[None]:
    """A disk that is full, or a file that is not there, is a sentence as well."""
    try:
        yield
    except OSError as error:
        typer.echo(f"media-vm: {error.filename or 'a file'}: {error.strerror or error}", err=True)
        raise typer.Exit(PROBLEM) from None
