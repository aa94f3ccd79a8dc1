"""Choosing the quality setting of every lossy variant of one picture, by trials on samples.

One size, the anchor, is tried at least twice in each format; that tells what this picture needs and how steep its
course is. Every other size is tried once, at what the anchor came to, and steps from there; whoever is far off
tries again. A small raster is tried whole: a trial that comes close enough is kept as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from media_vm.imaging.encode import encoded
from media_vm.imaging.sample import Sample
from media_vm.rules.pictures import Format
from media_vm.rules.quality import (
    CLOSE,
    MOST_TINT,
    NEAR,
    Course,
    Trial,
    best_tried,
    between,
    next_guess,
    raised,
    settled,
    slope_between,
    typical_course,
    unbiased,
)

_MOST_TRIALS: Final = 6


@dataclass(frozen=True, slots=True)
class Chosen:
    """The setting of one size in one format. body: its encoding, if a trial made just that."""

    q: int
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Anchored:
    """What the anchor needs in one format, and where the other sizes begin from there."""

    chosen: Chosen
    course: Course


def anchored(sample: Sample, form: Format, target: float, *, keeps_trials: bool) -> Anchored:
    """This picture's course in one format, from one of its sizes. NoRoom.

    keeps_trials: is a trial of the whole of use to whoever asks? Else the last step is taken untried.
    """
    return _searched(sample, form, typical_course(form, target), target, 2, keeps_trials=keeps_trials)


def followed(sample: Sample, form: Format, course: Course, target: float, *, keeps_trials: bool) -> Chosen:
    """The setting of another size of the same picture. NoRoom."""
    return _searched(sample, form, course, target, 1, keeps_trials=keeps_trials).chosen


def assured(sample: Sample, form: Format, chosen: Chosen, target: float) -> Chosen:
    """The setting of a mostly empty picture: its sample's, raised where that is not enough for the whole. NoRoom.

    AVIF chooses its tools by all of a picture, and may choose others than for the sample. WebP may move the colour
    of a large flat ground, which is seen though no score tells. Its rounding alone may do so; where raising does
    not help, the least bad is taken.
    """
    if sample.raster is None or form is Format.JPEG or (form is Format.AVIF and sample.covers):
        return chosen
    tried: dict[int, tuple[float, float]] = {}
    bodies = {chosen.q: chosen.body} if chosen.body else {}
    for higher in raised(chosen.q):
        if higher not in bodies:
            bodies[higher] = encoded(sample.raster, form, higher)
        score, tint = sample.score_and_tint(bodies[higher])
        lacking = max(0.0, target - NEAR - unbiased(form, score, covers=sample.covers))
        tried[higher] = lacking, max(0.0, tint - MOST_TINT)
        if tried[higher] == (0, 0):
            break
    best = min(tried, key=lambda one: (tried[one], one))
    return Chosen(best, bodies[best])


def _searched(
    sample: Sample, form: Format, course: Course, target: float, fewest: int, *, keeps_trials: bool
) -> Anchored:
    keeps_trials = keeps_trials and sample.covers
    bodies: dict[int, bytes] = {}

    def tried(q: int) -> Trial:
        body = encoded(sample.picture, form, q)
        if keeps_trials:
            bodies[q] = body
        return Trial(q, unbiased(form, sample.score(body), covers=sample.covers))

    def found(q: int) -> Anchored:
        return Anchored(Chosen(q, bodies.get(q)), Course(q, slope))

    trials, slope = [tried(course.q)], course.slope
    while True:
        q, miss = next_guess(trials[-1], slope, target), abs(trials[-1].score - target)
        if keeps_trials and len(trials) >= fewest and miss <= CLOSE:
            return Anchored(Chosen(trials[-1].q, bodies[trials[-1].q]), Course(settled(trials[-1], q), slope))
        if q == trials[-1].q or (miss <= NEAR and len(trials) >= fewest):
            return found(settled(trials[-1], q))
        q = between(trials, q, target)
        if len(trials) == _MOST_TRIALS or q in {trial.q for trial in trials}:
            return found(best_tried(trials, target).q)
        trials.append(tried(q))
        slope = slope_between(trials[-2], trials[-1], form)
