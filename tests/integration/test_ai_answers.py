"""Answers that were paid for once, in memory and on real databases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import Engine, text
from sqlmodel import Session
from structlog.testing import capture_logs

from media_vm.adapters import ai_answers
from media_vm.adapters.ai_answers import DatabaseAnswers
from media_vm.adapters.transactions import transact
from media_vm.ai_ports import Answers, Question
from media_vm.rules.findings import Provider, Seen, Thing, Told
from media_vm.testing import MemoryClock
from media_vm.testing.answers import MemoryAnswers
from tests.integration.databases import migrated_engine

ASKED = Question("a1" * 32, Provider.OPENAI, "gpt-x", "art-1", "c0" * 32)
TOLD = Told(Provider.OPENAI, "gpt-x", "art-1", caption="A boat \U0001f6a3 at sea", raw='{"caption": "…"}')
SEEN = Seen(labels=(Thing("sea", 0.9),), raw="{}")
SHORT = timedelta(milliseconds=50)


@dataclass(frozen=True, slots=True)
class Given:
    """What is kept, and its clock."""

    answers: Answers
    wait: Callable[[timedelta], None]
    now: Callable[[], datetime]


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def given(request: pytest.FixtureRequest) -> Iterator[Given]:
    if request.param == "memory":
        clock = MemoryClock()
        yield Given(MemoryAnswers(clock), clock.advance, lambda: clock.now)
        return
    engine = migrated_engine(request.param, request)
    yield Given(DatabaseAnswers(engine), lambda span: time.sleep(span.total_seconds()), lambda: datetime.now(UTC))
    engine.dispose()


def test_the_same_question_is_not_paid_for_twice(given: Given) -> None:
    """Either kind of answer comes back as it was."""
    before = given.answers.get(ASKED)
    given.answers.put(ASKED, TOLD)
    given.answers.put(replace(ASKED, provider=Provider.GOOGLE), SEEN)

    assert (None, TOLD) == (before, given.answers.get(ASKED))
    assert SEEN == given.answers.get(replace(ASKED, provider=Provider.GOOGLE))


@pytest.mark.parametrize(
    "other",
    [
        {"pixels": "b2" * 32},
        {"provider": Provider.OPENROUTER},
        {"model": "GPT-X"},
        {"model": "gpt-\u00d7"},
        {"prompt_version": "art-2"},
        {"context": "d1" * 32},
        {"model": "gpt-xart", "prompt_version": "-1"},
    ],
    ids=str,
)
def test_another_question_is_another(given: Given, other: dict[str, str]) -> None:
    """Whichever part of it differs, though it be by case alone, and however the parts meet."""
    given.answers.put(ASKED, TOLD)

    assert given.answers.get(replace(ASKED, **other)) is None  # type: ignore[arg-type]


def test_a_later_answer_replaces_an_earlier(given: Given) -> None:
    """As after a repair."""
    given.answers.put(ASKED, TOLD)
    given.answers.put(ASKED, replace(TOLD, caption="better"))

    assert replace(TOLD, caption="better") == given.answers.get(ASKED)


def test_what_could_not_be_read_back_is_not_kept(given: Given) -> None:
    """And leaves what was there."""
    given.answers.put(ASKED, TOLD)
    given.answers.put(ASKED, replace(TOLD, confidence=9.0))

    assert TOLD == given.answers.get(ASKED)


def test_what_nobody_used_is_forgotten(given: Given) -> None:
    """What was put since stays."""
    given.answers.put(ASKED, TOLD)
    given.wait(SHORT)
    when = given.now()
    given.wait(SHORT)
    given.answers.put(replace(ASKED, model="gpt-y"), TOLD)

    assert (1, 0) == (given.answers.forget_before(when), given.answers.forget_before(when))
    assert (None, TOLD) == (given.answers.get(ASKED), given.answers.get(replace(ASKED, model="gpt-y")))


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = migrated_engine(request.param, request)
    yield opened
    opened.dispose()


def test_what_is_used_is_kept_longer(engine: Engine) -> None:
    """Its time moves at most once a day."""
    answers = DatabaseAnswers(engine)
    answers.put(ASKED, TOLD)
    used = []
    for hours in (25, 23):
        with engine.begin() as connection:
            was = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=hours)
            connection.execute(text("UPDATE media_ai_answers SET used_at = :was"), {"was": was})
        answers.get(ASKED)
        used.append(answers.forget_before(datetime.now(UTC) - timedelta(hours=1)))

    assert [0, 1] == used


@pytest.mark.parametrize("damage", ["{}", "no JSON", '{"kind": "told", "of": {"provider": "x"}}', ""])
def test_a_damaged_row_is_paid_for_again(engine: Engine, damage: str) -> None:
    """Told in the log without what it holds, and replaced by the next answer."""
    answers = DatabaseAnswers(engine)
    answers.put(ASKED, TOLD)
    with engine.begin() as connection:
        connection.execute(text("UPDATE media_ai_answers SET answer = :damage"), {"damage": damage})
    structlog.reset_defaults()
    with capture_logs() as logs:
        damaged = answers.get(ASKED)
    answers.put(ASKED, TOLD)

    assert (None, TOLD) == (damaged, answers.get(ASKED))
    assert ["kept_answer_unusable"] == [line["event"] for line in logs]


def test_many_are_forgotten_a_few_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five in three transactions; none is left."""
    answers, gone = DatabaseAnswers(engine), list[int]()
    for number in range(5):
        answers.put(replace(ASKED, model=f"gpt-{number}"), TOLD)

    def counted(on: Engine, work: Callable[[Session], int]) -> int:
        gone.append(transact(on, work))
        return gone[-1]

    monkeypatch.setattr(ai_answers, "AT_ONCE", 2)
    monkeypatch.setattr(ai_answers, "transact", counted)

    assert 5 == answers.forget_before(datetime.now(UTC) + timedelta(hours=1))
    assert [2, 2, 1, 0] == gone
