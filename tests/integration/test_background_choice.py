"""The owner's choice of a logo's face: from the request to what is served, on real databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, update
from sqlmodel import Session, col

from media_vm.adapters.explaining import explain_media
from media_vm.adapters.readings import Readings
from media_vm.adapters.tables import MediaVariant
from media_vm.pipeline import run_cycle
from media_vm.rules.asked import Asked
from media_vm.rules.callbacks import EventKind
from media_vm.rules.negotiation import Choice, choose
from media_vm.rules.pictures import Background, DataType, NobodyThere, Size
from media_vm.rules.shown import BackgroundAnswer, BackgroundChoice
from media_vm.testing import picture
from tests.faults.simulated import HOUR, Simulated, simulated

ORIGINAL, REMOVED = Background


@pytest.fixture(params=["sqlite", "mariadb"])
def sim(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    with simulated(request.param, request) as one:
        yield one


def readings(sim: Simulated) -> Readings:
    assert sim.engine is not None
    return Readings(sim.engine)


def served(sim: Simulated, background: Background | None = None) -> Choice:
    """What a URL of media 1 gives, with this `bg` or without any."""
    shown = readings(sim).look_up(1)
    assert shown is not None
    choice = choose(shown, Asked(Size.GRID, background=background), "", ORIGINAL)
    assert choice is not None
    return choice


def forget_face(sim: Simulated) -> None:
    """As if the logo had been processed before there were two faces."""
    with Session(sim.engine) as session, session.begin():
        session.exec(delete(MediaVariant).where(col(MediaVariant.bg) == REMOVED))


def test_the_owners_choice_is_served_where_a_url_names_none(sim: Simulated) -> None:
    """Both faces are there: nothing is made again, and `bg` in the URL still outweighs it."""
    sim.parts.api.upload(1, "logo.png", picture("png"), kind=DataType.LOGO)
    run_cycle(sim.world)
    before = served(sim).variant.background

    answer = readings(sim).choose_background(1, REMOVED)

    assert BackgroundChoice(BackgroundAnswer.KEPT, is_removed=True) == answer
    assert (ORIGINAL, REMOVED) == (before, served(sim).variant.background)
    assert (ORIGINAL, None) == (served(sim, ORIGINAL).variant.background, served(sim, ORIGINAL).fallback)
    assert sim.checklist(1).redo is None
    assert '"background_removed":true' in (sim.parts.api.sent[0].body or "")


def test_a_face_that_was_never_made_is_made_on_request(sim: Simulated) -> None:
    """By the worker, beside the one that is served meanwhile; the main API hears nothing new."""
    sim.parts.api.upload(1, "logo.png", picture("png"), kind=DataType.LOGO)
    run_cycle(sim.world)
    forget_face(sim)

    answer, meanwhile = readings(sim).choose_background(1, REMOVED), served(sim)
    sim.pass_time(HOUR)

    assert BackgroundChoice(BackgroundAnswer.KEPT, is_removed=None) == answer
    assert (ORIGINAL, "bg") == (meanwhile.variant.background, meanwhile.fallback)
    assert (REMOVED, None) == (served(sim).variant.background, served(sim).fallback)
    assert (ORIGINAL, None) == (served(sim, ORIGINAL).variant.background, served(sim, ORIGINAL).fallback)
    assert sim.checklist(1).redo is None
    assert ([1], []) == (sim.told(EventKind.COMPLETE), sim.told(EventKind.UPDATE))


def test_a_refused_face_is_a_fallback_with_its_reason(sim: Simulated) -> None:
    """The original is served in its place, marked; asking does not make the worker try again."""
    sim.parts.api.upload(1, "logo.png", picture("png", flaw="busy"), kind=DataType.LOGO)
    run_cycle(sim.world)

    answer = readings(sim).choose_background(1, REMOVED)

    assert BackgroundChoice(BackgroundAnswer.KEPT, is_removed=False) == answer
    assert (ORIGINAL, "bg") == (served(sim).variant.background, served(sim).fallback)
    assert sim.checklist(1).redo is None
    assert sim.engine is not None
    story = explain_media(sim.engine, 1)
    assert story is not None
    assert ["busy_ground"] == [one["not_kept"] for one in story["variants"] if one["bg"] == "removed"]  # type: ignore[attr-defined]
    assert '"background_removed":false' in (sim.parts.api.sent[0].body or "")


@pytest.mark.parametrize("reason", NobodyThere)
def test_a_face_that_nobody_was_there_to_make_is_made_on_request(sim: Simulated, reason: NobodyThere) -> None:
    """Once the operator has put that right; whether there will be one nobody knows until then."""
    sim.parts.api.upload(1, "logo.png", picture("png"), kind=DataType.LOGO)
    run_cycle(sim.world)
    with Session(sim.engine) as session, session.begin():
        refused = update(MediaVariant).where(col(MediaVariant.bg) == REMOVED)
        session.exec(refused.values(path=None, reason=reason.value))

    answer, meanwhile = readings(sim).choose_background(1, REMOVED), served(sim)
    sim.pass_time(HOUR)

    assert BackgroundChoice(BackgroundAnswer.KEPT, is_removed=None) == answer
    assert ("bg", None) == (meanwhile.fallback, served(sim).fallback)
    assert BackgroundChoice(BackgroundAnswer.KEPT, is_removed=True) == readings(sim).choose_background(1, REMOVED)


def test_only_a_logo_has_two_faces(sim: Simulated) -> None:
    """Another picture's choice is refused, an unknown one's too; neither is kept."""
    sim.parts.api.upload(1, "photo.jpg", picture())
    run_cycle(sim.world)

    answers = [readings(sim).choose_background(media_id, REMOVED).answer for media_id in (1, 99)]

    assert [BackgroundAnswer.NOT_A_LOGO, BackgroundAnswer.UNKNOWN] == answers
    assert served(sim).fallback is None


def test_a_choice_is_kept_before_there_is_anything_to_show(sim: Simulated) -> None:
    """Asked for while the logo waits: it holds once the logo is there."""
    sim.parts.api.upload(1, "logo.png", picture("png"), kind=DataType.LOGO)
    sim.world.store.remember(sim.parts.api.pending(), sim.parts.clock.now)

    answer = readings(sim).choose_background(1, REMOVED)
    sim.pass_time(HOUR)

    assert BackgroundChoice(BackgroundAnswer.KEPT, is_removed=None) == answer
    assert REMOVED is served(sim).variant.background
