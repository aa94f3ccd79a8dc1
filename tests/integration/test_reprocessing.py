"""Pictures that are made again: from an operator's request to new variants, on every database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from media_vm.adapters.reprocess_requests import DatabaseRequests
from media_vm.errors import GiveUp, NoRoom, ProviderDown
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.pictures import Format, MediaStatus, Size
from media_vm.rules.reprocessing import Lack, Remake, RequestState
from media_vm.testing import picture
from media_vm.testing.reprocessing import Asked
from tests.faults.simulated import MINUTE, Simulated, simulated
from tests.said import MEASURED, SEEN, told

VARIANTS, ANALYSIS = Remake(), Remake(frozenset({Step.AI_VISUAL_ANALYSIS}))
TOLD = Remake(frozenset({Step.UPDATE_CALLBACK}))


def completed(sim: Simulated) -> Simulated:
    """Three pictures that are complete, and that the main API knows of."""
    sim.parts.vision.measured = MEASURED
    for number in (1, 2, 3):
        sim.parts.api.upload(number, f"{number}.jpg", picture(width=1200 + number), user_id=number)
    run_cycle(sim.world)
    return sim


@pytest.fixture(params=["memory", "mariadb"])
def sim(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    """SQLite has its turn in test_reprocess_queue."""
    with simulated(request.param, request) as one:
        yield completed(one)


@pytest.fixture
def stored(request: pytest.FixtureRequest) -> Iterator[tuple[Simulated, Engine]]:
    """On a database, for what memory does not keep."""
    with simulated("sqlite", request) as one:
        assert one.engine is not None
        yield completed(one), one.engine


def ask(sim: Simulated, *media_ids: int, remake: Remake = VARIANTS) -> None:
    if sim.engine is None:
        sim.parts.reprocessing.asked |= {one: Asked(remake) for one in media_ids}
    else:
        DatabaseRequests(sim.engine).ask(media_ids, remake)


def states(sim: Simulated) -> list[RequestState]:
    """Of all requests."""
    world = sim.world
    assert world.reprocessing is not None
    world.reprocessing.next(world.worker, 0)  # what has ended is recorded
    if sim.engine is None:
        return sorted(one.state for one in sim.parts.reprocessing.asked.values())
    progress = DatabaseRequests(sim.engine).progress()
    return sorted(state for state in RequestState for _ in range(progress.numbers[state]))


def rendered(sim: Simulated) -> int:
    return len(sim.parts.pixels.asked)


def names(sim: Simulated, media_id: int) -> set[str]:
    return {one.path for one in sim.world.store.kept(media_id)}


def test_what_is_asked_for_is_made_again(sim: Simulated) -> None:
    """Once each; the main API hears nothing of it, and the picture is as complete as it was."""
    before, news = rendered(sim), len(sim.parts.api.sent)
    ask(sim, 1, 3)
    run_cycle(sim.world)

    assert before + 2 == rendered(sim)
    assert [RequestState.DONE] * 2 == states(sim)
    assert (["completed"] * 4, news) == (sim.statuses(3), len(sim.parts.api.sent))
    run_cycle(sim.world)
    assert before + 2 == rendered(sim)


@pytest.mark.parametrize("size", [Size.ZOOM, Size.GRID])
def test_a_part_leaves_the_others_alone(stored: tuple[Simulated, Engine], size: Size) -> None:
    """One size in one format is made; what else there is, of that very size too, stays where it is."""
    sim, _ = stored
    before = {(one.size, one.format): one for one in sim.world.store.kept(1)}
    ask(sim, 1, remake=Remake(sizes=frozenset({size}), formats=frozenset({Format.AVIF})))
    run_cycle(sim.world)

    request = sim.parts.pixels.asked[-1]
    after = {(one.size, one.format): one for one in sim.world.store.kept(1)}
    assert (frozenset({size}), frozenset({Format.AVIF})) == (request.sizes, request.formats)
    assert before == {key: after[key] for key in before}
    assert before.keys() | {(size, Format.AVIF)} == after.keys()


def test_a_redo_that_fails_takes_no_picture_off(sim: Simulated) -> None:
    """Its old variants are served on, and the request says why."""
    before = names(sim, 1)
    sim.parts.pixels.troubles = [GiveUp("too_complex", "more elements than are allowed now")]
    ask(sim, 1)
    run_cycle(sim.world)

    assert (MediaStatus.COMPLETED, before) == (sim.checklist().status, names(sim, 1))
    assert [RequestState.FAILED] == states(sim)
    if sim.engine is not None:
        (trouble,) = DatabaseRequests(sim.engine).progress().troubles
        assert (1, RequestState.FAILED) == (trouble.media_id, trouble.state)
        assert "too_complex" in trouble.note


def test_what_fails_for_want_of_luck_is_tried_again(sim: Simulated) -> None:
    """By backoff, like any step."""
    sim.parts.pixels.troubles = [NoRoom("encoder_failed", "no memory")]
    ask(sim, 1)
    run_cycle(sim.world)
    assert [RequestState.BEGUN] == states(sim)
    sim.pass_time(MINUTE * 2)

    assert [RequestState.DONE] == states(sim)


def test_a_late_analysis_renames_nothing(sim: Simulated) -> None:
    """Described at last, and made again: the files keep the name that they went live with, and their crops."""
    before, focal, vision = names(sim, 1), sim.world.store.analysis(1), sim.parts.vision
    vision.is_configured, vision.seen = True, SEEN
    vision.told = told(alt_text="Two boats", style="Impressionism", subject_matter="boats")
    ask(sim, 1, remake=Remake(VARIANTS.steps | ANALYSIS.steps))
    run_cycle(sim.world)

    after = sim.world.store.analysis(1)
    assert focal and after
    assert (before, focal.focal_point) == (names(sim, 1), after.focal_point)
    assert ("Two boats", [1]) == (after.described.alt_text, sim.told(EventKind.UPDATE))


def test_telling_again_is_a_new_event(sim: Simulated) -> None:
    """An update of another key, once, and nothing is made."""
    first, made = next(one for one in sim.parts.api.sent if one.pending_id == 2), rendered(sim)
    ask(sim, 2, remake=TOLD)
    run_cycle(sim.world)

    (update,) = [one for one in sim.parts.api.sent if one.kind is EventKind.UPDATE]
    body, old = json.loads(update.body or ""), json.loads(first.body or "")
    assert (2, True, made) == (update.pending_id, body["update"], rendered(sim))
    assert update.key != first.key
    assert body == old | {"update": True}
    assert [RequestState.DONE] == states(sim)


def test_variants_that_are_told_are_told_once_they_are_there(sim: Simulated) -> None:
    """With the formats that are kept then."""
    ask(sim, 1, remake=Remake(VARIANTS.steps | TOLD.steps))
    run_cycle(sim.world)

    assert [1] == sim.told(EventKind.UPDATE)
    assert ["avif", "jpeg"] == json.loads(sim.parts.api.sent[-1].body or "")["formats_available"]


def test_nobody_is_told_who_knows_nothing_of_it(sim: Simulated) -> None:
    """A picture that the main API has forgotten is left, with the reason."""
    if sim.engine is None:
        row = sim.parts.database.rows[1]
        row.media = replace(row.media, checklist=replace(row.media.checklist, is_forgotten=True))
    else:
        with sim.engine.begin() as connection:
            connection.execute(text("UPDATE processing_checklist SET is_forgotten = 1"))
    ask(sim, 1, remake=TOLD)
    run_cycle(sim.world)

    assert ([RequestState.LEFT], []) == (states(sim), sim.told(EventKind.UPDATE))


def test_while_the_main_api_is_away_nothing_is_begun_that_it_is_told_of(sim: Simulated) -> None:
    """What waits for it would be due before later uploads; what stands behind in the queue needs not wait."""
    sim.down(ProviderDown("unreachable", "nobody there"))
    ask(sim, 1, remake=Remake(VARIANTS.steps | TOLD.steps))
    ask(sim, 2)
    before = rendered(sim)
    run_cycle(sim.world)
    assert (before + 1, [RequestState.DONE, RequestState.WAITING]) == (rendered(sim), states(sim))
    sim.down(None)
    sim.pass_time(MINUTE * 15)

    assert [RequestState.DONE] * 2 == states(sim)


def test_one_that_waits_for_another_try_keeps_no_other_waiting(sim: Simulated) -> None:
    """With the one place of its kind: it is made when its time has come."""
    sim.parts.pixels.troubles = [NoRoom("encoder_failed", "no memory")]
    ask(sim, 1, 2)
    run_cycle(sim.world)
    waits = sim.checklist(1)[Step.RESIZE_OPTIMIZE].status
    assert (StepStatus.PENDING, [RequestState.BEGUN, RequestState.DONE]) == (waits, states(sim))
    sim.pass_time(MINUTE * 2)

    assert [RequestState.DONE] * 2 == states(sim)


def test_a_description_that_waits_keeps_no_other_waiting(sim: Simulated) -> None:
    """Whoever answers is asked for the next, and pictures are made."""
    sim.parts.vision.is_configured = True
    sim.parts.vision.down = ProviderDown("unreachable", "nobody there")
    ask(sim, 1, 2, remake=ANALYSIS)
    ask(sim, 3)
    run_cycle(sim.world)

    assert [RequestState.BEGUN, RequestState.BEGUN, RequestState.DONE] == states(sim)


def test_while_nobody_describes_none_begins_that_is_to_be_described(sim: Simulated) -> None:
    """Beyond the first, which found out; they are made when somebody is back."""
    sim.parts.vision.is_configured = True
    sim.parts.vision.down = sim.parts.vision.google_down = ProviderDown("unreachable", "nobody there")
    ask(sim, 1, 2, remake=Remake(VARIANTS.steps | ANALYSIS.steps))
    ask(sim, 3)
    run_cycle(sim.world)
    assert [RequestState.BEGUN, RequestState.DONE, RequestState.WAITING] == states(sim)
    sim.parts.vision.down = sim.parts.vision.google_down = None
    sim.pass_time(MINUTE * 15)

    assert [RequestState.DONE] * 3 == states(sim)


def test_a_focal_point_is_not_lost_beside_a_part(stored: tuple[Simulated, Engine]) -> None:
    """Moved while one size waits to be tried again: then all are made."""
    sim, engine = stored
    sim.parts.pixels.troubles = [NoRoom("encoder_failed", "no memory")]
    ask(sim, 1, remake=Remake(sizes=frozenset({Size.ZOOM})))
    run_cycle(sim.world)
    with engine.begin() as connection:
        connection.execute(text("UPDATE processing_checklist SET redo = 'crops', redo_counter = 1"))
    sim.pass_time(MINUTE * 2)

    request = sim.parts.pixels.asked[-1]
    assert (frozenset(), False) == (request.sizes, request.only_crops)
    assert StepStatus.COMPLETED is sim.checklist()[Step.RESIZE_OPTIMIZE].status


def test_a_retired_original_is_left(sim: Simulated) -> None:
    """Nothing can be made of it, and it stays as it is."""
    if sim.engine is None:
        row = sim.parts.database.rows[1]
        row.media = replace(row.media, original=None)
    else:
        with sim.engine.begin() as connection:
            connection.execute(text("UPDATE media_files SET bulk_path = NULL WHERE id = 1"))
    before, calls = rendered(sim), len(sim.parts.api.sent)
    ask(sim, 1)
    run_cycle(sim.world)

    assert ([RequestState.LEFT], before, calls) == (states(sim), rendered(sim), len(sim.parts.api.sent))
    assert ["completed"] * 4 == sim.statuses()


def test_a_deleted_picture_is_never_made_again(stored: tuple[Simulated, Engine]) -> None:
    """Though it was asked for before."""
    sim, engine = stored
    ask(sim, 1)
    with engine.begin() as connection:
        connection.execute(text("UPDATE media_files SET deleted_at = created_at WHERE id = 1"))
    run_cycle(sim.world)

    assert ([RequestState.LEFT], 3) == (states(sim), rendered(sim))
    assert Lack.DELETED.value == DatabaseRequests(engine).progress().troubles[0].note


def test_what_all_variants_are_made_with_is_known(stored: tuple[Simulated, Engine]) -> None:
    """A part of them changes nothing about that."""
    sim, engine = stored
    sim.world = replace(sim.world, made_with="1 q72")
    ask(sim, 1)
    ask(sim, 2, remake=Remake(sizes=frozenset({Size.GRID})))
    run_cycle(sim.world)

    with engine.connect() as connection:
        rows = connection.execute(text("SELECT id, made_with FROM media_files ORDER BY id")).all()
    assert [(1, "1 q72"), (2, None), (3, None)] == [tuple(row) for row in rows]
