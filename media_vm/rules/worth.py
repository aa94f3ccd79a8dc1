"""Which encodings of one raster are worth keeping; at equal looks bytes alone decide."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf
from typing import Final, NamedTuple

from media_vm.rules.pictures import DataType, Format


class Encoding(NamedTuple):
    """A way to write one raster."""

    format: Format
    is_lossless: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What a picture asks of its formats.

    needs_png: it is see-through, so that its plain format is PNG; of an opaque one contract §7 has it be JPEG,
    though it be flat. is_graphic: it is flat, so that WebP without loss may be the smaller one. loses_nothing: it
    is a flat part of a site's pages, say a button: no lossy encoding of it is made.
    """

    needs_png: bool
    is_graphic: bool
    loses_nothing: bool = False

    @property
    def plain(self) -> Encoding:
        """What every reader can show."""
        is_png = self.needs_png or self.loses_nothing
        return Encoding(Format.PNG if is_png else Format.JPEG, is_lossless=is_png)

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        """All that are to be tried."""
        if self.loses_nothing:
            return Encoding(Format.WEBP, is_lossless=True), self.plain
        found = [Encoding(Format.AVIF, is_lossless=False), Encoding(Format.WEBP, is_lossless=False), self.plain]
        if self.is_graphic:
            found.append(Encoding(Format.WEBP, is_lossless=True))
        return tuple(found)

    def to_judge(self, formats: Collection[Format]) -> tuple[Encoding, ...]:
        """What must be made to tell which of these formats are worth keeping; of none: all that is to be tried.

        Each is held against the plain one, and what loses something against what loses nothing.
        """
        return tuple(
            one
            for one in self.encodings
            if not formats or one.format in formats or one == self.plain or one.is_lossless
        )


def kind_of(data_type: DataType, *, needs_png: bool, is_graphic: bool) -> Kind:
    """A site's drawings lose nothing."""
    return Kind(needs_png, is_graphic, loses_nothing=is_graphic and data_type is DataType.SITES)


@dataclass(frozen=True, slots=True)
class Worth:
    """The one encoding of each format that is kept, and the reason why a format is not."""

    kept: tuple[Encoding, ...]
    not_kept: Mapping[Format, str]


WORK: Final[Mapping[Encoding, float]] = {
    Encoding(Format.AVIF, is_lossless=False): 18.0,
    Encoding(Format.PNG, is_lossless=True): 10.0,
    Encoding(Format.WEBP, is_lossless=True): 8.0,
    Encoding(Format.WEBP, is_lossless=False): 5.0,
    Encoding(Format.JPEG, is_lossless=False): 2.0,
}
"""Rough CPU seconds for 100 megapixels, to begin with the longest."""

PLAIN: Final = (Format.JPEG, Format.PNG)
"""The formats that every reader can show."""


def worth_keeping(sizes: Mapping[Encoding, int]) -> Worth:
    """The smallest of each format; of the modern ones those that are smaller than the plain one.

    What loses something must be smaller than what loses nothing as well: it may be the one that is served first.
    sizes: bytes of each encoding, one of them plain.
    """
    best = {one.format: one for one in sorted(sizes, key=lambda one: sizes[one], reverse=True)}
    plain = next(best[form] for form in PLAIN if form in best)
    lossless = min((sizes[one] for one in best.values() if one.is_lossless), default=inf)
    not_kept: dict[Format, str] = {}
    for form, one in best.items():
        if one is not plain and sizes[one] >= sizes[plain]:
            not_kept[form] = "not_smaller"
        elif one is not plain and not one.is_lossless and sizes[one] >= lossless:
            not_kept[form] = "lossless_smaller"
    return Worth(tuple(best[form] for form in Format if form in best and form not in not_kept), not_kept)
