"""What a browser that asks for a picture gets now (contract §8), why, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from media_vm.rules.failures import Kind

_BY_KIND: Mapping[Kind | None, str] = {
    Kind.PERMANENT: "have the picture uploaded again",
    Kind.ABSENT: "have the picture uploaded again",
    Kind.POISON: "have the picture uploaded again, and report the file if you may pass it on",
}
_WAITS_FOR: Mapping[Kind | None, str] = {
    Kind.MISCONFIGURED: "correct the key that is refused and restart the worker; `media-vm doctor` names it",
    Kind.OUTAGE: "`media-vm status` says who is away; once it is back the work goes on by itself",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One variant that a row names. is_whole: its file is there, with all its bytes."""

    size: str
    format: str
    path: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides the answer. step: that is awaited. next_try, heal_at: when it is tried again, and when a failed
    one gets a further round. error: the last one, beginning with its kind."""

    media_id: int
    is_deleted: bool
    has_failed: bool
    kept: Sequence[Kept]
    step: str | None = None
    next_try: str | None = None
    heal_at: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """status: of HTTP. formats: in which it is sent. missing: paths of rows without their file: asked for one of
    them, serve answers 503. to_do: None where nobody has to do anything."""

    status: int
    says: str
    to_do: str | None
    formats: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def seen(standing: Standing) -> Sight:
    """As `serve` would answer whom it lets in."""
    if standing.is_deleted:
        return Sight(410, "it was deleted", None)
    if standing.kept:
        return _of_variants(standing.kept)
    if standing.has_failed:
        return Sight(410, "it could not be processed", _after_failure(standing))
    awaited = f"not ready: {standing.step or 'a file'} is awaited"
    until = f", next try {standing.next_try}" if standing.next_try else ""
    return Sight(404, awaited + until, _WAITS_FOR.get(_kind(standing.error)))


def _of_variants(kept: Sequence[Kept]) -> Sight:
    whole = [one for one in kept if one.is_whole]
    missing = tuple(one.path for one in kept if not one.is_whole)
    formats = tuple(dict.fromkeys(one.format for one in whole))
    sizes = len({one.size for one in whole})
    says = f"{', '.join(formats)} in {sizes} {'size' if sizes == 1 else 'sizes'}"
    if not missing:
        return Sight(200, says, None, formats)
    to_do = "is the storage mounted? If it is, `media-vm fsck --yes` has them made again"
    gone = f"{len(missing)} of {len(kept)} files are not there or not whole"
    if not whole:
        return Sight(503, gone, to_do, missing=missing)
    return Sight(200, f"{says}; 503 for the rest: {gone}", to_do, formats, missing)


def _after_failure(standing: Standing) -> str:
    again = f"`media-vm retry {standing.media_id}`"
    if standing.heal_at:
        return f"nothing until {standing.heal_at}, when it gets a further round; {again} gives it one at once"
    return _BY_KIND.get(_kind(standing.error), f"{again} gives it a further round")


def _kind(error: str | None) -> Kind | None:
    word = (error or "").partition(":")[0]
    return next((kind for kind in Kind if kind.value == word), None)
