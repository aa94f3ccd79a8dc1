"""What is seen of a picture, and what the main API is told of it, on a world of memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.errors import GiveUp, Misconfigured, ProviderDown, StepFailed, TryAgain
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.findings import Box, LogoWords, Told
from media_vm.rules.outages import NO_TURN, Outage, Party
from media_vm.rules.pictures import DataType, Region
from media_vm.testing import MemoryParts, picture
from tests.said import seen, told
from tests.unit.cycles import HOUR, let_time_pass
from tests.unit.sights import DOWN, analysis_step, bodies, seeing


@pytest.fixture
def parts() -> MemoryParts:
    return seeing()


def test_who_is_set_up_describes_the_picture_at_once(parts: MemoryParts) -> None:
    """One callback, with everybody's words, and nothing is missing."""
    parts.api.upload(123, "a.jpg", picture())

    run_cycle(parts.world)

    (body,) = bodies(parts)
    found = body["ai_analysis"]
    assert (True, []) == (body["ai_enhanced"], body["degraded"])
    assert ("Two boats", "OAF 2025", ["#FF5733"]) == (
        found["caption"],
        found["detected_text"],
        found["dominant_colors"],
    )


def test_analysis_never_holds_a_picture_back(parts: MemoryParts) -> None:
    """Live at once with what we measure ourselves and who did answer; the rest is told as an update."""
    parts.api.upload(123, "a.jpg", picture())
    parts.vision.troubles = [DOWN]

    let_time_pass(parts, HOUR)

    first, second = bodies(parts)
    assert [EventKind.COMPLETE, EventKind.UPDATE] == [event.kind for event in parts.api.sent]
    assert [{"step": "ai_visual_analysis", "reason": "outage"}] == first["degraded"]
    assert (False, True) == (first["update"], second["update"])
    assert (85, 85) == (first["ai_analysis"]["quality_score"], second["ai_analysis"]["quality_score"])
    assert ("OAF 2025", None) == (first["ai_analysis"]["detected_text"], first["ai_analysis"]["caption"])
    assert ("Two boats", []) == (second["ai_analysis"]["caption"], second["degraded"])
    assert parts.api.sent[0].key != parts.api.sent[1].key


def test_what_was_known_of_one_stays_while_the_other_is_asked(parts: MemoryParts) -> None:
    """Google answered, the model did not; then Google goes away, and the model comes back: nothing is lost."""
    parts.vision.down = DOWN
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    parts.outages.note(Outage(Party.GOOGLE, parts.clock.now, parts.clock.now + HOUR, Kind.OUTAGE, "unreachable"))
    parts.vision.down = None

    let_time_pass(parts, timedelta(minutes=2))

    found = bodies(parts)[-1]["ai_analysis"]
    assert ("Two boats", "OAF 2025") == (found["caption"], found["detected_text"])
    assert (StepStatus.COMPLETED, 1) == analysis_step(parts)


def test_a_failed_attempt_takes_no_description_away(parts: MemoryParts) -> None:
    """Asked about again, as by `media-vm ai run`, while everybody is away: what was known stays, untold."""
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    known = parts.database.analysis(1)
    parts.vision.seen, parts.vision.told, parts.vision.down = None, None, DOWN
    row = parts.database.rows[1]
    again = row.media.checklist.with_entry(Step.AI_VISUAL_ANALYSIS, StepStatus.PENDING, attempts=0)
    row.media = replace(row.media, checklist=again)
    row.due_at = parts.clock.now

    run_cycle(parts.world)

    assert 2 == parts.vision.calls
    assert known is not None and "Two boats" == known.described.caption
    assert known == parts.database.analysis(1)
    assert 1 == len(parts.api.sent)


def test_who_answers_late_is_heard_although_another_does_not(parts: MemoryParts) -> None:
    """Google has no turn at first, then answers; the model never does. Told once, not at each of its attempts."""
    answered, parts.vision.seen = parts.vision.seen, None
    parts.vision.down = ProviderDown(NO_TURN, "all calls are under way")
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    parts.vision.seen, parts.vision.down = answered, TryAgain("off_schema", "twice")

    let_time_pass(parts, HOUR / 2)

    first, second = bodies(parts)
    assert [(False, False), (True, True)] == [(body["update"], body["ai_enhanced"]) for body in (first, second)]
    assert ("OAF 2025", None) == (second["ai_analysis"]["detected_text"], second["ai_analysis"]["caption"])
    assert [{"step": "ai_visual_analysis", "reason": "failed"}] == second["degraded"]
    assert (StepStatus.FAILED, 3) == analysis_step(parts)


