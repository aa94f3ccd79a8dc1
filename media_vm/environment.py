"""Reading the environment: every problem at once, each with its variable, form and example."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from media_vm.settings import SECRETS, Settings, secrets_from_files


class SettingsProblem(Exception):
    """All that is wrong with the environment."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_settings() -> Settings:
    """Settings from the environment. SettingsProblem."""
    _, problems = secrets_from_files()
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [_describe(dict(one)) for one in error.errors(include_input=False, include_url=False)]
    if problems:
        raise SettingsProblem(problems)
    return settings


def require_main_api(settings: Settings) -> tuple[str, str]:
    """The main API's URL and key, without which a worker has nothing to do. SettingsProblem."""
    if settings.main_api_url is None or settings.main_api_key is None:
        given = {"MAIN_API_URL": settings.main_api_url, "MAIN_API_KEY": settings.main_api_key}
        raise SettingsProblem([_missing(name) for name, value in given.items() if value is None])
    return settings.main_api_url, settings.main_api_key.get_secret_value()


def variables() -> dict[str, dict[str, str]]:
    """Every variable with its default, meaning and example, in the order of the class."""
    table = {}
    for field in Settings.model_fields.values():
        extra = field.json_schema_extra
        assert isinstance(extra, dict)
        table[str(extra["variable"])] = {
            "default": _shown(field.default),
            "meaning": field.description or "",
            "example": str(extra["example"]),
        }
    return table


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each `MEDIA_VM_*` variable that nobody reads, with the nearest name that is read."""
    known = {*variables(), *(f"{name}_FILE" for name in SECRETS)}
    sentences = []
    for name in sorted(environment):
        if name.startswith("MEDIA_VM_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            sentences.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))
    return sentences


def _missing(name: str) -> str:
    known = variables()[name]
    return f"{name} is missing. It is {known['meaning']}; e.g. {known['example']}"


def _describe(error: dict[str, Any]) -> str:
    name, form = str(error["loc"][0]), str(error["msg"]).removeprefix("Value error, ")
    known = variables()[name]
    return f"{name}: {form}. It is {known['meaning']}; e.g. {known['example']}"


def _shown(default: object) -> str:
    match default:
        case None:
            return "–"
        case tuple():
            return ",".join(default)
    return str(default)
