"""Choosing the quality setting of every lossy variant of one picture, by trials on samples.

One size, the anchor, is tried at least twice in each format; that tells what this picture needs and how steep its
course is. Every other size is tried once, at what the anchor came to, and steps from there; whoever is far off
tries again.
"""

from __future__ import annotations

from typing import Final

from media_vm.imaging.encode import encoded
from media_vm.imaging.sample import Sample
from media_vm.rules.pictures import Format
from media_vm.rules.quality import (
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


def anchored(sample: Sample, form: Format, target: float) -> Course:
    """This picture's course in one format, from one of its sizes. NoRoom."""
    return _searched(sample, form, typical_course(form, target), target, fewest=2)


def followed(sample: Sample, form: Format, course: Course, target: float) -> int:
    """The setting of another size of the same picture. NoRoom."""
    return _searched(sample, form, course, target, fewest=1).q


def assured(sample: Sample, form: Format, q: int, target: float) -> int:
    """The setting of a mostly empty picture: its sample's, raised where that is not enough for the whole. NoRoom.

    AVIF chooses its tools by all of a picture, and may choose others than for the sample. WebP may move the colour
    of a large flat ground, which is seen though no score tells. Its rounding alone may do so; where raising does
    not help, the least bad is taken.
    """
    if sample.raster is None or form is Format.JPEG or (form is Format.AVIF and sample.covers):
        return q
    tried: dict[int, tuple[float, float]] = {}
    for higher in raised(q):
        score, tint = sample.score_and_tint(encoded(sample.raster, form, higher))
        lacking = max(0.0, target - NEAR - unbiased(form, score, covers=sample.covers))
        tried[higher] = lacking, max(0.0, tint - MOST_TINT)
        if tried[higher] == (0, 0):
            break
    return min(tried, key=lambda one: (tried[one], one))


def _searched(sample: Sample, form: Format, course: Course, target: float, fewest: int) -> Course:
    trials, slope = [_tried(sample, form, course.q)], course.slope
    while True:
        q = next_guess(trials[-1], slope, target)
        is_near = abs(trials[-1].score - target) <= NEAR
        if q == trials[-1].q or (is_near and len(trials) >= fewest):
            return Course(settled(trials[-1], q), slope)
        q = between(trials, q, target)
        if len(trials) == _MOST_TRIALS or q in {trial.q for trial in trials}:
            return Course(best_tried(trials, target).q, slope)
        trials.append(_tried(sample, form, q))
        slope = slope_between(trials[-2], trials[-1], form)


def _tried(sample: Sample, form: Format, q: int) -> Trial:
    score = sample.score(encoded(sample.picture, form, q))
    return Trial(q, unbiased(form, score, covers=sample.covers))