@pytest.mark.parametrize(
    ("failure", "reason"),
    [(Misconfigured("key_refused", "401"), "misconfigured"), (TryAgain("off_schema", "twice"), "failed")],
)
def test_why_it_is_less_is_told(parts: MemoryParts, failure: StepFailed, reason: str) -> None:
    """By the words of contract §2."""
    parts.vision.down = failure
    parts.api.upload(1, "1.jpg", picture())

    run_cycle(parts.world)

    assert [[{"step": "ai_visual_analysis", "reason": reason}]] == [body["degraded"] for body in bodies(parts)]


def test_bytes_that_cannot_be_measured_are_judged_as_ever(parts: MemoryParts) -> None:
    """Measuring comes first: no provider sees what we could not read ourselves."""
    parts.vision.trouble_measuring = GiveUp("corrupt", "the decoder gave up")
    parts.api.upload(1, "1.jpg", picture())

    run_cycle(parts.world)

    assert 0 == parts.vision.calls


def test_what_is_seen_names_the_files_and_keeps_writing_in_a_header(parts: MemoryParts) -> None:
    """Of a site's picture: its slug, its focal point and where it says something."""
    parts.vision.seen = seen(text_regions=(Box(0.25, 0.5, 0.5, 0.25),))
    parts.vision.told = told(style="Abstract", subject_matter="Sunset", medium="Oil")
    parts.api.upload(1, "1.jpg", picture(), kind=DataType.SITES)

    run_cycle(parts.world)

    (request,) = parts.pixels.asked
    assert (Region(0.25, 0.5, 0.75, 0.75),) == request.text_regions
    assert any("/1-abstract-sunset-oil-" in str(path) for path in parts.files.disk)


def test_a_files_own_caption_is_its_alt_text(parts: MemoryParts) -> None:
    """Whoever wrote it had seen the picture; a model's word comes after it."""
    parts.vision.told = told(alt_text="A model's")
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    parts.pixels.embedded = "Two boats in Whitby"
    parts.api.upload(2, "2.jpg", picture(width=900))

    run_cycle(parts.world)

    assert ["A model's", "Two boats in Whitby"] == [body["ai_analysis"]["alt_text"] for body in bodies(parts)]


def test_it_is_known_in_an_outage_too(parts: MemoryParts) -> None:
    """It needs nobody's answer."""
    parts.vision.down, parts.pixels.embedded = DOWN, "Two boats in Whitby"
    for number in (1, 2):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))

    run_cycle(parts.world)

    assert ["Two boats in Whitby"] * 2 == [body["ai_analysis"]["alt_text"] for body in bodies(parts)]


@pytest.mark.parametrize(("kind", "used"), [(DataType.SITES, ["main_api"]), (DataType.PRODUCT, None)])
def test_a_sites_picture_is_seen_in_its_place(parts: MemoryParts, kind: DataType, used: list[str] | None) -> None:
    """The main API tells what the page is about; of other pictures it is not asked."""
    parts.api.contexts[456] = {"site": {"title": "Harbour", "theme": {"colors": ["#FF5733"]}}}
    parts.api.upload(1, "1.jpg", picture(), kind=kind)

    run_cycle(parts.world)

    (body,) = bodies(parts)
    context = body["ai_analysis"].get("site_context")
    assert used == (context["context_used"] if context else None)
    (known,) = parts.vision.asked
    assert (("#FF5733",) if used else ()) == known.site.brand_colors


def test_the_call_for_a_site_is_in_its_history(parts: MemoryParts) -> None:
    """By the id that the main API's log has."""
    parts.api.upload(1, "1.jpg", picture(), kind=DataType.SITES)

    run_cycle(parts.world)

    steps = [outcome for _, outcome in parts.database.rows[1].history if outcome.step is Step.AI_VISUAL_ANALYSIS]
    assert [True] == [outcome.request_id is not None for outcome in steps]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (told(logo=LogoWords(has_enclosed_background=True)), True),
        (told(logo=LogoWords(has_enclosed_background=True), is_suspicious=True), None),
        (None, None),
    ],
)
def test_who_cuts_a_logo_out_hears_what_was_seen(
    parts: MemoryParts, words: Told | None, expected: bool | None
) -> None:
    """If it was said in time, and not to the logo's own order."""
    parts.vision.told = words
    parts.api.upload(1, "1.jpg", picture(), kind=DataType.LOGO)

    run_cycle(parts.world)

    assert [expected] == [request.has_enclosed_background for request in parts.pixels.asked]
