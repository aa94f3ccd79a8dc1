"""Secrets that come from a file: the variable with `_FILE` behind its name holds the path."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

SECRETS = (
    *("MAIN_API_KEY", "MEDIA_API_KEY", "MEDIA_VM_API_KEY", "DATABASE_URL", "MAIN_API_DATABASE_URL"),
    *("MEDIA_VM_SERVE_SECRETS", "MEDIA_VM_SERVE_KEY"),
    *("OPENAI_API_KEY", "OPENROUTER_API_KEY", "GOOGLE_API_KEY"),
)

SHORTEST = 8  # characters: what is shorter stands in innocent words, and guards nothing


def secret_texts() -> frozenset[str]:
    """All that must be seen nowhere: each key, and of a database's URL its password, in both spellings."""
    given = {name: os.environ.get(name, "") for name in SECRETS} | secrets_from_files()[0]
    passwords = {_password_in(given[name]) for name in given if name.endswith("DATABASE_URL")}
    keys = {one.strip() for name in given if not name.endswith("DATABASE_URL") for one in given[name].split(",")}
    texts = keys | passwords | {unquote(one) for one in passwords}
    return frozenset(one for one in texts if len(one) >= SHORTEST)


def _password_in(url: str) -> str:
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""


def secrets_from_files() -> tuple[dict[str, str], list[str]]:
    """The contents of every file that an `X_FILE` variable names, and a sentence for each unreadable one."""
    found, problems = {}, []
    for name in SECRETS:
        if path := os.environ.get(f"{name}_FILE"):
            try:
                found[name] = Path(path).read_text().strip()
                if not found[name]:
                    problems.append(f"{name}_FILE names an empty file; it should hold the secret and nothing else")
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"{name}_FILE cannot be read ({type(error).__name__}); e.g. /run/secrets/key")
    return found, problems
