"""What is a picture's own trouble with a provider, and what is the provider's, on a world of memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from media_vm.errors import Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain
from media_vm.pipeline import run_cycle
from media_vm.rules.checklist import StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.findings import Provider
from media_vm.rules.outages import Outage, Party
from media_vm.testing import MemoryParts, picture
from tests.unit.cycles import HOUR, let_time_pass
from tests.unit.sights import DOWN, analysis_step, bodies, seeing, times_asked


@pytest.fixture
def parts() -> MemoryParts:
    return seeing()


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
