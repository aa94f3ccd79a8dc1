"""Writes docs/settings.md and deploy/env.example from the settings themselves, so that none of them tells anything
that the others do not."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path

from media_vm.environment import variables
from media_vm.secret_files import SECRETS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "settings.md"
EXAMPLE = ROOT / "deploy" / "env.example"

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


EXAMPLE_HEAD = """\
# Every setting of media VM with its default or, after "e.g.", an example: take the # away from a line to set it.
# docs/settings.md says the same; systemd reads this file, and so does a shell. Keep secrets out of it: each is the
# only line of a file that NAME_FILE names. The units in deploy/systemd name those files themselves: with them,
# leave the lines NAME_FILE=… as they are.
"""


def example() -> str:
    """The whole of deploy/env.example."""
    return EXAMPLE_HEAD + "".join(_lines(*one) for one in variables().items())


def _lines(variable: str, known: Mapping[str, str]) -> str:
    usual = BY_MACHINE.get(variable) or (None if known["default"] == "–" else known["default"])
    says = known["meaning"].replace("`", "") + known["limits"] + ("" if usual else "; e.g.")
    value = known["example"] if usual is None or variable in BY_MACHINE else usual
    if variable in BY_MACHINE:
        says += f"; {usual}, e.g."
    written = value if re.fullmatch(r"[\w./:,=@+…-]*", value) else f'"{value}"'
    comment = textwrap.fill(says, 115, initial_indent="# ", subsequent_indent="# ")
    name = f"{variable}_FILE" if variable in SECRETS else variable
    return f"\n{comment}\n#{name}={f'/etc/media-vm/{key_file(variable)}' if variable in SECRETS else written}\n"


def key_file(variable: str) -> str:
    """The name of the file below /etc/media-vm that holds a secret."""
    return variable.removeprefix("MEDIA_VM_").lower().replace("_", "-")


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
    EXAMPLE.write_text(example())
