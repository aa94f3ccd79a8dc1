"""Figures: serve over very many media: what one that it does not know costs, and what it comes to hold."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from bench.comparison import Comparison, in_turns
from bench.load import Asked, visit, waits
from bench.serving import BROWSER
from bench.shelves import FILE_BYTES, VARIANTS_EACH, Shelf, shelf
from media_vm.rules.pictures import Size
from tests.mariadb import private_mariadb

FEW, MANY = 1_000, 200_000  # media
MISSES, ROUNDS, PATIENCE = 100, 8, 60.0  # misses a round, of no media twice: FEW has as many
VISITS, VISITED, WARM = 1_000_000, 10_000, 0.2  # requests, media, and the part of the requests that warms up
UNKNOWN = 20_000  # ids of a scan
VISITORS = 2  # processes
BEYOND = 10**12  # no id is as high
SIZES = tuple(Size)


def compare_crowded(scratch: Path, few: int = FEW, many: int = MANY, visits: int = VISITS) -> Iterator[Comparison]:
    """On a MariaDB of the bench's own, one process of serve before each database. NotMeasured."""
    folder = scratch / "crowded"
    with ExitStack() as stack:
        server = stack.enter_context(private_mariadb(folder / "mariadb"))
        shelves = [stack.enter_context(shelf(server, folder / str(media), media)) for media in (few, many)]
        yield from _misses(*shelves)
        context = multiprocessing.get_context("forkserver")
        with ProcessPoolExecutor(VISITORS, mp_context=context) as visitors:
            yield from _held(shelves[1], visits, visitors)
            yield from _scanned(shelves[1], visitors)


def _misses(small: Shelf, large: Shelf) -> Iterator[Comparison]:
    """One after the other, each of a media that serve has not seen; then of one that it knows."""
    fresh = {one: _even(one.media, random.Random(one.media)) for one in (small, large)}

    def milliseconds(one: Shelf) -> float:
        return median(waits(one.port, (_picture(one.port, next(fresh[one])) for _ in range(MISSES))))

    runs: dict[str, Callable[[], float]] = {
        "few": partial(milliseconds, small),
        "many": partial(milliseconds, large),
        "hit": lambda: median(waits(large.port, [_picture(large.port, 2)] * MISSES)),
    }
    times = in_turns(runs, rounds=ROUNDS, patience=PATIENCE)
    subject = f"serve, a miss among {large.media:,} media, {large.media * VARIANTS_EACH:,} variants, MariaDB"
    yield Comparison(subject, "time", "ms", times["many"], f"among {small.media:,}", times["few"])
    yield Comparison(subject, "time", "ms", times["many"], "one that is known", times["hit"], is_contest=False)


def _held(one: Shelf, visits: int, visitors: ProcessPoolExecutor) -> Iterator[Comparison]:
    """What the process holds once it has warmed up, and at the end."""
    warm, rest = int(visits * WARM), visits - int(visits * WARM)
    _together(visitors, partial(_visit_known, one.port), warm)
    before = one.resident_megabytes
    rate = _together(visitors, partial(_visit_known, one.port), rest)
    subject = f"serve, {visits:,} requests over {min(VISITED, one.media):,} media"
    after = one.resident_megabytes
    yield Comparison(subject, "RSS", "MB", (after,), f"after {warm:,}", (before,))
    yield Comparison(subject, "answers", "1/s", (rate,), more_is_better=True)


def _scanned(one: Shelf, visitors: ProcessPoolExecutor) -> Iterator[Comparison]:
    """Every id a new one: beyond the highest, which needs no look; and in the gaps between others, which does."""
    for where, visit_unknown in (("beyond the last", _visit_beyond), ("in gaps", _visit_gaps)):
        before = one.resident_megabytes
        rate = _together(visitors, partial(visit_unknown, one.port, one.media), UNKNOWN)
        subject = f"serve, {UNKNOWN:,} unknown ids {where}"
        yield Comparison(subject, "404s", "1/s", (rate,), more_is_better=True)
        yield Comparison(subject, "RSS", "MB", (one.resident_megabytes,), "before", (before,))


@dataclass(frozen=True, slots=True)
class _Share:
    """Of one visitor: how many requests, and which visitor it is."""

    count: int
    visitor: int


def _together(visitors: ProcessPoolExecutor, work: Callable[[_Share], float], count: int) -> float:
    """Answers a second that all visitors get. NotMeasured."""
    shares = [_Share(count // VISITORS, visitor) for visitor in range(VISITORS)]
    return sum(visitors.map(work, shares))


def _visit_known(port: int, share: _Share) -> float:
    """As pages are visited: the tenth media a tenth as often as the first (Zipf's law)."""
    chance = random.Random(share.count + share.visitor)
    ids = (2 * int(VISITED ** chance.random()) for _ in range(share.count))
    return visit(_picture(port, media_id, chance.choice(SIZES)) for media_id in ids)


def _visit_beyond(port: int, _media: int, share: _Share) -> float:
    first = BEYOND + share.visitor * share.count
    return visit(_nothing(port, media_id) for media_id in range(first, first + share.count))


def _visit_gaps(port: int, media: int, share: _Share) -> float:
    gaps = range(2 * share.visitor + 1, 2 * media, 2 * VISITORS)
    return visit(_nothing(port, gaps[number % len(gaps)]) for number in range(share.count))


def _even(media: int, chance: random.Random) -> Iterator[int]:
    """Ids of the media in a random order, each once."""
    return iter(chance.sample(range(2, 2 * media + 1, 2), media))


def _picture(port: int, media_id: int, size: Size = Size.GRID) -> Asked:
    return Asked(port, f"/serve/{media_id}?size={size.value}", (BROWSER,), 200, FILE_BYTES)


def _nothing(port: int, media_id: int) -> Asked:
    return Asked(port, f"/serve/{media_id}?size=grid", (BROWSER,), 404, 0)
