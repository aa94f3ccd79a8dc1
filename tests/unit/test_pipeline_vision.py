"""A picture is measured here always, and described by whoever is set up, when they can."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from media_vm.errors import GiveUp, Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.findings import Box, LogoWords, Provider, Told
from media_vm.rules.outages import NO_TURN, OUT_OF_MONEY, Outage, Party
from media_vm.rules.pictures import DataType, Region
from media_vm.testing import MemoryParts, memory_parts, picture
from media_vm.values import Described
from tests.said import seen, told

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DOWN = ProviderDown("unreachable", "the provider is away")
GOOGLE_ALONE = frozenset({Provider.GOOGLE})


@pytest.fixture
def parts() -> MemoryParts:
    """A provider and a model are set up, and answer."""
    made = memory_parts()
    made.vision.is_configured = True
    made.vision.seen, made.vision.told = seen(text="OAF 2025"), told(caption="Two boats")
    return made


def let_time_pass(parts: MemoryParts, span: timedelta) -> None:
    """Run cycles as a worker does, resting in between, until `span` has passed."""
    ends = parts.clock.now + span
    while parts.clock.now <= ends:
        rest = run_cycle(parts.world)
        parts.clock.advance(max(rest, timedelta(seconds=1)))


def bodies(parts: MemoryParts) -> list[dict[str, Any]]:
    """What the main API was told."""
    return [json.loads(event.body or "") for event in parts.api.sent]


def times_asked(parts: MemoryParts) -> int:
    """How often the model was."""
    return sum(Provider.OPENAI not in skipped for skipped in parts.vision.skipped)


def analysis_step(parts: MemoryParts, media_id: int = 1) -> tuple[StepStatus, int]:
    """Its column, and the attempts that it cost."""
    entry = parts.database.rows[media_id].checklist()[Step.AI_VISUAL_ANALYSIS]
    return entry.status, entry.attempts


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


def test_a_picture_own_trouble_is_told_apart_from_an_outage(parts: MemoryParts) -> None:
    """The model cannot manage it while Google is away: that is one attempt, and the next one waits for Google."""
    parts.vision.google_down, parts.vision.troubles = DOWN, [TryAgain("off_schema", "twice")]
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    outages, attempts = list(parts.outages.open()), analysis_step(parts)
    parts.vision.google_down = None

    let_time_pass(parts, HOUR)

    assert [Party.GOOGLE] == [outage.party for outage in outages]
    assert (StepStatus.PENDING, 1) == attempts
    assert (StepStatus.COMPLETED, 2) == analysis_step(parts)


@pytest.mark.parametrize(("who_is_away", "soon"), [(DOWN, 3), (Misconfigured("key_refused", "401"), 1)], ids=str)
def test_who_refuses_a_picture_is_not_asked_without_end(
    parts: MemoryParts, who_is_away: StepFailed, soon: int
) -> None:
    """However long Google is away, and however often it is tried: three attempts, each when Google may be back,
    and two rounds of healing."""
    parts.vision.google_down, parts.vision.own[1] = who_is_away, TryAgain("refused", "not this picture")
    parts.api.upload(1, "1.jpg", picture())

    let_time_pass(parts, timedelta(minutes=59))
    within_the_hour = times_asked(parts)
    let_time_pass(parts, 72 * HOUR)

    assert (soon, 3 + 3 + 3) == (within_the_hour, times_asked(parts))
    assert StepStatus.FAILED == analysis_step(parts)[0]


def test_a_refusal_counts_beside_a_silence_that_does_not(parts: MemoryParts) -> None:
    """Google is as silent as before: its outage goes on. What the model refuses is an attempt."""
    parts.vision.google_down = parts.vision.down = DOWN
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    parts.vision.google_down = TooSlow("too_slow", "Google Vision did not answer in time")
    parts.vision.down, parts.vision.own[1] = None, TryAgain("refused", "not this picture")
    parts.clock.advance(parts.world.policy.backoff + timedelta(seconds=1))

    run_cycle(parts.world)

    assert [Party.GOOGLE] == [outage.party for outage in parts.outages.open()]
    assert (StepStatus.PENDING, 1) == analysis_step(parts)


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


def test_who_answers_all_with_nonsense_is_away_but_for_a_probe(parts: MemoryParts) -> None:
    """A model that cannot keep to the schema is an outage, as anything that befalls three pictures of two users;
    whoever probes it has been answered, so that it costs a lone picture three attempts and no more."""
    parts.vision.own = {number: TryAgain("off_schema", "twice") for number in range(1, 13)}
    for number in range(1, 13):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number), user_id=number)
    run_cycle(parts.world)
    asked_at_first = times_asked(parts)
    outages = [one.party for one in parts.outages.open()]

    let_time_pass(parts, 72 * HOUR)

    assert ([Party.OPENAI], 3) == (outages, asked_at_first)
    assert times_asked(parts) <= 12 * (3 + 3 + 3)


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


def test_refusals_are_nobodys_absence(parts: MemoryParts) -> None:
    """While Google is away no step succeeds; three pictures that the model's policy refuses take nothing from
    others, whom it answers in between."""
    parts.vision.google_down = DOWN
    parts.vision.own = {number: TryAgain("refused", "not this picture") for number in (1, 4, 7)}
    for number in range(1, 13):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number), user_id=number)
        run_cycle(parts.world)

    assert [Party.GOOGLE] == [one.party for one in parts.outages.open()]
    assert {2, 3, 5, 6, 8, 9, 10, 11, 12} == {int(one["media_id"]) for one in bodies(parts) if one["ai_enhanced"]}


def test_who_was_answered_with_nonsense_lets_all_others_go_first(parts: MemoryParts) -> None:
    """Three bad pictures with the lowest ids, in the outage that they began: the first good one ends it soon."""
    parts.vision.own = {number: TryAgain("off_schema", "twice") for number in (1, 2, 3)}
    for number in range(1, 9):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number), user_id=number)
    run_cycle(parts.world)
    began = [one.party for one in parts.outages.open()]

    let_time_pass(parts, timedelta(minutes=3))

    assert [Party.OPENAI] == began
    assert [(StepStatus.COMPLETED, 1)] * 5 == [analysis_step(parts, number) for number in range(4, 9)]


@pytest.mark.parametrize(
    ("nonsense", "pictures", "lasts"),
    [(("off_schema", "empty_answer"), 30, 6 * HOUR), (("request_refused",) * 2, 6, 48 * HOUR)],
    ids=["paid", "not paid"],
)
def test_no_sort_of_nonsense_for_all_fails_all(
    parts: MemoryParts, nonsense: tuple[str, str], pictures: int, lasts: timedelta
) -> None:
    """A model that is broken now this way and now that is away, and so is one that refuses whatever it is sent:
    those who waited are described once it is mended."""
    for number in range(1, pictures + 1):
        parts.vision.own[number] = TryAgain(nonsense[number % 2], "nonsense")
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number), user_id=number)
    let_time_pass(parts, lasts)
    steps = [analysis_step(parts, number)[0] for number in range(1, pictures + 1)]
    parts.vision.own = {}

    let_time_pass(parts, 100 * HOUR)

    assert StepStatus.FAILED not in steps
    assert {StepStatus.COMPLETED} == {analysis_step(parts, number)[0] for number in range(1, pictures + 1)}


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


@pytest.mark.parametrize(("until", "passed_over"), [(-1, set()), (60, {Provider.OPENROUTER})])
def test_a_second_model_is_there_for_a_first_that_fails(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch, until: int, passed_over: set[Provider]
) -> None:
    """It was away for a moment: once its time has come it is asked again, where the first one does not manage."""
    monkeypatch.setattr(type(parts.vision), "choices", ((Provider.OPENAI, Provider.OPENROUTER),))
    again = parts.clock.now + timedelta(seconds=until)
    parts.outages.note(Outage(Party.OPENROUTER, parts.clock.now, again, Kind.OUTAGE, "unreachable", failures=1))
    parts.api.upload(1, "1.jpg", picture())

    run_cycle(parts.world)

    assert [frozenset(passed_over)] == parts.vision.skipped


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


@pytest.mark.parametrize(
    "trouble", [ProviderDown("unavailable", "it answers 500"), Misconfigured("key_refused", "it answers 403")]
)
def test_one_picture_that_the_provider_always_fails_on_is_its_own_trouble(
    parts: MemoryParts, trouble: StepFailed
) -> None:
    """After the provider was back it costs attempts and begins no outage: of all the others the first that came
    in its outage is live without a description for a while, and no further one."""
    parts.vision.own[1] = trouble
    for number in range(1, 21):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))
        let_time_pass(parts, HOUR)

    lacking = [one for one in bodies(parts) if one["media_id"] != "1" and one["degraded"]]
    assert {one["media_id"] for one in lacking} <= {"2"}
    assert [] == list(parts.outages.open())
    assert (StepStatus.FAILED, 3) == analysis_step(parts, 1)
    assert {(StepStatus.COMPLETED, 1)} == {analysis_step(parts, number) for number in range(2, 21)}


def test_who_is_passed_over_makes_nobody_forget_that_trouble(parts: MemoryParts) -> None:
    """The model was back, and fails on this picture alone again; meanwhile it waits for Google, and after that too
    no outage of the model's begins."""
    parts.vision.own[1], parts.vision.google_down = ProviderDown("unavailable", "it answers 500"), DOWN
    parts.api.upload(1, "1.jpg", picture())
    run_cycle(parts.world)
    parts.outages.end(Party.OPENAI)
    run_cycle(parts.world)
    waits = [outage.party for outage in parts.outages.open()], analysis_step(parts)
    parts.vision.google_down = None
    parts.outages.end(Party.GOOGLE)

    run_cycle(parts.world)

    assert ([Party.GOOGLE], (StepStatus.PENDING, 0)) == waits
    assert ([], (StepStatus.PENDING, 1)) == (list(parts.outages.open()), analysis_step(parts))


