"""A person's alt text: from the request to what is served and told, on real databases."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from media_vm.adapters.embeddings import DatabaseEmbeddings
from media_vm.adapters.explaining import explain_media
from media_vm.adapters.readings import Readings
from media_vm.errors import ProviderDown
from media_vm.pipeline import run_cycle
from media_vm.rules.analysis import AltSource, FocalSource
from media_vm.rules.callbacks import EventKind
from media_vm.rules.pictures import FocalPoint
from media_vm.rules.shown import AltTextAnswer, RefocusAnswer
from media_vm.testing import picture
from tests.faults.simulated import HOUR, Simulated, simulated
from tests.said import MEASURED, SEEN, told

TOLD = told(alt_text="Two boats", focal_point=FocalPoint(0.6, 0.6))


@pytest.fixture(params=["sqlite", "mariadb"])
def sim(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    with simulated(request.param, request) as one:
        yield one


def readings(sim: Simulated) -> Readings:
    assert sim.engine is not None
    return Readings(sim.engine)


def answering(sim: Simulated) -> None:
    """Both providers do from now on."""
    vision = sim.parts.vision
    vision.is_configured, vision.measured, vision.seen, vision.told = True, MEASURED, SEEN, TOLD


def processed(sim: Simulated) -> None:
    sim.parts.vision.measured = MEASURED
    sim.parts.api.upload(1, "boats.jpg", picture())
    run_cycle(sim.world)


def analysed_again(sim: Simulated) -> None:
    """As `media-vm ai run` has it: the step's column is pending again, and a provider answers this time."""
    assert sim.engine is not None
    answering(sim)
    with sim.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE processing_checklist SET ai_visual_analysis = 'pending', ai_visual_analysis_attempts = 0,"
                " due_at = created_at"
            )
        )
    run_cycle(sim.world)


def test_it_is_kept_and_found_by(sim: Simulated) -> None:
    """In place of ours, in the words that are searched, and in the history; asking twice changes nothing more."""
    processed(sim)
    _, before = readings(sim).analysis(1)

    answers = [readings(sim).keep_alt_text(1, "Meine Boote") for _ in range(2)]

    _, after = readings(sim).analysis(1)
    assert [AltTextAnswer.KEPT] * 2 == answers
    assert before is not None and after is not None
    changed = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    assert {
        "alt_text": ("Artwork in ochre, navy and white", "Meine Boote"),
        "alt_text_source": ("fallback", "human"),
    } == changed
    assert sim.engine is not None
    story = explain_media(sim.engine, 1)
    assert story is not None
    assert ["human"] == story["analysis"]["provenance"]["alt_text"]  # type: ignore[index]
    asked = [line["note"] for line in story["history"] if line["event"] == "asked"]  # type: ignore[attr-defined]
    assert ["alt text"] * 2 == asked
    with sim.engine.connect() as connection:
        searchable = connection.execute(text("SELECT searchable_text FROM media_ai_analysis")).scalar_one()
    assert ["boats", "Meine Boote", "ochre, navy, white"] == searchable.split("\n")


@pytest.mark.parametrize("words", ["Mine", ""])
def test_no_later_analysis_overwrites_it(sim: Simulated, words: str) -> None:
    """What a model says meanwhile is kept beside it; what crops were made around stays too (contract §5.4)."""
    processed(sim)
    readings(sim).keep_alt_text(1, words)

    analysed_again(sim)

    found = sim.world.store.analysis(1)
    assert found is not None
    assert (words, AltSource.HUMAN) == (found.described.alt_text, found.alt_source)
    assert ("local",) == found.provenance["focal_point"]
    assert ("gpt-5.4-mini", True) == (found.model, found.ai_enhanced)
    assert (MEASURED.focal_point, FocalSource.SALIENCY) == (found.focal_point, found.focal_source)


