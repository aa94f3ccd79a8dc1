"""May `replace-urls` do all it must in the main API's database (contract §9), and no more? Facts in, lines out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from media_vm.rules.checkup import Line, ok, problem, setting_problem, warning
from media_vm.rules.replace_rights import REMEDY

WHAT: Final = "main API's database"
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class MainDatabaseFacts:
    """lacking: sentences on columns and rights that are not as they should be. beyond: what this user can do that
    nobody needs; None of SQLite, which knows no users."""

    place: str
    lacking: tuple[str, ...]
    beyond: tuple[str, ...] | None


def line_of_no_main_database() -> Line:
    """`replace-urls` may run elsewhere, or not be used."""
    return ok(WHAT, "MAIN_API_DATABASE_URL is not set: `replace-urls` does not run from here")


def line_of_no_base() -> Line:
    """The one without the other."""
    return setting_problem(
        f"{WHAT}: SMART_MEDIA_BASE_URL",
        "MAIN_API_DATABASE_URL is set and SMART_MEDIA_BASE_URL is not: `replace-urls` does not start",
        "set SMART_MEDIA_BASE_URL to what permanent URLs begin with, e.g. https://api.festival.example/api/images",
    )


def lines_of_main_database(facts: MainDatabaseFacts) -> Iterator[Line]:
    """Of one that answered."""
    yield ok(WHAT, f"{facts.place} answers")
    if facts.lacking:
        yield problem(f"{WHAT}: columns", "; ".join(facts.lacking), REMEDY)
    else:
        yield ok(f"{WHAT}: columns", "`replace-urls` may read and write those that it has to")
    if facts.beyond is not None:
        yield _rights(facts.beyond)


def _rights(beyond: tuple[str, ...]) -> Line:
    what = f"{WHAT}: rights"
    if not beyond:
        return ok(what, "this user may do nothing else")
    more = f"; and {len(beyond) - _SHOWN} more" if len(beyond) > _SHOWN else ""
    return warning(
        what,
        f"this user may do what `replace-urls` never does: {'; '.join(beyond[:_SHOWN])}{more}",
        "make a user of its own with deploy/sql/replace_urls_user.sql, or revoke the rest: who gets at this one's "
        "password gets at all that",
    )
