"""Figure: how much variants look like their pictures, ours beside a fixed Q, by SSIMULACRA2 of whole rasters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.comparison import Comparison, NotMeasured
from bench.shots import LARGE, LOSSY, OURS, SHARP, SMALL, Shot
from media_vm.rules.pictures import Format, Size

SCORE: Final = "median (5 %–95 %)"
GROUPS: Final = {"small sizes": SMALL, "large sizes": LARGE}


@dataclass(frozen=True, slots=True)
class Spread:
    """Scores of many variants: their 5th, 50th and 95th percentile, and all their bytes."""

    low: float
    middle: float
    high: float
    bytes: int

    @property
    def points(self) -> tuple[float, float, float]:
        """What the table shows as a median with the least and the most."""
        return self.low, self.middle, self.high


def compare_quality(shots: Sequence[Shot]) -> Iterator[Comparison]:
    """For each format and group of sizes the scores beside sharp's fixed Q, and the bytes at an equal 5 %.

    The latter compares with the fixed Q whose lowest twentieth is as good as ours. NotMeasured if there is no
    photograph among the pictures.
    """
    if not shots:
        raise NotMeasured("quality: there is no photograph among these pictures")
    totals = [0.0, 0.0]
    for form in LOSSY:
        for group, sizes in GROUPS.items():
            mine = _of(shots, form, sizes)
            if not mine:
                continue
            subject = f"quality, {_count(mine)} {form.value}, {group}"
            yield _scores(subject, mine, f"sharp's Q {SHARP[form]}")
            ours = spread(mine, OURS)
            equal = bytes_at(mine, form, ours.low)
            totals = [totals[0] + ours.bytes, totals[1] + equal]
            yield Comparison(subject, "at equal 5 %", "kB", (ours.bytes / 1e3,), "the Q for that", (equal / 1e3,))
        whole = _of(shots, form, tuple(Size))
        yield _scores(f"quality, {_count(whole)} {form.value}, all sizes", whole, f"sharp's Q {SHARP[form]}")
    yield _scores(f"quality, all {_count(shots)}", shots, "sharp's Q")
    kilobytes = [total / 1e3 for total in totals]
    yield Comparison("quality, all", "at equal 5 %", "kB", (kilobytes[0],), "the Q for that", (kilobytes[1],))


def spread(shots: Iterable[Shot], *ways: str) -> Spread:
    """The percentiles and bytes of all variants that were made in these ways."""
    mine = [shot for shot in shots if shot.way in ways]
    low, middle, high = np.percentile([shot.score for shot in mine], [5, 50, 95])
    return Spread(float(low), float(middle), float(high), sum(shot.bytes for shot in mine))


def bytes_at(shots: Sequence[Shot], form: Format, low: float) -> float:
    """All bytes at the fixed Q whose 5th percentile is `low`, between (or beyond) those that were tried."""
    ways = sorted({shot.way for shot in shots if shot.form is form} - {OURS})
    rungs = sorted((one.low, float(np.log(one.bytes))) for one in (spread(shots, way) for way in ways))
    above = next((at for at, (score, _) in enumerate(rungs) if score >= low and at), len(rungs) - 1)
    (from_score, from_bytes), (to_score, to_bytes) = rungs[above - 1], rungs[above]
    return float(np.exp(from_bytes + (low - from_score) * (to_bytes - from_bytes) / (to_score - from_score)))


def _scores(subject: str, shots: Sequence[Shot], peer: str) -> Comparison:
    fixed = [shot for shot in shots if shot.way == f"Q {SHARP[shot.form]}"]
    theirs = spread(fixed, *{shot.way for shot in fixed}).points
    return Comparison(subject, SCORE, "SSIMULACRA2", spread(shots, OURS).points, peer, theirs, is_contest=False)


def _of(shots: Iterable[Shot], form: Format, sizes: Sequence[Size]) -> list[Shot]:
    return [shot for shot in shots if shot.form is form and shot.size in sizes]


def _count(shots: Iterable[Shot]) -> int:
    return sum(1 for shot in shots if shot.way == OURS)
