"""Providers that are away, have no turn or no money left, on a world of memory: pictures go live meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from media_vm.errors import Misconfigured, ProviderDown, TryAgain
from media_vm.pipeline import run_cycle
from media_vm.rules.checklist import StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.outages import NO_TURN, OUT_OF_MONEY, Outage, Party
from media_vm.testing import MemoryParts, picture
from media_vm.values import Described
from tests.unit.cycles import HOUR, let_time_pass
from tests.unit.sights import DOWN, GOOGLE_ALONE, analysis_step, bodies, seeing


@pytest.fixture
def parts() -> MemoryParts:
    return seeing()


def test_in_an_outage_of_all_others_are_measured_all_the_same(parts: MemoryParts) -> None:
    """The second waits for the probe with the first, and is not even asked about; yet its colours are known."""
    parts.vision.down = parts.vision.google_down = DOWN
    for number in (1, 2):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))

    run_cycle(parts.world)

    assert 1 == parts.vision.calls
    assert [["#FF5733"]] * 2 == [body["ai_analysis"]["dominant_colors"] for body in bodies(parts)]
    assert [(StepStatus.PENDING, 0)] * 2 == [analysis_step(parts, media_id) for media_id in (1, 2)]


def test_who_is_away_holds_nobody_elses_answer_back(parts: MemoryParts) -> None:
    """Google is; the model describes every picture at once, and what Google says follows."""
    parts.vision.google_down = DOWN
    for number in (1, 2, 3):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))
    run_cycle(parts.world)
    first, skipped = bodies(parts), parts.vision.skipped
    parts.vision.google_down = None

    let_time_pass(parts, HOUR)

    assert [("Two boats", None, True)] * 3 == [
        (body["ai_analysis"]["caption"], body["ai_analysis"]["detected_text"], body["ai_enhanced"])
        for body in first
    ]
    assert [["outage"]] * 3 == [[one["reason"] for one in body["degraded"]] for body in first]
    assert [frozenset(), GOOGLE_ALONE, GOOGLE_ALONE] == skipped[:3]
    assert [("Two boats", "OAF 2025", [])] * 3 == [
        (body["ai_analysis"]["caption"], body["ai_analysis"]["detected_text"], body["degraded"])
        for body in bodies(parts)[3:]
    ]
    assert [(StepStatus.COMPLETED, 1)] * 3 == [analysis_step(parts, media_id) for media_id in (1, 2, 3)]
    assert [] == list(parts.outages.open())


def test_what_lacks_only_who_is_away_is_not_asked_about(parts: MemoryParts) -> None:
    """Until a probe is due: then one picture tries, and goes behind the others."""
    parts.vision.google_down = DOWN
    for number in (1, 2):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))
    run_cycle(parts.world)
    calls = parts.vision.calls

    let_time_pass(parts, timedelta(seconds=29))
    before = parts.vision.calls
    let_time_pass(parts, timedelta(seconds=5))

    assert (2, 2, 3) == (calls, before, parts.vision.calls)
    assert [(StepStatus.PENDING, 0)] * 2 == [analysis_step(parts, media_id) for media_id in (1, 2)]


def test_two_that_are_away_are_tried_each_in_its_time(parts: MemoryParts) -> None:
    """A refused key is tried by the hour, a model that is away much sooner: neither waits for the other."""
    parts.vision.google_down, parts.vision.down = Misconfigured("key_refused", "401"), DOWN
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    away = {outage.party: outage.until - parts.clock.now for outage in parts.outages.open()}
    parts.vision.down = None

    let_time_pass(parts, timedelta(minutes=2))
    early, google = bodies(parts)[-1], parts.outages.of(Party.GOOGLE)
    parts.vision.google_down = None
    let_time_pass(parts, 2 * HOUR)

    assert {Party.GOOGLE: HOUR, Party.OPENAI: parts.world.policy.backoff} == away
    assert google is not None and 1 == google.failures  # passed over is not asked
    assert ("Two boats", True, [{"step": "ai_visual_analysis", "reason": "misconfigured"}]) == (
        early["ai_analysis"]["caption"],
        early["update"],
        early["degraded"],
    )
    assert ("OAF 2025", []) == (bodies(parts)[-1]["ai_analysis"]["detected_text"], bodies(parts)[-1]["degraded"])
    assert (3, (StepStatus.COMPLETED, 1)) == (len(parts.api.sent), analysis_step(parts))


def test_a_probe_that_is_answered_ends_the_outage(parts: MemoryParts) -> None:
    """The model is back and does not take this picture: others are asked about at once, and this one has spent
    an attempt."""
    parts.vision.down = DOWN
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    parts.vision.down, parts.vision.own[1] = None, TryAgain("refused", "not this picture")

    let_time_pass(parts, timedelta(seconds=31))

    assert [] == list(parts.outages.open())
    assert (StepStatus.PENDING, 1) == analysis_step(parts)


def test_who_is_set_up_no_more_is_not_missed(parts: MemoryParts) -> None:
    """Its outage ends with it, and what waited for it is done."""
    parts.vision.google_down = DOWN
    for number in (1, 2):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))
    run_cycle(parts.world)
    parts.vision.is_configured, parts.vision.google_down = False, None

    let_time_pass(parts, timedelta(seconds=35))

    assert [] == list(parts.outages.open())
    assert [(StepStatus.COMPLETED, 1)] * 2 == [analysis_step(parts, media_id) for media_id in (1, 2)]


def test_what_cannot_be_measured_in_an_outage_goes_live_without(parts: MemoryParts) -> None:
    """The step itself says why, when its turn comes."""
    parts.vision.down = parts.vision.google_down = DOWN
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    parts.vision.trouble_measuring = TryAgain("odd", "it failed")
    parts.api.upload(2, "2.jpg", picture(width=900))

    run_cycle(parts.world)

    assert [85, None] == [body["ai_analysis"]["quality_score"] for body in bodies(parts)]
    assert (StepStatus.PENDING, 0) == analysis_step(parts, 2)


def test_an_answer_from_before_ends_no_outage(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was under way when another's call was told to come again in an hour."""
    parts.api.upload(1, "1.jpg", picture())
    later = Outage(Party.OPENAI, parts.clock.now, parts.clock.now + HOUR, Kind.OUTAGE, "busy", failures=1)
    parts.vision.own[1] = TryAgain("refused", "not this picture")
    describe = parts.vision.describe

    def meanwhile_another_is_told_to_wait(*given: Any) -> Described:
        parts.outages.note(later)
        return describe(*given)

    monkeypatch.setattr(parts.vision, "describe", meanwhile_another_is_told_to_wait)
    run_cycle(parts.world)

    assert [later] == list(parts.outages.open())
    assert (StepStatus.PENDING, 1) == analysis_step(parts)


