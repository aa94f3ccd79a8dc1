"""Providers behind the till over real sockets: what is asked, what it costs; nothing is paid for twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from media_vm.adapters.ai_answers import DatabaseAnswers
from media_vm.adapters.ai_usage import DatabaseSpending
from media_vm.ai_ports import CostBy
from media_vm.errors import Misconfigured, ProviderDown, TryAgain
from media_vm.rules.budget import Spent
from media_vm.rules.findings import Provider
from media_vm.rules.outages import OUT_OF_MONEY
from media_vm.rules.pictures import DataType
from media_vm.testing import MemoryClock
from media_vm.testing.answers import MemoryAnswers
from media_vm.testing.spending import MemorySpending
from media_vm.vision.paid import PaidGoogle
from tests.integration.databases import migrated_engine
from tests.paid_vision import CAP, GOOGLE_COST, MODEL_COST, PRICES, Desk, desk, media_of, site, tomorrow
from tests.stand_ins.google_vision import Refusal, found, refused_picture
from tests.stand_ins.model_answers import CUT, REFUSED, WRONG_SCHEMA
from tests.stand_ins.model_faults import status

BOTH = GOOGLE_COST + MODEL_COST


@pytest.mark.parametrize("kind", ["memory", "sqlite", "mariadb"])
def test_the_same_pixels_are_never_paid_for_twice(kind: str, request: pytest.FixtureRequest) -> None:
    """Another media with the same pixels is answered alike without a call; another context is another question to
    the model, while Google is told of none."""
    clock = MemoryClock()
    spending, answers = MemorySpending(clock, PRICES, CAP), MemoryAnswers(clock)
    given: dict[str, object] = {"spending": spending, "answers": answers}
    if kind != "memory":
        engine = migrated_engine(kind, request)
        given = {
            "spending": DatabaseSpending(engine, PRICES, CAP, "worker-1"),
            "answers": DatabaseAnswers(engine),
            "now": lambda: datetime.now(UTC),
        }
    with desk(clock, **given) as at:  # type: ignore[arg-type]
        first = at.describe(media_of(1, DataType.SITES), site=site("#112233"))
        again = at.describe(media_of(2, DataType.SITES), site=site("#112233"))
        calls_for_both = at.calls
        at.describe(media_of(3, DataType.SITES), site=site("#445566"))
        spent = at.till.spending.spent_today()

        assert first.seen and first.told and first == replace(again, asked=first.asked)
        assert [{Provider.GOOGLE, Provider.OPENAI}, set()] == [set(one.asked) for one in (first, again)]
        assert ((1, 1), (1, 2)) == (calls_for_both, at.calls)
        assert (GOOGLE_COST + 2 * MODEL_COST, 0) == (spent.known, spent.reserved)


def test_another_data_type_is_another_question(at: Desk) -> None:
    """Its prompt is another, and logos are looked for in logos alone."""
    at.describe(media_of(1, DataType.PRODUCT))
    at.describe(media_of(2, DataType.LOGO))

    assert (2, 2) == at.calls
    assert [False, True] == ["LOGO_DETECTION" in one.features for one in at.google.asked]


def test_the_bill_names_media_and_prompt(at: Desk, spending: MemorySpending) -> None:
    """Each call stands on it with what it was for, and what it cost."""
    at.describe(media_of(41))

    lines = [(one.call.provider, one.media_id, one.prompt_version, one.micro_usd) for one in spending.paid]
    features = "vision-v1.5e561aba"  # label, safe_search, text, properties, crop_hints, object
    assert [
        (Provider.GOOGLE, 41, features, GOOGLE_COST),
        (Provider.OPENAI, 41, "product.v1", MODEL_COST),
    ] == lines
    assert Spent(known=BOTH, dearest=GOOGLE_COST) == spending.spent_today()


@pytest.mark.parametrize(
    ("google", "model", "reason"),
    [
        (Refusal("UNAUTHENTICATED"), None, "key_refused"),
        (Refusal("RESOURCE_EXHAUSTED"), None, "rate_limited"),
        (refused_picture(3), None, "provider_refused_image"),
        ({}, None, "empty_answer"),
        (None, status(401), "key_refused"),
        (None, status(429), "busy"),
        (None, status(500), "unavailable"),
        (None, REFUSED, "refused"),
        (None, CUT, "cut_answer"),
    ],
)
def test_no_failure_keeps_money_aside_or_another_s_answer_back(
    at: Desk, spending: MemorySpending, google: object, model: object, reason: str
) -> None:
    """The other provider's answer comes, the failure is told with it, and nothing stays reserved."""
    if google is not None:
        at.google.answer = google  # type: ignore[assignment]
    if model is not None:
        at.model.otherwise = model  # type: ignore[assignment]

    described = at.describe()

    assert described.failure and reason == described.failure.reason
    assert (google is None, model is None) == (described.seen is not None, described.told is not None)
    assert 0 == spending.spent_today().reserved
    assert reason in [one.call.reason for one in spending.paid]


