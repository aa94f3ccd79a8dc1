"""Pages of which a program writes a part, so that nobody copies figures by hand."""

from __future__ import annotations


class NoMarkers(Exception):
    """A page has not both markers, once each and in order."""


def replaced(page: str, found: str, begin: str, end: str) -> str:
    """The page with `found` between its markers, a line each, all else as it was. NoMarkers."""
    before, first, rest = page.partition(begin)
    _, last, after = rest.partition(end)
    if not (first and last) or {begin, end} & {*after.splitlines(), *before.splitlines()}:
        raise NoMarkers(f"the page needs one line {begin} and below it one line {end}")
    return f"{before}{begin}\n\n{found.strip()}\n\n{end}{after}"