def test_a_kept_answer_ends_no_outage(parts: MemoryParts) -> None:
    """Who is asked about what it described before was not asked: its key is refused as ever."""
    parts.vision.down = Misconfigured("key_refused", "401")
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    parts.vision.down, parts.vision.is_known = None, True

    let_time_pass(parts, HOUR + timedelta(minutes=1))

    assert [Party.OPENAI] == [one.party for one in parts.outages.open()]
    assert (StepStatus.COMPLETED, 1) == analysis_step(parts)


def test_a_bug_in_measuring_keeps_no_picture_from_going_live(parts: MemoryParts) -> None:
    """In an outage a picture is measured outside of any attempt; what breaks there is logged, and it goes on."""
    parts.vision.down = parts.vision.google_down = DOWN
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    parts.vision.trouble_measuring = ZeroDivisionError("a bug")
    parts.api.upload(2, "2.jpg", picture(width=900))

    run_cycle(parts.world)

    assert [85, None] == [body["ai_analysis"]["quality_score"] for body in bodies(parts)]


def test_when_the_day_s_money_is_spent_the_next_day_pays(parts: MemoryParts) -> None:
    """No attempt is spent, nothing is asked before, and the callback says why it is less."""
    left = timedelta(hours=10, minutes=59, seconds=30)  # the clock says 13:00:30
    parts.vision.down = ProviderDown(OUT_OF_MONEY, "spent", retry_after=left)
    parts.vision.google_down = ProviderDown(OUT_OF_MONEY, "spent", retry_after=left)
    for number in (1, 2, 3):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))

    let_time_pass(parts, left - timedelta(minutes=1))
    calls, parts.vision.down, parts.vision.google_down = parts.vision.calls, None, None
    first = bodies(parts)
    let_time_pass(parts, HOUR)

    assert 1 == calls
    assert [[{"step": "ai_visual_analysis", "reason": "budget"}]] * 3 == [body["degraded"] for body in first]
    assert ["Two boats"] * 3 == [body["ai_analysis"]["caption"] for body in bodies(parts)[3:]]
    assert [(StepStatus.COMPLETED, 1)] * 3 == [analysis_step(parts, media_id) for media_id in (1, 2, 3)]


def test_no_turn_is_nobody_s_absence(parts: MemoryParts) -> None:
    """Others may have theirs: no outage begins, no attempt is spent, and it comes again by the usual backoff."""
    parts.vision.troubles = [ProviderDown(NO_TURN, "all calls are under way")]
    for number in (1, 2):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))

    run_cycle(parts.world)
    away = list(parts.outages.open())
    let_time_pass(parts, timedelta(minutes=1))

    assert [] == away
    assert [["outage"], []] == [[one["reason"] for one in body["degraded"]] for body in bodies(parts)[:2]]
    assert [(StepStatus.COMPLETED, 1)] * 2 == [analysis_step(parts, media_id) for media_id in (1, 2)]
