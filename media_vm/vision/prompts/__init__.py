"""The prompts, one file a data type and version: `logo.v1.md` is version `logo.v1`.

A version's text never changes: what was answered to it is kept under its name. A new text is a new file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from media_vm.rules.pictures import DataType

_NAME: Final = re.compile(r"([a-z]+)\.v([0-9]+)\.md")


@dataclass(frozen=True, slots=True)
class Prompt:
    """The system text of one data type."""

    version: str
    system: str


@cache
def prompt_for(data_type: DataType) -> Prompt:
    """The latest version."""
    return next(one for one in reversed(all_prompts()) if one.version.startswith(f"{data_type}.v"))


@cache
def all_prompts() -> tuple[Prompt, ...]:
    """Every version of every data type, each type's oldest first."""
    found = [(match, file) for file in files(__name__).iterdir() if (match := _NAME.fullmatch(file.name))]
    found.sort(key=lambda one: (one[0][1], int(one[0][2])))
    return tuple(
        Prompt(match.string.removesuffix(".md"), file.read_text("utf-8").strip()) for match, file in found
    )
