"""What becomes of a processed row of the main API's `pending_images` (contract §9).

its temp path …                             verdict
stands in some columns                      replaced     there, and the row is complete
stands nowhere                              unplaced     it stays processed; completed on request
stands, and its URL answers 410             gone         deleted, or failed: no run can replace it
is none, or permanent_url names no media    not_temp, unreadable: left for a person
is another upload's too                     contested    likewise
has a URL that does not answer 200          not_served   it stays, and the next run looks again
went elsewhere while we looked              changed      a user's change is kept
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from media_vm.rules.temp_urls import Column, is_temp_path, media_id_of, permanent_url_of

Key = tuple[tuple[str, int | str], ...]
OPEN = ("pending", "processed")  # statuses of uploads whose temp path is still to be replaced
FAILED = "failed"
GONE = 410


class Verdict(StrEnum):
    """What became of a row; in a dry run, what would."""

    REPLACED = "replaced"
    COMPLETED = "completed"
    UNPLACED = "unplaced"
    GONE = "gone"
    CHANGED = "changed"
    NOT_TEMP = "not_temp"
    UNREADABLE = "unreadable"
    CONTESTED = "contested"
    NOT_SERVED = "not_served"

    @property
    def needs_a_person(self) -> bool:
        """Nothing that happens every day, and no later run is likely to do better without somebody's help."""
        return self in (Verdict.NOT_TEMP, Verdict.UNREADABLE, Verdict.CONTESTED, Verdict.NOT_SERVED)

    @property
    def is_wanted(self) -> bool:
        """Is something to be written?"""
        return self in (Verdict.REPLACED, Verdict.COMPLETED)


class Stays(StrEnum):
    """Why an image is processed and not complete."""

    WAITING = "waiting"  # for a run, or for whoever corrects its row
    UNPLACED = "unplaced"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Place:
    """One column of one row. key: the names and values of its primary key."""

    column: Column
    key: Key


@dataclass(frozen=True, slots=True)
class Processed:
    """A row of `pending_images` as it was read. permanent_url: empty for NULL. updated_at: UTC, as
    `2026-11-21 20:00:00[.ffffff]`; None when the database holds no time."""

    image_id: int
    image_path: str
    permanent_url: str
    updated_at: str | None

    @property
    def since(self) -> datetime | None:
        """When it became processed."""
        return datetime.fromisoformat(self.updated_at).replace(tzinfo=UTC) if self.updated_at else None


@dataclass(frozen=True, slots=True)
class Upload:
    """Any row of `pending_images` with some path; permanent_url is empty for NULL."""

    image_id: int
    status: str
    permanent_url: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a row. url: the permanent one, where the row names a media. places: where it was put."""

    image: Processed
    verdict: Verdict
    url: str | None = None
    places: tuple[Place, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A temp path that no run will replace. status: of the newest upload with it; None: there is none."""

    place: Place
    path: str
    status: str | None


@dataclass(frozen=True, slots=True)
class UrlAnswer:
    """What a URL answered. status: None when nobody did."""

    status: int | None
    content_type: str


def plan(
    image: Processed,
    places: Sequence[Place],
    uploads: Iterable[Upload],
    base_url: str,
    *,
    completes_unplaced: bool,
) -> Outcome:
    """What is to become of it if its URL is served. uploads: all with the same path, itself among them."""
    media_id = media_id_of(image.permanent_url)
    if not is_temp_path(image.image_path):
        return Outcome(image, Verdict.NOT_TEMP, why="its image_path is no temp path")
    if media_id is None:
        return Outcome(image, Verdict.UNREADABLE, why="its permanent_url names no media")
    rivals = sorted(one.image_id for one in uploads if _is_rival(one, image.image_id, media_id))
    if rivals:
        return Outcome(image, Verdict.CONTESTED, why=f"pending image {rivals[0]} has the same path")
    url = permanent_url_of(base_url, media_id)
    if places:
        return Outcome(image, Verdict.REPLACED, url, tuple(places))
    return Outcome(image, Verdict.COMPLETED if completes_unplaced else Verdict.UNPLACED, url)


def checked(planned: Outcome, answer: UrlAnswer) -> Outcome:
    """What is to become of it now that its URL answered. One that is gone and shown nowhere may be
    complete: nothing is left to do."""
    if answer.status == GONE:
        if planned.verdict is Verdict.COMPLETED:
            return planned
        return replace(planned, verdict=Verdict.GONE, why=f"its URL answers {GONE}: it was deleted, or has failed")
    why = why_not_served(answer)
    return replace(planned, verdict=Verdict.NOT_SERVED, why=why) if why else planned


def stays(image: Processed, shown: Collection[str]) -> Stays:
    """Before its URL was asked. shown: the temp paths that stand in some column."""
    is_sound = is_temp_path(image.image_path) and media_id_of(image.permanent_url) is not None
    return Stays.UNPLACED if is_sound and image.image_path not in shown else Stays.WAITING


def why_not_served(answer: UrlAnswer) -> str | None:
    """None for a picture; a page that answers 200 to everything is none."""
    if answer.status is None:
        return "its URL does not answer"
    if 300 <= answer.status < 400:
        return f"its URL answers {answer.status}; redirects are not followed"
    if answer.status != 200:
        return f"its URL answers {answer.status}"
    is_picture = answer.content_type.strip().lower().startswith("image/")
    return None if is_picture else "its URL answers 200 with something that is no picture"


def orphan_of(place: Place, path: str, uploads: Sequence[Upload]) -> Orphan | None:
    """None while an upload with this path is open."""
    if any(one.status in OPEN for one in uploads):
        return None
    newest = max(uploads, key=lambda one: one.image_id, default=None)
    return Orphan(place, path, newest.status if newest else None)


def _is_rival(other: Upload, image_id: int, media_id: int) -> bool:
    """Does it lay claim to the same path for another picture?"""
    is_alive = other.image_id != image_id and other.status != FAILED
    return is_alive and media_id_of(other.permanent_url) != media_id