def test_a_provider_that_is_away_again_costs_nobody_an_attempt(parts: MemoryParts) -> None:
    """Not even who failed in its outage before: it cannot be reached, which is no picture's doing."""
    parts.vision.down = DOWN
    for number in (1, 2):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))
    run_cycle(parts.world)
    for outage in parts.outages.open():
        parts.outages.end(outage.party)

    let_time_pass(parts, HOUR)

    assert [(StepStatus.PENDING, 0)] * 2 == [analysis_step(parts, media_id) for media_id in (1, 2)]
    assert [Party.OPENAI] == [outage.party for outage in parts.outages.open()]


def test_a_poll_that_fails_says_nothing_of_a_provider(parts: MemoryParts) -> None:
    """A picture that the model cannot manage is that picture's trouble, whether the main API answers or not."""
    parts.api.upload(1, "1.jpg", picture())
    parts.world.store.remember(parts.api.pending(), parts.clock.now)
    parts.outages.note(Outage(Party.MAIN_API, parts.clock.now, parts.clock.now + HOUR, Kind.OUTAGE, "unreachable"))
    parts.vision.own[1] = TryAgain("off_schema", "twice")

    run_cycle(parts.world)

    assert [Party.MAIN_API] == [outage.party for outage in parts.outages.open()]
    assert "failed" == parts.database.rows[1].checklist().degraded


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