def test_an_exception_keeps_no_money_aside(at: Desk, spending: MemorySpending) -> None:
    """Not even one of our own."""

    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    google = at.providers.google
    assert isinstance(google, PaidGoogle)
    object.__setattr__(google.google, "look", breaks)
    with pytest.raises(ZeroDivisionError):
        at.describe()

    assert Spent() == spending.spent_today()


def test_what_failed_is_asked_again(at: Desk) -> None:
    """Only an answer is kept."""
    at.model.script(REFUSED)
    failed = at.describe()
    again = at.describe()

    assert (None, True) == (failed.told, again.told is not None)
    assert (1, 2) == at.calls


def test_a_repair_is_on_the_bill_too(at: Desk, spending: MemorySpending) -> None:
    """Two calls of one question: the first takes what was set aside, the second has none and yet is counted."""
    at.model.script(WRONG_SCHEMA)
    described = at.describe(media_of(9))

    lines = [(one.call.reason, one.media_id, one.prompt_version, one.micro_usd) for one in spending.paid[1:]]
    assert described.told
    assert [("off_schema", 9, "product.v1", MODEL_COST), (None, 9, "product.v1", MODEL_COST)] == lines
    assert Spent(known=GOOGLE_COST + 2 * MODEL_COST, dearest=GOOGLE_COST) == spending.spent_today()


def test_the_cap_refuses_until_the_next_day(clock: MemoryClock) -> None:
    """Nobody is asked, and it is told when there is money again; what was answered before costs nothing still."""
    with desk(clock, cap=GOOGLE_COST) as at:
        first = at.describe()
        other = at.describe(media_of(2, DataType.LOGO))
        again = at.describe()
        calls = at.calls
        clock.advance(tomorrow(clock))
        late = at.describe()

    for one in (first, other):
        assert isinstance(one.failure, ProviderDown)
        assert (OUT_OF_MONEY, timedelta(hours=12)) == (one.failure.reason, one.failure.retry_after)
    assert (True, False, True) == (first.seen is not None, other.seen is not None, again.seen is not None)
    assert (1, 0) == calls
    assert OUT_OF_MONEY == (late.failure and late.failure.reason)  # 24,000 is what the model costs at most


def test_who_does_not_take_a_picture_says_nothing_of_it(at: Desk) -> None:
    """GiveUp is of the picture's own bytes, which were decoded here: a provider's becomes TryAgain."""
    at.google.answer = refused_picture(3)

    described = at.describe()

    assert isinstance(described.failure, TryAgain)
    assert "provider_refused_image" == described.failure.reason
    assert described.told


def test_the_more_telling_failure_is_told(at: Desk) -> None:
    """A key that an operator must put right, before what passes."""
    at.google.answer, at.model.otherwise = Refusal("UNAUTHENTICATED"), status(500)

    described = at.describe()

    assert isinstance(described.failure, Misconfigured)


def test_costs_are_summed_by_the_database(request: pytest.FixtureRequest) -> None:
    """Through the database adapters: bill, answers, and nothing left aside."""
    engine = migrated_engine("sqlite", request)
    spending = DatabaseSpending(engine, PRICES, CAP, "worker-1")
    with desk(
        MemoryClock(), spending=spending, answers=DatabaseAnswers(engine), now=lambda: datetime.now(UTC)
    ) as at:
        at.model.script(WRONG_SCHEMA)
        at.google.answer = found() | {"labelAnnotations": []}
        at.describe()
    lines = spending.costs(datetime.now(UTC) - timedelta(hours=1), CostBy.PROVIDER)

    assert [("google", 1, 0, GOOGLE_COST), ("openai", 2, 1, 2 * MODEL_COST)] == [
        (one.what, one.calls, one.failed, one.micro_usd) for one in lines
    ]
    assert 0 == spending.spent_today().reserved
    engine.dispose()
