"""For how long originals and quarantine are kept, by type and door (contract §10).

`quarantine=90,originals.event=365,originals.upload.profile=730,originals.logo=ever`: days since the bytes came, or
were put aside. A rule that names more wins over one that names less, and a type over a door.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from media_vm.rules.pictures import DataType, Source

EVER = "ever"
DUMPS_KEPT = 7  # of a backup's, unless told otherwise: a week of nights
MOST_DAYS = 36_500
EXAMPLE = "quarantine=90,originals.event=365,originals.upload.profile=730"


class Area(StrEnum):
    """What is kept for a time."""

    ORIGINALS = "originals"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Keep:
    """One rule. source, data_type: None for all of them; days: None for ever."""

    area: Area
    days: int | None
    source: Source | None = None
    data_type: DataType | None = None

    def __str__(self) -> str:
        names = [self.area, *(one for one in (self.source, self.data_type) if one)]
        return f"{'.'.join(names)}={self.days or EVER}"


@dataclass(frozen=True, slots=True)
class Retention:
    """All rules. What no rule names is kept for ever."""

    keeps: tuple[Keep, ...] = (Keep(Area.ORIGINALS, None), Keep(Area.QUARANTINE, 90))

    def days(self, area: Area, source: Source | None, data_type: DataType | None) -> int | None:
        """For how many days; None for ever. source, data_type: None for bytes of which nobody knows whose they
        are, which only the rules for all concern."""
        meant = [
            one
            for one in self.keeps
            if one.area is area and one.source in (None, source) and one.data_type in (None, data_type)
        ]
        closest = max(meant, key=lambda one: (one.data_type is not None, one.source is not None), default=None)
        return closest.days if closest else None

    def __str__(self) -> str:
        return ",".join(str(one) for one in self.keeps)


def retention_of(text: str) -> Retention:
    """The rules of a text; one that names nothing more takes the default's place. ValueError names all that is
    wrong with it."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    read = [_keep_of(part) for part in parts]
    keeps = [one for one in read if isinstance(one, Keep)]
    problems = [one for one in read if isinstance(one, str)]
    problems += [f"{one} says twice what is kept" for one in _named_twice(keeps)]
    if problems:
        raise ValueError("; ".join(problems))
    named = {_name(one) for one in keeps}
    return Retention((*(one for one in Retention().keeps if _name(one) not in named), *keeps))


def _keep_of(part: str) -> Keep | str:
    """One rule, or what is wrong with it."""
    name, _, days = part.partition("=")
    area, *which = (word.strip().lower() for word in name.split("."))
    known = {**{one.value: one for one in Source}, **{one.value: one for one in DataType}}
    if area not in set(Area):
        return f"{part!r}: {area!r} is not kept for a time; {' and '.join(Area)} are"
    if strange := [word for word in which if word not in known]:
        return (
            f"{part!r}: {strange[0]!r} is neither a door ({', '.join(Source)}) nor a type ({', '.join(DataType)})"
        )
    doors = [one for word in which if isinstance(one := known[word], Source)]
    types = [one for word in which if isinstance(one := known[word], DataType)]
    if len(doors) > 1 or len(types) > 1:
        return f"{part!r}: one door and one type at most"
    number = days.strip().lower()
    if number != EVER and not (number.isdecimal() and number.isascii() and 1 <= int(number) <= MOST_DAYS):
        return f"{part!r}: a number of days from 1 to {MOST_DAYS}, or {EVER!r}"
    kept = None if number == EVER else int(number)
    return Keep(Area(area), kept, doors[0] if doors else None, types[0] if types else None)


def _name(one: Keep) -> tuple[Area, Source | None, DataType | None]:
    return one.area, one.source, one.data_type


def _named_twice(keeps: Sequence[Keep]) -> list[str]:
    names = [_name(one) for one in keeps]
    return [str(one) for at, one in enumerate(keeps) if _name(one) in names[:at]]
