"""Writes docs/settings.md from the settings themselves, so that neither tells anything the other does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from media_vm.environment import variables
from media_vm.secret_files import SECRETS

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"

# These follow from the machine: its own number would be wrong on every other one.
BY_MACHINE = {"MEDIA_VM_CPU_SLOTS": "cores", "MEDIA_VM_ITEMS_IN_FLIGHT": "4 × cores"}

HEAD = """# Settings

Every setting is an environment variable; one that is empty counts as not set unless its row says
otherwise. This page is written by `scripts/settings_table.py`.

A secret may come from a file instead: the variable with `_FILE` behind its name holds the file's path, and what
the file holds then wins: {secrets}.

All problems are told at once, each with its variable, the form that is expected and an example, and the command
exits with 2. A `MEDIA_VM_*` name that is no setting is a warning that names the nearest one that is. No message
shows a secret's value.

| variable | default | meaning | example |
|---|---|---|---|
"""


def page() -> str:
    """The whole of docs/settings.md."""
    secrets = ", ".join(f"`{name}_FILE`" for name in SECRETS)
    return HEAD.format(secrets=secrets) + "".join(_row(*one) for one in variables().items())


def _row(variable: str, known: Mapping[str, str]) -> str:
    usual = BY_MACHINE.get(variable) or (f"`{known['default']}`" if known["default"] != "–" else "–")
    return f"| `{variable}` | {usual} | {known['meaning']}{known['limits']} | `{known['example']}` |\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
