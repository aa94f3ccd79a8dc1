"""From a temp file's name to what the picture is for (contract §4).

A temp name is `{userId}-{type}-{timestamp}[-{random}].{ext}`, e.g. `456-profile-789.jpg`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from media_vm.rules.pictures import DataType

_BY_NAME = {
    "profile": DataType.PROFILE,
    "header": DataType.PROFILE,
    "logo": DataType.LOGO,
    "site": DataType.SITES,
    "sites": DataType.SITES,
    "product": DataType.PRODUCT,
    "event": DataType.EVENT,
}
_BY_FOLDER = {
    "products": DataType.PRODUCT,
    "events": DataType.EVENT,
    "sites": DataType.SITES,
    "logos": DataType.LOGO,
    "profiles": DataType.PROFILE,
}
_NAME = re.compile(r"\d+-([a-z]+)-", re.IGNORECASE)
_STRANGE = re.compile(
    r"[\x00-\x20\x7f-\x9f\\?#\ud800-\udfff]"  # controls, spaces, separators, lone surrogates
    r"|%(?:[01][0-9a-f]|7f|2e|2f|5c|25)",  # the same, dots and slashes in disguise
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A data type, and whether it is only the default because nothing named one."""

    data_type: DataType
    is_default: bool = False


def data_type_of(image_path: str, declared: str | None) -> Guess:
    """A known declared type wins; then the type in the name; then the folder; else `profile`, a guess."""
    if declared in list(DataType):
        return Guess(DataType(declared))
    *folders, name = image_path.split("/")
    match = _NAME.match(name)
    if match and match[1].lower() in _BY_NAME:
        return Guess(_BY_NAME[match[1].lower()])
    for folder in reversed(folders):
        if folder.lower() in _BY_FOLDER:
            return Guess(_BY_FOLDER[folder.lower()])
    return Guess(DataType.PROFILE, is_default=True)


def is_safe_temp_path(image_path: str) -> bool:
    """An absolute path under the main API: no host, no query, no `..` in any spelling, no control byte, and
    nothing that UTF-8 cannot write."""
    if not image_path.startswith("/") or image_path.startswith("//") or _STRANGE.search(image_path):
        return False
    return not any(segment.startswith("..") for segment in image_path.split("/"))
