"""Profiles in every state, and what a replacement has to make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, text

from media_vm.rules.replacing import Place
from media_vm.rules.temp_urls import Column
from tests.replacing.festival import ARTIST, COLUMNS, HEADER, KEYS, PROFILE, PROMOTER, SITE

BEGAN = "2026-11-01 10:00:00"
Row = tuple[Column, str | None, str | None]  # where, what stands there, and what should in the end


@dataclass
class Festival:
    """What was put in, and what is expected after a whole run. replaced: images. missing: media that nobody
    serves."""

    base_url: str
    values: dict[Place, str] = field(default_factory=dict)
    after: dict[Place, str] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)
    statuses_after: dict[int, str] = field(default_factory=dict)
    replaced: int = 0
    missing: set[int] = field(default_factory=set)
    orphans: int = 0


def filled(engine: Engine, profiles: int, base_url: str) -> Festival:
    """So many profiles. Of twenty, twelve have a picture that is to be replaced, and each of the others is a state
    of its own that is to be left."""
    filling = _Filling(Festival(base_url))
    rows: dict[Column, list[tuple[int, str | None]]] = {column: [] for column in COLUMNS}
    for user in range(1, profiles + 1):
        for column, value, after in filling.rows_of(user):
            rows[column].append((user, value))
            number = len(rows[SITE]) if column is SITE else user
            place = Place(column, ((KEYS[column.table][0], number),))
            if value is not None and after is not None:
                filling.festival.values[place], filling.festival.after[place] = value, after
    with engine.begin() as connection:
        _insert(connection, filling.uploads, rows)
    return filling.festival


class _Filling:
    """One user after the other. uploads: rows of `pending_images`, by their columns."""

    def __init__(self, festival: Festival) -> None:
        self.festival = festival
        self.uploads: list[tuple[Any, ...]] = []

    def rows_of(self, user: int) -> Iterator[Row]:
        states: dict[int, Callable[[int], Iterator[Row]]] = {
            7: self._at_work,
            8: self._done_long_ago,
            9: self._nothing,
            10: self._without_upload,
            11: self._exchanged,
            12: self._unreadable,
            13: self._not_served,
            14: self._alike,
        }
        state = states.get(user % 20)
        yield from state(user) if state else self._served(user, "profile", PROFILE)
        if user % 4 == 0:
            yield from self._served(user, "header", HEADER)
        if user % 5 == 0:
            yield from self._served(user, "logo", ARTIST, PROMOTER)
        if user % 10 == 0:
            yield from self._served(user, "site", SITE)

    def _served(self, user: int, kind: str, *columns: Column) -> Iterator[Row]:
        media_id = self._next_media
        path = self._upload(user, "processed", _written(media_id), after="complete", kind=kind)
        self.festival.replaced += 1
        yield from ((column, path, self._url(media_id)) for column in columns)

    def _at_work(self, user: int) -> Iterator[Row]:
        path = self._upload(user, "pending", None)
        yield PROFILE, path, path

    def _done_long_ago(self, user: int) -> Iterator[Row]:
        url = self._url(self._next_media)
        self._upload(user, "complete", str(self._next_media))
        yield PROFILE, url, url

    def _nothing(self, _: int) -> Iterator[Row]:
        yield PROFILE, None, None

    def _without_upload(self, user: int) -> Iterator[Row]:
        self.festival.orphans += 1
        path = f"/temp_images/profiles/{user}-profile-1.jpg"
        yield PROFILE, path, path

    def _exchanged(self, user: int) -> Iterator[Row]:
        """The user chose another picture before this one was done."""
        self._upload(user, "processed", str(self._next_media))
        yield PROFILE, f"https://elsewhere.example/{user}.jpg", f"https://elsewhere.example/{user}.jpg"

    def _unreadable(self, user: int) -> Iterator[Row]:
        path = self._upload(user, "processed", "https://media.example/soon")
        yield PROFILE, path, path

    def _not_served(self, user: int) -> Iterator[Row]:
        self.festival.missing.add(self._next_media)
        path = self._upload(user, "processed", str(self._next_media))
        yield PROFILE, path, path

    def _alike(self, user: int) -> Iterator[Row]:
        """A collation, LIKE or REPLACE would hold these for the path."""
        path = self._upload(user, "processed", str(self._next_media))
        self.festival.orphans += 2
        yield PROFILE, path.upper(), path.upper()
        for value in (f"{path}x", f"{path} ", f"https://elsewhere.example{path}"):
            yield SITE, value, value

    @property
    def _next_media(self) -> int:
        return 1_000_000 + len(self.uploads)

    def _url(self, media_id: int) -> str:
        return f"{self.festival.base_url}/{media_id}?size=detail"

    def _upload(
        self, user: int, status: str, permanent: str | None, *, after: str | None = None, kind: str = "profile"
    ) -> str:
        number = len(self.uploads) + 1
        path = f"/temp_images/profiles/{user}-{kind}-{1_700_000_000 + user}.jpg"
        self.uploads.append((number, user, path, permanent, status, BEGAN))
        self.festival.statuses[number], self.festival.statuses_after[number] = status, after or status
        return path


def _written(media_id: int) -> str:
    """In the three forms of the contract."""
    forms = (
        f"{media_id}",
        f"https://media.example/serve/{media_id}",
        f"https://api.example/api/images/{media_id}?size=detail",
    )
    return forms[media_id % 3]


def _insert(
    connection: Connection,
    uploads: Sequence[tuple[Any, ...]],
    rows: dict[Column, list[tuple[int, str | None]]],
) -> None:
    headers = dict(rows[HEADER])
    _many(
        connection,
        "pending_images (id, user_id, image_path, permanent_url, status, updated_at)",
        uploads,
    )
    profiles = [(user, "häppy", value, headers.get(user)) for user, value in rows[PROFILE]]
    _many(connection, "user_profiles (user_id, bio, profile_image_path, header_image_path)", profiles)
    _many(connection, "artist_profiles (user_id, logo_path)", rows[ARTIST])
    _many(connection, "promoter_profiles (user_id, logo_path)", rows[PROMOTER])
    _many(connection, "site_media (user_id, media_path)", rows[SITE])


def _many(connection: Connection, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        names = "abcdef"[: len(rows[0])]
        statement = f"INSERT INTO {into} VALUES ({', '.join(f':{name}' for name in names)})"
        connection.execute(text(statement), [dict(zip(names, row, strict=True)) for row in rows])
