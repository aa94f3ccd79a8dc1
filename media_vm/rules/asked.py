"""What a serving URL asks for, by its query or as a path (contract §8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

from media_vm.rules.pictures import Background, Format, Size
from media_vm.rules.sizes import ALIASES, size_named

_FORMATS = {kept.value: kept for kept in Format} | {"jpg": Format.JPEG}
_BACKGROUNDS = {background.value: background for background in Background}
_PARAMETERS = frozenset({"size", "format", "bg", "v", "exp", "sig"})

_ID = "([1-9][0-9]{0,17})"  # one spelling an id, and no more digits than a 64-bit column holds
_BY_ID = re.compile(rf"/(?:serve|api/images)/{_ID}")
_OF_MEDIA = re.compile(rf"/(?:serve|api/images)/{_ID}(?:/|\Z)")
_MANIFEST = re.compile(rf"/serve/{_ID}/manifest\.json")
_BY_PATH = re.compile(rf"/serve/{_ID}(?:/v([0-9a-f]{{8}}))?/([a-z]+)(\.nobg)?\.([a-z]+)")


class UnknownValue(ValueError):
    """A parameter's value that is none of ours; `valid` names those that are."""

    def __init__(self, parameter: str, valid: tuple[str, ...]) -> None:
        super().__init__(f"{parameter} must be one of: {', '.join(valid)}")
        self.parameter = parameter
        self.valid = valid


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a picture; None where the URL names nothing. version: the `v` in lower case, unchecked."""

    size: Size = Size.DETAIL
    format: Format | None = None
    background: Background | None = None
    version: str | None = None


def asked_by_url(path: str, query: str) -> tuple[int, Asked] | None:
    """The media id and what is asked of it; None if the path is no serving URL. UnknownValue.

    A path that names size and format is the whole request: of its query a signature alone counts.
    """
    if by_id := _BY_ID.fullmatch(path):
        return int(by_id[1]), _asked_by_query(query)
    if by_path := _BY_PATH.fullmatch(path):
        media_id, version, size, no_background, extension = by_path.groups()
        background = Background.REMOVED if no_background else Background.ORIGINAL
        return int(media_id), Asked(_size(size), _format(extension), background, version)
    return None


def media_by_path(path: str) -> int | None:
    """The media that a path is about, whatever it asks of it; None if it is about none."""
    found = _OF_MEDIA.match(path)
    return int(found[1]) if found else None


def manifest_by_path(path: str) -> int | None:
    """The media whose manifest a path names; None if it is no manifest's."""
    found = _MANIFEST.fullmatch(path)
    return int(found[1]) if found else None


def _asked_by_query(query: str) -> Asked:
    """Read `size=&format=&bg=&v=`: the last of a name wins, an empty value counts as missing."""
    named = dict(parameters(query))
    return Asked(
        size=_size(named["size"]) if "size" in named else Size.DETAIL,
        format=_format(named["format"]) if "format" in named else None,
        background=_background(named["bg"]) if "bg" in named else None,
        version=named["v"].lower() if "v" in named else None,
    )


def parameters(query: str) -> Iterator[tuple[str, str]]:
    """Known names with their values, in order; a second `?` inside a known value starts another pair.

    The seed's pages append `?size=thumbnail` to a URL that has a query, and proxies then encode that `?`.
    """
    pending = query.split("&")[::-1]
    while pending:
        name, _, value = pending.pop().partition("=")
        name = unquote_plus(name).removesuffix("[]")
        if name not in _PARAMETERS:
            continue
        value, *appended = re.split(r"[?&]", unquote_plus(value))
        pending.extend(reversed(appended))
        if value:
            yield name, value


def _size(text: str) -> Size:
    size = size_named(text)
    if size is None:
        raise UnknownValue("size", (*Size, *ALIASES))
    return size


def _format(text: str) -> Format:
    if text not in _FORMATS:
        raise UnknownValue("format", tuple(_FORMATS))
    return _FORMATS[text]


def _background(text: str) -> Background:
    if text not in _BACKGROUNDS:
        raise UnknownValue("bg", tuple(_BACKGROUNDS))
    return _BACKGROUNDS[text]
