"""Reading the environment: every problem at once, each with its variable, form and example."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from media_vm import failpoints
from media_vm.forms import words
from media_vm.rules.endpoints import leads_here
from media_vm.secret_files import SECRETS, secrets_from_files
from media_vm.setting_fields import A_YEAR
from media_vm.settings import Settings
from media_vm.settings_ai import AISettings
from media_vm.settings_keeping import KeepingSettings
from media_vm.settings_metrics import MetricsSettings
from media_vm.settings_replacing import ReplacingSettings
from media_vm.settings_serve import ServeSettings

KEYS = {  # what a provider that is listed needs; Google without any asks the machine it runs on
    "openai": ("OPENAI_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY",),
}
PLACES = {"openai": "OPENAI_BASE_URL", "openrouter": "MEDIA_VM_OPENROUTER_BASE_URL"}
MAIN_API = {"MAIN_API_URL": (), "MAIN_API_KEY": ("MEDIA_API_KEY",)}  # what a worker needs, with other names


class SettingsProblem(Exception):
    """All that is wrong with the environment."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_settings(*, for_worker: bool = False) -> Settings:
    """Settings from the environment; a worker's have the main API in them. SettingsProblem."""
    _, problems = secrets_from_files()
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [_describe(dict(one)) for one in error.errors(include_input=False, include_url=False)]
    if for_worker:
        problems += [_missing(name) for name, others in MAIN_API.items() if not _is_set(name, *others)]
    problems += [*_listed_without_key()]
    if problems:
        raise SettingsProblem(problems)
    return settings


def read_what_is_right() -> tuple[Settings, dict[str, str]]:
    """As `read_settings` for a worker; what is wrong keeps its default. The sentences, by variable."""
    wrong = {_variable_in(one): one for one in secrets_from_files()[1]}
    try:
        settings = Settings()
    except ValidationError as error:
        told = [_describe(dict(one)) for one in error.errors(include_input=False, include_url=False)]
        wrong |= {_variable_in(one): one for one in told}
        defaults = {variable: field.default for variable, field in _fields()}
        settings = Settings(**{name: defaults[name] for name in wrong if name in defaults})
    lacking = [_missing(name) for name, others in MAIN_API.items() if not _is_set(name, *others)]
    return settings, wrong | {_variable_in(one): one for one in (*lacking, *_listed_without_key())}


def _variable_in(sentence: str) -> str:
    """Each begins with it."""
    return sentence.partition(" ")[0].removesuffix(":").removesuffix("_FILE")


def advice(settings: Settings) -> str | None:
    """What is most likely not meant, though it is valid."""
    usual = Settings.model_fields["serve_port"].default
    if settings.serve_port == usual or "media_backend_url" in settings.model_fields_set:
        return None
    return (
        "MEDIA_BACKEND_URL is not set while MEDIA_VM_SERVE_PORT is: the main API is told URLs that begin with "
        f"{settings.media_backend_url}, whereas serve listens on port {settings.serve_port}"
    )


def worker_lacks(settings: Settings) -> list[str]:
    """Settings without which a worker does not start."""
    given = {"MAIN_API_URL": settings.main_api_url, "MAIN_API_KEY": settings.main_api_key}
    return [name for name, value in given.items() if value is None]


def require_main_api(settings: Settings) -> tuple[str, str]:
    """The main API's URL and key, without which a worker has nothing to do. SettingsProblem."""
    if settings.main_api_url is None or settings.main_api_key is None:
        raise SettingsProblem([_missing(name) for name in worker_lacks(settings)])
    return settings.main_api_url, settings.main_api_key.get_secret_value()


def require_replacing(settings: Settings) -> tuple[str, str]:
    """The main API's database and what permanent URLs begin with. SettingsProblem."""
    database, base = settings.main_api_database_url, settings.smart_media_base_url
    if database is None or base is None:
        given = {"MAIN_API_DATABASE_URL": database, "SMART_MEDIA_BASE_URL": base}
        raise SettingsProblem([_missing(name) for name, value in given.items() if value is None])
    return database, base


def variables() -> dict[str, dict[str, str]]:
    """Every variable with its default, meaning, limits and example, in the order of the class; its parts last."""
    table = {}
    for variable, field in _fields():
        extra = field.json_schema_extra
        assert isinstance(extra, dict)
        table[variable] = {
            "default": _shown(field.default),
            "meaning": field.description or "",
            "limits": _limits(field),
            "example": str(extra["example"]),
        }
    return table


def _fields() -> Iterator[tuple[str, FieldInfo]]:
    """Each with its variable, in the order of `variables`."""
    themes = (ServeSettings, MetricsSettings, ReplacingSettings, KeepingSettings, AISettings)
    apart = {name: field for theme in themes for name, field in theme.model_fields.items()}
    fields = [*(name for name in Settings.model_fields if name not in apart), *apart]
    for field in (Settings.model_fields[name] for name in fields):
        extra = field.json_schema_extra
        assert isinstance(extra, dict)
        yield str(extra["variable"]), field


_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most"}


def _limits(field: FieldInfo) -> str:
    """What a number may be, beyond what goes without saying."""
    bounds = [(words, getattr(one, name, None)) for one in field.metadata for name, words in _BOUNDS.items()]
    return "".join(f"; {words} {value:.9g}" for words, value in bounds if value not in (None, 0, A_YEAR))


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each `MEDIA_VM_*` variable that nobody reads, with the nearest name that is read."""
    known = {*variables(), *(f"{name}_FILE" for name in SECRETS), failpoints.VARIABLE}
    sentences = []
    for name in sorted(environment):
        if name.startswith("MEDIA_VM_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            sentences.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))
    return sentences


def _missing(name: str) -> str:
    known = variables()[name]
    return f"{name} is missing ({known['meaning']}); e.g. {known['example']}"


def _listed_without_key() -> Iterator[str]:
    """Of providers that are named by a setting; what runs on this machine may want none."""
    named = dict.fromkeys(words(os.environ.get("MEDIA_VM_VISION", "")), "MEDIA_VM_VISION lists")
    who, is_named, _ = os.environ.get("EMBEDDING_MODEL", "").partition("=")
    if is_named:
        named.setdefault(who.strip(), "EMBEDDING_MODEL names")
    for one, by in named.items():
        names, place = KEYS.get(one, ()), os.environ.get(PLACES.get(one, ""))
        if names and not _is_set(*names) and not leads_here(place):
            yield f"{_missing(names[0])}; {by} {one}"


def _is_set(*names: str) -> bool:
    return any(os.environ.get(name) or os.environ.get(f"{name}_FILE") for name in names)


def _describe(error: dict[str, Any]) -> str:
    name, form = str(error["loc"][0]), str(error["msg"]).removeprefix("Value error, ")
    known = variables()[name]
    form = form.replace("Input should be", "it should be").partition(", unable to parse")[0]
    return f"{name}: {form}; e.g. {known['example']}"


def _shown(default: object) -> str:
    match default:
        case None:
            return "–"
        case False:
            return "off"
        case tuple():
            return ",".join(map(str, default))
    return str(default)
