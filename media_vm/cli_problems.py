"""What commands share: exit codes (1 problem found, 2 usage or settings), and problems told in a line each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import structlog
import typer

from media_vm.environment import SettingsProblem, advice, read_settings, unknown_names
from media_vm.errors import DatabaseDown, Misconfigured, NotMigrated, NotTakenOver, WrongUse
from media_vm.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

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
def told_engine(settings: Settings) -> Iterator[Engine]:
    """The database as this version needs it. It is taken leave of: a server counts whoever just goes among those
    that were cut off. NotMigrated, DatabaseDown."""
    from media_vm.adapters.engine import open_migrated

    engine = open_migrated(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


class _DiskRefused(Exception):
    """A disk that is full, or a file that is not there."""


# What a program reads as `error`, and the exit code.
_KINDS: Final[dict[type[Exception], tuple[str, int]]] = {
    SettingsProblem: ("settings", USAGE),
    NotMigrated: ("not_migrated", USAGE),
    WrongUse: ("wrong_use", USAGE),
    DatabaseDown: ("database_down", PROBLEM),
    Misconfigured: ("misconfigured", PROBLEM),
    NotTakenOver: ("not_taken_over", PROBLEM),
    _DiskRefused: ("disk", PROBLEM),
}


@contextmanager
def problems_told(*, as_json: bool = False) -> Iterator[None]:
    """Whatever an operator can do something about ends the command with a sentence and its code. as_json: and with
    an object on stdout, where a program looks for the answer."""
    try:
        yield
    except tuple(_KINDS) as error:
        problems = error.problems if isinstance(error, SettingsProblem) else [str(error)]
        name, code = next(told for kind, told in _KINDS.items() if isinstance(error, kind))
        for problem in problems:
            typer.echo(f"media-vm: {problem}", err=True)
        if as_json:
            typer.echo(json.dumps({"error": name, "problems": problems, "exit": code}, indent=1))
        raise typer.Exit(code) from None


@contextmanager
def disk_told() -> Iterator[None]:
    """Within `problems_told`, a refusal of the disk is a sentence as well."""
    try:
        yield
    except OSError as error:
        raise _DiskRefused(f"{error.filename or 'a file'}: {error.strerror or error}") from error
