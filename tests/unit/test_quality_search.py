"""From trial encodings to the quality setting that a picture needs."""

from __future__ import annotations

import pytest

from media_vm.rules.pictures import Format
from media_vm.rules.quality import (
    Course,
    Trial,
    best_tried,
    between,
    first_guess,
    next_guess,
    raised,
    settled,
    slope_between,
    typical_course,
    unbiased,
)
from media_vm.rules.quality_fit import TYPICAL, TYPICAL_TARGET


@pytest.mark.parametrize("form", [Format.AVIF, Format.WEBP, Format.JPEG])
def test_the_first_guess_is_what_most_pictures_need(form: Format) -> None:
    """At the target of the fit its median; a higher target asks for more, and none leaves the scale."""
    assert round(TYPICAL[form].q) == first_guess(form)
    assert first_guess(form) < first_guess(form, TYPICAL_TARGET + 8)
    assert (20, 97) == (first_guess(form, -200.0), first_guess(form, 300.0))


def test_a_sample_is_corrected_by_what_it_is_known_to_miss() -> None:
    """One constant for samples that cover their picture, another for those that do not."""
    typical = TYPICAL[Format.WEBP]
    assert 70 + typical.whole == unbiased(Format.WEBP, 70, covers=True)
    assert 70 + typical.part == unbiased(Format.WEBP, 70, covers=False)


@pytest.mark.parametrize(
    ("trial", "slope", "expected"),
    [
        (Trial(60, 72), 0.5, 60),  # there already
        (Trial(60, 67), 0.5, 70),
        (Trial(60, 77), 1.0, 55),
        (Trial(60, 0), 0.5, 84),  # never further than the course can be trusted
        (Trial(90, 60), 0.5, 97),
        (Trial(25, 95), 0.5, 20),
    ],
)
def test_a_trial_says_where_to_step(trial: Trial, slope: float, expected: int) -> None:
    """Along the slope to the target, a bounded step, on the scale."""
    assert expected == next_guess(trial, slope, 72)


def test_two_trials_tell_the_slope() -> None:
    """Far apart by themselves, in either order; near each other hardly more than what is typical."""
    typical = TYPICAL[Format.JPEG].slope
    one, far, near = Trial(40, 40), Trial(80, 80), Trial(41, 41)
    assert [(40 + 4 * typical) / 44] * 2 == [slope_between(*two, Format.JPEG) for two in ((one, far), (far, one))]
    assert (1 + 4 * typical) / 5 == slope_between(one, near, Format.JPEG)


@pytest.mark.parametrize(("second", "slope"), [(Trial(72, 60), 0.3), (Trial(72, 163), 3.0)])
def test_a_slope_that_no_picture_has_is_not_believed(second: Trial, slope: float) -> None:
    """It stays between what pictures are known to have."""
    assert slope == slope_between(Trial(60, 63), second, Format.JPEG)


def test_a_search_begins_with_what_is_typical() -> None:
    """The first guess, and the median slope."""
    assert Course(first_guess(Format.AVIF, 80), TYPICAL[Format.AVIF].slope) == typical_course(Format.AVIF, 80)


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        ([(64, 41), (88, 50), (97, 87), (91, 75)], 91),  # enough, and the cheapest that is
        ([(64, 41), (88, 69), (97, 87)], 88),
        ([(64, 41), (97, 60), (96, 61)], 96),  # never enough
    ],
)
def test_a_course_with_a_jump_ends_at_what_was_tried(tried: list[tuple[int, float]], expected: int) -> None:
    """A JPEG's colours jump where its chroma is no longer halved; no straight line finds the place."""
    assert expected == best_tried([Trial(q, score) for q, score in tried], 72).q


@pytest.mark.parametrize(
    ("tried", "q", "expected"),
    [
        ([(60, 50), (88, 90)], 80, 80),
        ([(60, 50), (88, 90)], 94, 74),  # beyond what is known to be enough
        ([(60, 50), (80, 55), (88, 90)], 70, 84),  # below what is known not to be
        ([(60, 50), (97, 90)], 80, 90),  # the jump is between
        ([(60, 50)], 84, 84),
        ([(60, 75), (64, 70)], 62, 62),  # noise: the lower one scored more
    ],
)
def test_a_search_stays_between_too_low_and_high_enough(
    tried: list[tuple[int, float]], q: int, expected: int
) -> None:
    """So that it ends next to a jump, on either side of it, and not far beyond."""
    assert expected == between([Trial(*one) for one in tried], q, 72)


@pytest.mark.parametrize(("tried", "q", "expected"), [(88, 94, 89), (93, 87, 90), (80, 85, 85), (97, 93, 93)])
def test_the_last_step_never_crosses_the_jump(tried: int, q: int, expected: int) -> None:
    """From Q 90 on the chroma is kept in full: what was tried below says nothing of that."""
    assert expected == settled(Trial(tried, 70), q)


@pytest.mark.parametrize(("q", "expected"), [(50, (50, 58, 66, 74)), (86, (86, 94, 97)), (97, (97,))])
def test_a_setting_is_raised_to_the_end_of_the_scale(q: int, expected: tuple[int, ...]) -> None:
    """In steps, none of them twice."""
    assert expected == raised(q)
