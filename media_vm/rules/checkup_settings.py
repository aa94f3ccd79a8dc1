"""Are settings and secrets as they should be? Facts in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from stat import S_IROTH, S_IWGRP, S_IWOTH

from media_vm.rules.checkup import Line, ok, problem, setting_problem, warning


@dataclass(frozen=True, slots=True)
class SecretFile:
    """A file that a variable names. mode: its permission bits, None where it cannot be looked at."""

    variable: str
    path: str
    mode: int | None


def lines_of_settings(problems: Sequence[str], unknown: Sequence[str], advice: str | None) -> Iterator[Line]:
    """problems: sentences that name variable, form and example. unknown: that name the nearest known setting."""
    for sentence in problems:
        name, _, rest = sentence.partition(" ")
        name = name.removesuffix(":")
        yield setting_problem(f"settings: {name}", rest, f"set {name} so; docs/settings.md has them all")
    for sentence in unknown:
        name = sentence.partition(" ")[0]
        seen = sentence.removeprefix(f"{name} ")
        yield warning(f"settings: {name}", seen, f"correct the name, or remove {name}: nobody reads it")
    if advice:
        yield warning("settings: MEDIA_BACKEND_URL", advice, "set MEDIA_BACKEND_URL to where serve is reached")
    if not problems and not unknown:
        yield ok("settings", "every one is known and has its form")


def line_of_own_key(own: str | None, main: str | None) -> Line:
    """The key of our own routes (contract §10). Neither key is shown."""
    what, remedy = "settings: MEDIA_VM_API_KEY", "set MEDIA_VM_API_KEY to a long random text of its own"
    if own is None and main is None:
        return problem(what, "there is no key for the main API to call us with: those routes answer 503", remedy)
    if own is None or own == main:
        return warning(
            what, "the main API calls us with the key that we call it with: who learns one has both", remedy
        )
    return ok(what, "a key of its own")


def lines_of_secrets(files: Sequence[SecretFile]) -> Iterator[Line]:
    """A secret is its owner's, and perhaps its group's to read."""
    for file in files:
        what = f"secrets: {file.variable}"
        if file.mode is None:
            yield problem(
                what, f"{file.path} cannot be looked at", f"check that {file.path} is there and ours to read"
            )
        elif file.mode & S_IROTH:
            yield problem(what, f"everybody on this machine can read {file.path}", f"chmod 600 {file.path}")
        elif file.mode & (S_IWGRP | S_IWOTH):
            yield problem(what, f"others than its owner can write {file.path}", f"chmod 600 {file.path}")
        else:
            yield ok(what, f"{file.path} is not for everybody")