def test_what_is_told_are_a_persons_words_too(sim: Simulated) -> None:
    """Written while the model was describing the picture, or while its first variants were made: the main API
    hears them, not the model's, in the first news and in the update."""
    sim.parts.vision.measured = MEASURED
    _while(sim.parts.pixels, "render", lambda: readings(sim).keep_alt_text(1, "Mine"))
    sim.parts.api.upload(1, "boats.jpg", picture())
    run_cycle(sim.world)
    _while(sim.parts.vision, "describe", lambda: readings(sim).keep_alt_text(1, "Mine, später"))
    sim.parts.api.forgets = False
    analysed_again(sim)

    told = [(event.kind, json.loads(event.body or "")["ai_analysis"]["alt_text"]) for event in sim.parts.api.sent]
    assert [(EventKind.COMPLETE, "Mine"), (EventKind.UPDATE, "Mine, später")] == told


def _while(part: object, verb: str, does: Callable[[], object]) -> None:
    """Somebody does that while the part is at work."""
    works = getattr(part, verb)

    def both(*given: object) -> object:
        does()
        return works(*given)

    setattr(part, verb, both)


def test_an_owners_focal_point_outlives_an_analysis(sim: Simulated) -> None:
    """As the alt text does; saliency's own stays known beside it."""
    processed(sim)
    answer = readings(sim).refocus(1, FocalPoint(0.2, 0.3))

    analysed_again(sim)

    found = sim.world.store.analysis(1)
    assert RefocusAnswer.ACCEPTED is answer
    assert found is not None
    assert (FocalPoint(0.2, 0.3), FocalSource.OWNER) == (found.focal_point, found.focal_source)
    assert MEASURED.focal_point == found.measured.focal_point


def test_a_first_analysis_that_is_late_never_recrops(sim: Simulated) -> None:
    """Crops were made around saliency's point: the model's would move them when they are next made again."""
    answering(sim)
    sim.parts.vision.troubles = [ProviderDown("away", "provider away")]
    sim.parts.api.upload(1, "boats.jpg", picture())

    sim.pass_time(HOUR)

    found = sim.world.store.analysis(1)
    assert found is not None
    assert ("Two boats", FocalSource.SALIENCY) == (found.described.alt_text, found.focal_source)


def test_a_first_analysis_in_time_finds_the_focal_point(sim: Simulated) -> None:
    """And crops are made around what the model found."""
    answering(sim)
    sim.parts.api.upload(1, "boats.jpg", picture())

    run_cycle(sim.world)

    found = sim.world.store.analysis(1)
    assert found is not None
    assert (FocalPoint(0.6, 0.6), FocalSource.MODEL) == (found.focal_point, found.focal_source)
    assert [FocalPoint(0.6, 0.6)] == [one.focal_point for one in sim.parts.pixels.asked]
    body = json.loads(sim.parts.api.sent[0].body or "")
    assert (True, "Two boats") == (body["ai_enhanced"], body["ai_analysis"]["alt_text"])


def test_there_is_nothing_to_describe_yet(sim: Simulated) -> None:
    """Unknown, and known but not analysed: neither is kept."""
    sim.parts.api.upload(1, "boats.jpg", picture())
    sim.world.store.remember(sim.parts.api.pending(), sim.parts.clock.now)

    assert [AltTextAnswer.NOT_READY, AltTextAnswer.UNKNOWN] == [
        readings(sim).keep_alt_text(media_id, "a") for media_id in (1, 99)
    ]


def test_it_waits_for_an_analysis_that_is_being_written(sim: Simulated) -> None:
    """Under the lock of who writes: else it would be lost with the row that the analysis replaces."""
    processed(sim)
    assert sim.engine is not None
    asking = threading.Thread(target=readings(sim).keep_alt_text, args=(1, "Mine"))
    with sim.engine.begin() as writing:
        writing.execute(text("UPDATE processing_checklist SET updated_at = created_at"))
        asking.start()
        asking.join(0.3)
        writing.execute(text("UPDATE media_ai_analysis SET alt_text = 'Theirs', title = 'New'"))
    asking.join()

    found = sim.world.store.analysis(1)
    assert found is not None
    assert ("Mine", "New") == (found.described.alt_text, found.title)


def test_the_words_are_embedded_again(sim: Simulated) -> None:
    """A search by meaning finds the picture by them."""
    processed(sim)
    assert sim.engine is not None
    with sim.engine.begin() as connection:
        connection.execute(text("UPDATE media_ai_analysis SET embedding_due_at = NULL"))
    readings(sim).keep_alt_text(1, "Meine Boote")

    assert DatabaseEmbeddings(sim.engine).is_due()
