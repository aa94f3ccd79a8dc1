"""Which quality setting gives a picture the looks that are asked for: arithmetic over trial encodings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from media_vm.rules.pictures import Format
from media_vm.rules.quality_fit import TYPICAL, TYPICAL_TARGET


@dataclass(frozen=True, slots=True)
class Aims:
    """How much lossy variants look like their pictures: scores of SSIMULACRA2, 30–95.

    graphics: of flat pictures, whose edges show every flaw. Logos have a measure of their own (`logo_encode.py`).
    """

    photos: float = 72.0
    graphics: float = 84.0

    def of(self, *, is_graphic: bool) -> float:
        """That of a drawing, or of a photograph."""
        return self.graphics if is_graphic else self.photos


@dataclass(frozen=True, slots=True)
class Trial:
    """An encoding that was tried: the setting Q and how it scored."""

    q: int
    score: float


@dataclass(frozen=True, slots=True)
class Course:
    """How Q moves the score in one format, for one picture.

    q: the setting that should reach the target; slope: points a unit of Q.
    """

    q: int
    slope: float


CLOSE: Final = 1.5
"""Points from the target: as near as another step would come, so that a trial of the whole picture is kept."""

NEAR: Final = 4.0
"""Points from the target: as far as a straight course can be trusted."""

MOST_TINT: Final = 1.5
"""Levels by which a large flat ground may change in any channel: beside its original colour two are seen."""

_DOUBT: Final = 4  # units of Q; codecs have fewer steps than Q, and noise between near ones is all there is
_LEAST_SLOPE, _MOST_SLOPE = 0.3, 3.0
_LEAST_Q, _MOST_Q = 20, 97
_JUMP: Final = 90
"""libvips no longer halves the chroma of JPEG and AVIF from here on: a step across is worth tens of points."""
_FAR: Final = 24  # units of Q; the course is no straight line


def first_guess(form: Format, target: float = TYPICAL_TARGET) -> int:
    """What to try first in a picture that nothing is known of."""
    typical = TYPICAL[form]
    return _allowed(typical.q + (target - TYPICAL_TARGET) / typical.slope)


def typical_course(form: Format, target: float) -> Course:
    """Where to begin with a picture that nothing is known of."""
    return Course(first_guess(form, target), TYPICAL[form].slope)


def unbiased(form: Format, score: float, *, covers: bool) -> float:
    """What the whole picture would score, seen from its sample."""
    return score + (TYPICAL[form].whole if covers else TYPICAL[form].part)


def next_guess(trial: Trial, slope: float, target: float) -> int:
    """The setting that should reach the target, seen from one trial."""
    return _allowed(trial.q + min(max((target - trial.score) / slope, -_FAR), _FAR))


def between(trials: Sequence[Trial], q: int, target: float) -> int:
    """A setting between the best that was too low and the least that was high enough, `q` if it is.

    The jump itself if it is between them: no straight line finds it.
    """
    low = max((trial.q for trial in trials if trial.score < target), default=0)
    high = min((trial.q for trial in trials if trial.score >= target), default=100)
    if 0 < low < _JUMP < high < 100:
        return _JUMP
    return q if low < q < high or low >= high else (low + high) // 2


def settled(trial: Trial, q: int) -> int:
    """Where a step from a near trial ends without another: on the trial's side of the jump."""
    return min(q, _JUMP - 1) if trial.q < _JUMP else max(q, _JUMP)


def raised(q: int) -> tuple[int, ...]:
    """The setting itself, and what to try where it was not enough."""
    return tuple(dict.fromkeys(min(q + step, _MOST_Q) for step in (0, 8, 16, 24)))


def slope_between(one: Trial, other: Trial, form: Format) -> float:
    """Points a unit of Q between two different settings: the nearer they are the more like the typical slope."""
    lower, higher = sorted((one, other), key=lambda trial: trial.q)
    rise = higher.score - lower.score + _DOUBT * TYPICAL[form].slope
    return min(max(rise / (higher.q - lower.q + _DOUBT), _LEAST_SLOPE), _MOST_SLOPE)


def best_tried(trials: Sequence[Trial], target: float) -> Trial:
    """For a course with a jump in it: the cheapest trial that is good enough, else the best there was."""
    enough = [trial for trial in trials if trial.score >= target - NEAR]
    return min(enough, key=lambda trial: trial.q) if enough else max(trials, key=lambda trial: trial.score)


def _allowed(q: float) -> int:
    return round(min(max(q, _LEAST_Q), _MOST_Q))
