"""The fields that `Settings` is made of."""

from __future__ import annotations

import os
from typing import Any

from pydantic import AliasChoices, Field
from pydantic_settings import SettingsConfigDict

A_YEAR = 31_536_000  # seconds
CONFIG = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

SAID_EMPTY = ("MEDIA_VM_PUBLIC_ANALYSIS", "MEDIA_VM_SERVE_SECRETS", "MEDIA_VM_SERVE_KEY")
"""Variables whose empty text says something, or is a mistake that must not open a door; any other that is empty
counts as not set."""


def setting(default: Any, *names: str, says: str, example: str, **limits: Any) -> Any:
    """A field of `Settings`: its default, its variables, its row in docs/settings.md and its limits."""
    extra: dict[str, Any] = {"variable": names[0], "example": example}
    alias = AliasChoices(*names)
    return Field(default=default, validation_alias=alias, description=says, json_schema_extra=extra, **limits)


def seconds(default: float, name: str, *, says: str, **limits: float) -> Any:
    """A time. The upper limit also keeps `inf` out of sums of times."""
    return setting(default, name, says=says, example=f"{default:g}", le=A_YEAR, **limits)


def score(default: float, name: str, *, says: str) -> Any:
    """How much a variant is to look like its picture."""
    return setting(default, name, says=says, example=f"{default:g}", ge=30, le=95)


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))


def said_empty() -> dict[str, str]:
    """Those of `SAID_EMPTY` that are set and empty."""
    return {name: "" for name in SAID_EMPTY if os.environ.get(name) == ""}
