"""What is made again of a live picture, how a request ends, and what is told of it meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_vm.pipeline import run_cycle
from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.outages import Outage, Party
from media_vm.rules.pictures import Background, Format, NotKept, Size, Variant, VariantSet
from media_vm.rules.reprocessing import (
    MOST_RESTING,
    Lack,
    Remake,
    RequestState,
    begun,
    ended,
    has_room,
    lack_of,
    most_at_once,
    out_of_reach,
)
from media_vm.rules.rounds import renewed
from media_vm.spare_time import next_due
from media_vm.testing import memory_parts, picture
from media_vm.testing.reprocessing import Asked
from tests.checklists import COMPLETED, FAILED, PENDING, columns

RESIZE, ANALYSIS, TELLING = Step.RESIZE_OPTIMIZE, Step.AI_VISUAL_ANALYSIS, Step.UPDATE_CALLBACK
LIVE = replace(columns(COMPLETED, COMPLETED, COMPLETED, COMPLETED), has_variants=True)
VARIANTS, DESCRIBED, TOLD = (Remake(frozenset({step})) for step in (RESIZE, ANALYSIS, TELLING))
BOTH = Remake(frozenset({RESIZE, ANALYSIS}))
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_what_begins_is_pending_with_all_its_attempts() -> None:
    """And nothing else of it: the picture stays complete."""
    after = begun(replace(LIVE, deaths=2), BOTH)

    assert [COMPLETED, PENDING, PENDING, COMPLETED] == [after[step].status for step in Step]
    assert ([1, 0, 0, 1], 0, Redo.REPROCESS) == (
        [after[step].attempts for step in Step],
        after.deaths,
        after.remakes,
    )
    assert "completed" == after.status.value


def test_variants_that_are_made_anyway_are_all_made() -> None:
    """Whatever part was asked for: by fsck, by a moved focal point."""
    waiting = replace(LIVE.with_entry(RESIZE, PENDING), remakes=Redo.CROPS)
    asked = replace(begun(LIVE, VARIANTS), redo=Redo.CROPS)

    assert (None, None) == (begun(waiting, VARIANTS).remakes, renewed(asked).remakes)
    assert Redo.REPROCESS is renewed(replace(asked, running=RESIZE)).remakes


@pytest.mark.parametrize(
    ("checklist", "remake", "state"),
    [
        (begun(LIVE, BOTH), BOTH, None),
        (LIVE, BOTH, RequestState.DONE),
        (LIVE.with_entry(RESIZE, FAILED), BOTH, RequestState.FAILED),
        (LIVE.with_entry(RESIZE, FAILED), DESCRIBED, RequestState.DONE),
        (LIVE.with_entry(ANALYSIS, PENDING), VARIANTS, RequestState.DONE),
        (LIVE.with_entry(TELLING, PENDING), TOLD, RequestState.DONE),
        (LIVE.with_entry(Step.RETRIEVE_FILE, PENDING).with_entry(RESIZE, PENDING), BOTH, RequestState.FAILED),
    ],
)
def test_how_a_request_ends(checklist: Checklist, remake: Remake, state: RequestState | None) -> None:
    """With its own steps; with an original that is gone at once, for looking for it may take a day."""
    assert state is ended(checklist, remake)


@pytest.mark.parametrize(
    ("checklist", "remake", "lack"),
    [
        (LIVE, BOTH, None),
        (replace(LIVE, has_variants=False), TOLD, Lack.UNFINISHED),
        (LIVE.with_entry(Step.RETRIEVE_FILE, FAILED), DESCRIBED, Lack.NO_ORIGINAL),
        (LIVE.with_entry(Step.RETRIEVE_FILE, FAILED), TOLD, None),
        (replace(LIVE, is_forgotten=True), TOLD, Lack.UNKNOWN_THERE),
        (replace(LIVE, is_forgotten=True), VARIANTS, None),
    ],
)
def test_of_what_nothing_can_be_made(checklist: Checklist, remake: Remake, lack: Lack | None) -> None:
    """It needs variants, an original for what is made of one, and somebody to tell."""
    assert lack is lack_of(checklist, remake, has_original=True, is_known_there=True)


REMAKES = st.builds(
    Remake,
    st.frozensets(st.sampled_from([RESIZE, ANALYSIS, TELLING]), min_size=1),
    st.frozensets(st.sampled_from(Size)),
    st.frozensets(st.sampled_from(Format)),
)


def made_by(remake: Remake) -> set[tuple[Step, Size | None, Format | None]]:
    """Everything that it makes."""
    variants = {
        (RESIZE, size, form)
        for size in (remake.sizes or set(Size))
        for form in (remake.formats or set(Format))
        if remake.makes_variants
    }
    return variants | {(step, None, None) for step in remake.steps - {RESIZE}}


@given(REMAKES, REMAKES)
def test_two_requests_in_one_make_no_less(one: Remake, other: Remake) -> None:
    """In either order, and a second time nothing changes."""
    together = one.with_also(other)

    assert made_by(one) | made_by(other) <= made_by(together)
    assert made_by(together) == made_by(other.with_also(one))
    assert made_by(together) == made_by(together.with_also(other))


def test_jpeg_and_png_mean_what_a_picture_can_do_with() -> None:
    """Of the two it has one."""
    plain = frozenset({Format.JPEG, Format.PNG})

    assert [plain | {Format.AVIF}, {Format.WEBP}, frozenset()] == [
        Remake(formats=frozenset(some)).formats_made for some in ((Format.AVIF, Format.PNG), (Format.WEBP,), ())
    ]


def test_a_core_is_kept_for_uploads() -> None:
    """Where there are two; what waits for answers is counted apart."""
    assert [1, 1, 7] == [most_at_once(slots) for slots in (1, 2, 8)]
    assert [True, False, True] == [
        has_room([VARIANTS] * at_work, [], following, 2)
        for at_work, following in ((1, VARIANTS), (2, BOTH), (2, DESCRIBED))
    ]


def test_who_waits_for_another_try_steps_aside() -> None:
    """Others of its kind begin meanwhile, until so many wait that it is no bad luck of their own."""
    assert [True, False, True] == [
        has_room([], [VARIANTS] * resting, following, 1)
        for resting, following in ((MOST_RESTING - 1, BOTH), (MOST_RESTING, BOTH), (MOST_RESTING, TOLD))
    ]


def away(party: Party, for_minutes: int) -> Outage:
    return Outage(party, NOW, NOW + timedelta(minutes=for_minutes), Kind.OUTAGE, "unreachable")


@pytest.mark.parametrize(
    ("outages", "steps"),
    [
        ([], set()),
        ([away(Party.TEMP_FILES, 5)], set()),
        ([away(Party.DISK, 5)], {RESIZE, ANALYSIS, TELLING}),
        ([away(Party.MAIN_API, 0)], {TELLING}),
        ([away(Party.CALLBACKS, 5), away(Party.GOOGLE, 5)], {TELLING}),
        ([away(Party.GOOGLE, 5), away(Party.OPENAI, 5)], {ANALYSIS}),
        ([away(Party.GOOGLE, 5), away(Party.OPENAI, 0)], set()),
    ],
)
def test_what_nobody_can_do_now(outages: list[Outage], steps: set[Step]) -> None:
    """No descriptions while everybody who gives some is away; one whose time has come is tried again."""
    assert steps == out_of_reach(outages, {Party.GOOGLE, Party.OPENAI}, NOW)


def variant(size: Size, form: Format) -> Variant:
    return Variant(size, form, Background.ORIGINAL, 1, 1, 1, "ab", "path")


def test_what_is_kept_beside_what_was_made_again() -> None:
    """A format that is worth nothing any more is gone from its sizes alone, and from all with the last of them."""
    before = [variant(size, form) for size in (Size.GRID, Size.ZOOM) for form in (Format.AVIF, Format.JPEG)]
    dropped = [NotKept(size, Format.AVIF, Background.ORIGINAL, "not_smaller") for size in (Size.GRID, Size.ZOOM)]
    avif = frozenset({Format.AVIF})

    kept = [
        VariantSet((), tuple(dropped[:1]), avif).beside(before).formats,
        VariantSet((), tuple(dropped), avif).beside(before).formats,
        VariantSet((variant(Size.GRID, Format.WEBP),), ()).beside(before).formats,
    ]
    assert [{Format.AVIF, Format.JPEG}, {Format.JPEG}, set(Format) - {Format.PNG}] == kept


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["upload", "spare", "claim", "done"]), max_size=60), st.integers(1, 3))
def test_no_request_begins_while_an_upload_waits(doings: list[str], at_once: int) -> None:
    """Whatever happens in whichever order; and never more are under way than may be."""
    parts = memory_parts()
    for number in range(1, 9):
        parts.api.upload(number, f"{number}.jpg", picture(width=900 + number))
    run_cycle(parts.world)
    parts.reprocessing.asked = {number: Asked(VARIANTS) for number in range(1, 9)}
    world, claims, waiting = replace(parts.world, remakes_at_once=at_once), [], set[int]()
    for number, doing in enumerate(doings, start=100):
        if doing == "upload":
            parts.api.upload(number, f"{number}.jpg", picture(width=number))
            waiting |= {number} if world.store.remember(world.api.pending(), world.store.now()) else set()
        elif doing == "spare":
            before = len(under_way(parts.reprocessing.asked))
            next_due(world, has_hands=True)
            begun_now = len(under_way(parts.reprocessing.asked)) - before
            assert not (begun_now > 0 and waiting)
        elif doing == "claim" and (claim := world.leases.claim("here")):
            claims.append(claim)
            waiting.discard(claim.media.main_api_id or 0)
        elif doing == "done" and claims:
            claim = claims.pop(0)
            row = parts.database.rows[claim.media.id]
            done = replace(row.media.checklist.with_entry(RESIZE, StepStatus.COMPLETED), running=None)
            row.media = replace(row.media, checklist=done)
            world.leases.release(claim, None)
        parts.clock.advance(timedelta(seconds=1))
        assert len(under_way(parts.reprocessing.asked)) <= at_once


def under_way(asked: dict[int, Asked]) -> list[int]:
    return [number for number, one in asked.items() if one.state is RequestState.BEGUN]
