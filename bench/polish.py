"""Figure: the bytes of a picture's variants before and after idle time has polished them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench.comparison import Comparison
from bench.photos import Photo
from bench.shots import CENTRE, LIMIT
from media_vm.imaging import tasks
from media_vm.imaging.pool import ChildPool
from media_vm.rules.pictures import DataType, Format, Size
from media_vm.rules.validation import READABLE, Limits
from media_vm.values import Rendered, RenderRequest

Bodies = Mapping[tuple[Size, Format], bytes]
Weights = dict[Format, float]
MADE_AGAIN: Final = (Format.AVIF, Format.WEBP)


def compare_polish(photos: Sequence[Photo], scratch: Path) -> Iterator[Comparison]:
    """Kilobytes of all sizes of each photograph, format by format, as the worker makes them in a hurry and with
    nothing else to do."""
    with closing(ChildPool(1)) as child:
        for photo in photos:
            before, after = child.run(weighed, photo.path, scratch, limit=LIMIT)
            for form in MADE_AGAIN:
                if before[form]:
                    yield Comparison(
                        f"polish, {photo.label}",
                        f"all {form.value}, kB",
                        "kB",
                        (after[form],),
                        "in a hurry",
                        (before[form],),
                    )


def weighed(source: Path, scratch: Path) -> tuple[Weights, Weights]:
    """Kilobytes before and after, of all sizes by format; a task of a child process."""
    before, after = polished(source, scratch)
    return (
        {one: kilobytes(before, one) for one in MADE_AGAIN},
        {one: kilobytes(after, one) for one in MADE_AGAIN},
    )


def polished(source: Path, scratch: Path) -> tuple[Bodies, Bodies]:
    """All variants of one picture before and after."""
    request = RenderRequest(DataType.PRODUCT, CENTRE)
    hasty = tasks.render(source, scratch, "polish-hasty-", request, Limits(), READABLE).kept
    request = replace(request, polishes=frozenset(one.sha256 for one in hasty))
    again = tasks.render(source, scratch, "polish-again-", request, Limits(), READABLE).kept
    before = _read(hasty)
    return before, before | _read(again)


def kilobytes(bodies: Bodies, form: Format) -> float:
    """Of all sizes in one format."""
    return sum(len(body) for (_, of), body in bodies.items() if of is form) / 1e3


def _weights(bodies: Bodies) -> Weights:
    return {form: kilobytes(bodies, form) for form in MADE_AGAIN}


def _read(kept: Sequence[Rendered]) -> dict[tuple[Size, Format], bytes]:
    return {(one.size, one.format): one.temporary.read_bytes() for one in kept}
