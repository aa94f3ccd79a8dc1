"""What becomes of a media once its old files were looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from media_vm.rules.adopting import Found, Key, Verdict, gaps, is_closed, is_due, later, settled, verdict_on
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Finished, Run, Step, StepStatus, decide
from media_vm.rules.listing import Listed, Relisted, relisted
from media_vm.rules.pictures import Background, Format, MediaStatus, Size
from media_vm.rules.policy import Policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FORMS = (Format.AVIF, Format.WEBP, Format.JPEG)


def keys(forms: Iterable[Format] = FORMS, background: Background = Background.ORIGINAL) -> frozenset[Key]:
    """A whole set."""
    return frozenset((size, form, background) for size, form in product(Size, forms))


def settled_as(found: Found, old: Checklist | None = None, *, may_tell: bool = True) -> Checklist:
    """By the rules."""
    return settled(old or ended(), found, NOW, may_tell=may_tell)


def ended() -> Checklist:
    """As a finished media of the system before ours has it."""
    checklist = Checklist()
    for step in Step:
        checklist = checklist.with_entry(step, StepStatus.COMPLETED, attempts=1)
    return checklist


@pytest.mark.parametrize(
    ("kept", "lacks"),
    [
        (keys(), ()),
        (keys([Format.PNG]), ()),
        (keys() - {(Size.GRID, Format.AVIF, Background.ORIGINAL)}, ("grid avif",)),
        (keys() - {(Size.GRID, Format.JPEG, Background.ORIGINAL)}, ("grid jpeg",)),
        (keys() - {(Size.ZOOM, form, Background.ORIGINAL) for form in FORMS}, ("zoom",)),
        (keys([Format.WEBP]), tuple(f"{size.value} jpeg" for size in Size)),
        (frozenset(), tuple(size.value for size in Size)),
        (
            keys() | (keys([Format.PNG], Background.REMOVED) - {(Size.GRID, Format.PNG, Background.REMOVED)}),
            ("grid nobg",),
        ),
    ],
)
def test_a_gap_is_what_the_others_have(kept: frozenset[Key], lacks: tuple[str, ...]) -> None:
    """Every size, in every modern format that is there at any, and in one that everybody reads."""
    assert lacks == gaps(kept)


def test_what_is_all_there_is_over() -> None:
    """Nothing is made, asked or told."""
    checklist = settled_as(Found(True, keys(), True))

    assert (MediaStatus.COMPLETED, False, Finished()) == (
        checklist.status,
        is_due(checklist),
        decide(checklist, NOW, Policy()),
    )


def test_a_picture_with_gaps_is_served_and_made_again() -> None:
    """From its original, all of it."""
    found = Found(True, keys() - {(Size.GRID, Format.AVIF, Background.ORIGINAL)}, True)
    checklist = settled_as(found)

    assert (Verdict.REMADE, MediaStatus.COMPLETED, True) == (
        verdict_on(found),
        checklist.status,
        is_due(checklist),
    )
    assert Run(Step.RESIZE_OPTIMIZE) == decide(checklist, NOW, Policy())


def test_a_lost_original_keeps_nothing_from_being_served() -> None:
    """Its variants stay; nothing is tried that cannot be."""
    found = Found(False, keys([Format.WEBP]), False)
    checklist = settled_as(found)

    assert (Verdict.LOST, MediaStatus.COMPLETED, False) == (
        verdict_on(found),
        checklist.status,
        is_due(checklist),
    )
    assert (StepStatus.FAILED, "original_lost") == (
        checklist[Step.RETRIEVE_FILE].status,
        checklist.last_error and checklist.last_error.reason,
    )


def test_of_what_nothing_is_left_the_next_listing_begins_anew() -> None:
    """It fails, is told to nobody, and waits for the main API to list it again."""
    checklist = settled_as(Found(False, frozenset(), False), Checklist())
    listed = Listed(
        checklist.has_failed,
        has_variants=False,
        closed_at=NOW,
        renewed_at=None,
        answered_at=None,
        resent=0,
        resent_at=None,
    )

    assert (MediaStatus.FAILED, True, False) == (checklist.status, is_closed(checklist), is_due(checklist))
    assert Relisted.FRESH_ROUND == relisted(listed, NOW + timedelta(seconds=1), Policy())


@pytest.mark.parametrize(("may_tell", "kind"), [(True, EventKind.COMPLETE), (False, None)])
def test_who_was_never_told_is_told(may_tell: bool, kind: EventKind | None) -> None:
    """Of a picture that is there, if the main API knows it."""
    old = ended().with_entry(Step.UPDATE_CALLBACK, StepStatus.FAILED)
    checklist = settled_as(Found(True, keys(), True), old, may_tell=may_tell)

    assert kind == (checklist.open_event.kind if checklist.open_event else None)
    assert may_tell == is_due(checklist)


def test_a_picture_without_analysis_is_analysed() -> None:
    """If there is an original to look at; attempts begin anew."""
    old = ended().with_entry(Step.AI_VISUAL_ANALYSIS, StepStatus.FAILED, attempts=3)

    entry = settled_as(Found(True, keys(), False), old)[Step.AI_VISUAL_ANALYSIS]
    assert (StepStatus.PENDING, 0) == (entry.status, entry.attempts)
    assert StepStatus.FAILED is settled_as(Found(False, keys(), False), old)[Step.AI_VISUAL_ANALYSIS].status


def test_live_pictures_fall_due_some_a_minute() -> None:
    """So that uploads come in between."""
    assert [timedelta(0), timedelta(0), timedelta(minutes=1)] == [later(0), later(29), later(30)]
