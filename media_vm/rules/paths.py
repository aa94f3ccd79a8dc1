"""Where files live under the storage root (contract §6). Ids, enums, digests and ASCII slugs only: no foreign
string reaches the disk."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from pathlib import PurePosixPath

from media_vm.rules.pictures import Background, DataType, Format, Size

SLUG_LENGTH = 60
_LIBRARY_NAME = re.compile(
    rf"([1-9][0-9]{{0,17}})-([a-z0-9]+(?:-[a-z0-9]+)*)-({'|'.join(Size)})(?:-nobg)?-[0-9a-f]{{8}}"
    rf"\.(?:{'|'.join(one.extension for one in Format)})"
)
_BULK_NAME = re.compile(r"[1-9][0-9]{0,17}-[0-9a-f]{16}\.[a-z0-9]{2,5}")
# Letters that Unicode does not take apart into an ASCII one and a mark.
_WITHOUT_DECOMPOSITION = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ß": "ss",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "ð": "d",
    }
)


def slug_of(original_name: str) -> str:
    """At most 60 characters of a–z, 0–9 and single dashes, from the name without its extension; `image` when
    nothing is left."""
    return _dashed(PurePosixPath(original_name.replace("\\", "/")).name.rsplit(".", 1)[0]) or "image"


def slug_from(words: Iterable[str | None], original_name: str) -> str:
    """The same of what a picture shows, as `abstract-sunset-oil`; of its name where nobody said anything."""
    return _dashed(" ".join(word for word in words if word)) or slug_of(original_name)


def slug_in(path: str, media_id: int, size: Size) -> str | None:
    """The slug in a stored variant's name; None if that is none of ours."""
    found = _LIBRARY_NAME.fullmatch(path.rpartition("/")[2])
    return found[2] if found and (found[1], found[3]) == (str(media_id), size.value) else None


def has_our_name(path: str) -> bool:
    """Does it end as `library_name` and `bulk_path` do, whosever it is? All other names were given by others."""
    pattern = _LIBRARY_NAME if path.startswith("library/") else _BULK_NAME
    return pattern.fullmatch(PurePosixPath(path).name) is not None


def _dashed(text: str) -> str:
    """Cut at the end of a word where one is near."""
    stem = text.translate(_WITHOUT_DECOMPOSITION)
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    dashed = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    if len(dashed) > SLUG_LENGTH and "-" in dashed[SLUG_LENGTH // 2 : SLUG_LENGTH + 1]:
        return dashed[: dashed.rindex("-", 0, SLUG_LENGTH + 1)]
    return dashed[:SLUG_LENGTH].rstrip("-")


def bulk_path(on: date, media_id: int, sha256: str, extension: str) -> str:
    """`bulk/2025-01-15/{media_id}-{sha256[:16]}.{ext}`."""
    return f"{bulk_folder(on)}/{media_id}-{sha256[:16]}.{extension}"


def bulk_folder(on: date) -> str:
    """`bulk/2025-01-15`."""
    return f"bulk/{on.isoformat()}"


def library_folder(user_id: int, data_type: DataType) -> str:
    """`library/user_123/product/img`."""
    return f"library/user_{user_id}/{data_type.value}/img"


def library_name(media_id: int, slug: str, size: Size, fmt: Format, background: Background, sha256: str) -> str:
    """`{media_id}-{slug}-{size}[-nobg]-{hash8}.{ext}`."""
    face = "-nobg" if background is Background.REMOVED else ""
    return f"{media_id}-{slug}-{size.value}{face}-{sha256[:8]}.{fmt.extension}"
