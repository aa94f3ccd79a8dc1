"""What AI calls cost and what may still be spent, in memory and on real databases."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text

from media_vm.adapters.ai_usage import DatabaseSpending
from media_vm.ai_ports import CostBy, CostLine, Reservation, Spending
from media_vm.rules.budget import Spent
from media_vm.rules.findings import Call, Provider
from media_vm.rules.prices import Prices, TokenPrice
from media_vm.testing import MemoryClock
from media_vm.testing.spending import MemorySpending
from tests.integration.databases import migrated_engine

PRICE = {(Provider.OPENAI, "gpt-x"): TokenPrice(Decimal(1), None, Decimal(1))}
PRICES = Prices(date(2026, 11, 20), {"label": Decimal("1.5")}, {}, PRICE)
LONG, SHORT = timedelta(minutes=5), timedelta(milliseconds=100)
CAP = 1000


@dataclass(frozen=True, slots=True)
class Given:
    """One purse with a cap of 1,000 micro-USD. now: its clock."""

    spending: Spending
    wait: Callable[[timedelta], None]
    now: Callable[[], datetime]


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def given(request: pytest.FixtureRequest) -> Iterator[Given]:
    if request.param == "memory":
        clock = MemoryClock()
        yield Given(MemorySpending(clock, PRICES, CAP), clock.advance, lambda: clock.now)
        return
    engine = migrated_engine(request.param, request)
    purse = DatabaseSpending(engine, PRICES, CAP, "worker-1")
    yield Given(purse, lambda span: time.sleep(span.total_seconds()), lambda: datetime.now(UTC))
    engine.dispose()


def call(cost: int, **more: object) -> Call:
    """Of gpt-x, which takes one micro-USD a token."""
    return replace(Call(Provider.OPENAI, "gpt-x", "vision", 900, tokens_in=cost, tokens_out=0), **more)  # type: ignore[arg-type]


def held(answer: Reservation | datetime | None) -> Reservation:
    assert isinstance(answer, Reservation)
    return answer


def test_what_is_set_aside_becomes_what_it_cost(given: Given) -> None:
    """Until the call is over it counts at its most, then at its cost."""
    aside = held(given.spending.reserve(600, LONG))
    before = given.spending.spent_today()
    given.spending.record(call(200), 1, "art-1", aside)

    assert Spent(reserved=600) == before
    assert Spent(known=200, dearest=200) == given.spending.spent_today()


def test_the_cap_counts_what_is_under_way(given: Given) -> None:
    """The second comes again soon, for nothing is spent yet; a call never made frees it."""
    first = held(given.spending.reserve(600, LONG))
    refused = given.spending.reserve(500, LONG)
    given.spending.release(first)

    assert refused is None
    assert 500 == held(given.spending.reserve(500, LONG)).micro_usd


def test_what_is_spent_waits_for_the_next_day(given: Given) -> None:
    """Until UTC midnight, whatever is set aside beside it."""
    held(given.spending.reserve(300, LONG))
    given.spending.record(call(600), 1, "art-1")
    refused = given.spending.reserve(500, LONG)

    assert isinstance(refused, datetime)
    assert timedelta(0) < refused - given.now() <= timedelta(days=1)
    assert (0, 0, 0) == (refused.astimezone(UTC).hour, refused.minute, refused.second)


def test_what_nobody_saw_the_end_of_counts_as_spent(given: Given) -> None:
    """Its worker died, and the call may be billed. A late answer has its own cost."""
    late = held(given.spending.reserve(700, SHORT))
    given.wait(2 * SHORT)
    unseen, second = given.spending.spent_today(), given.spending.reserve(400, LONG)
    given.spending.record(call(200), 1, "art-1", late)

    assert Spent(known=700) == unseen
    assert isinstance(second, datetime)
    assert Spent(known=200, dearest=200) == given.spending.spent_today()


def test_free_calls_are_not_capped(given: Given) -> None:
    """Ollama goes on when the money is gone, and sets nothing aside."""
    given.spending.record(call(CAP), 1, "art-1")

    assert isinstance(given.spending.reserve(1, LONG), datetime)
    assert Reservation("", 0) == given.spending.reserve(0, LONG)


def test_unknown_costs_count_like_the_dearest(given: Given) -> None:
    """Before the call and after; one that failed with nothing known does not count."""
    given.spending.record(call(300), 1, "art-1")
    aside = held(given.spending.reserve(None, LONG))
    given.spending.record(call(5, model="gpt-y"), 1, "art-1", aside)
    given.spending.record(call(5, model="gpt-y", tokens_in=None, reason="timeout"), 1, "art-1")
    spent = given.spending.spent_today()

    assert (300, 600) == (aside.micro_usd, spent.counted)
    assert Spent(known=300, unknown_calls=1, dearest=300) == spent
    assert isinstance(given.spending.reserve(401, LONG), datetime)


def test_a_bill(given: Given) -> None:
    """The dearest first; what nobody knows is told apart from what failed."""
    paid = given.spending
    paid.record(call(300), 1, "art-1")
    paid.record(call(200, reason="cut"), 1, "art-1")
    paid.record(call(70, model="gpt-y"), None, "art-1")
    paid.record(Call(Provider.GOOGLE, "vision-v1", "vision", 90, units=("label",)), 2, "")
    since, today = given.now() - timedelta(hours=1), given.now().date().isoformat()

    assert [
        CostLine("google", 1, 0, 0, 0, 1500, 0),
        CostLine("openai", 3, 1, 570, 0, 500, 1),
    ] == paid.costs(since, CostBy.PROVIDER)
    assert ["vision-v1", "gpt-x", "gpt-y"] == [line.what for line in paid.costs(since, CostBy.MODEL)]
    assert [CostLine(today, 4, 1, 570, 0, 2000, 1)] == paid.costs(since, CostBy.DAY)
    assert [CostLine("vision", 4, 1, 570, 0, 2000, 1)] == paid.costs(since, CostBy.TASK)
    assert [] == paid.costs(given.now() + timedelta(hours=1), CostBy.TASK)


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = migrated_engine(request.param, request)
    yield opened
    opened.dispose()


def run_all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_eight_at_once_stay_below_the_cap(engine: Engine) -> None:
    """Twenty calls of 50 and no more, whoever makes them, with no row there yet to be locked."""
    start, made, refused = threading.Barrier(8), [], []

    def spend(number: int) -> None:
        purse = DatabaseSpending(engine, PRICES, CAP, f"worker-{number}")
        start.wait()
        while isinstance(aside := purse.reserve(50, LONG), Reservation):
            made.append(number)
            purse.record(call(50), number, "art-1", aside)
        refused.append(number)

    run_all([threading.Thread(target=spend, args=(number,)) for number in range(8)])
    spent = DatabaseSpending(engine, PRICES, CAP, "reader").spent_today()

    assert (20, 8) == (len(made), len(refused))
    assert Spent(known=1000, dearest=50) == spent


def test_no_two_take_the_same_money(engine: Engine) -> None:
    """Eight ask at once for half of the cap, ten times over: two get it each time."""
    start, done, rounds = threading.Barrier(8), threading.Barrier(8), 10
    got: list[list[Reservation]] = [[] for _ in range(rounds)]

    def ask(number: int) -> None:
        purse = DatabaseSpending(engine, PRICES, CAP, f"worker-{number}")
        for turn in range(rounds):
            start.wait()
            aside = purse.reserve(CAP // 2, LONG)
            if isinstance(aside, Reservation):
                got[turn].append(aside)
            done.wait()
            if isinstance(aside, Reservation):
                purse.release(aside)

    run_all([threading.Thread(target=ask, args=(number,)) for number in range(8)])

    assert [2] * rounds == [len(one) for one in got]


def test_what_was_set_aside_yesterday_is_gone(engine: Engine) -> None:
    """It counts no more at once, and its row goes with the next to ask."""
    purse = DatabaseSpending(engine, PRICES, CAP, "worker-1")
    purse.reserve(CAP, SHORT)
    with engine.begin() as connection:
        connection.execute(text("UPDATE media_ai_reservations SET expires_at = '2026-01-01 23:59:59'"))
    after = purse.spent_today()
    purse.reserve(1, LONG)

    with engine.connect() as connection:
        rows = connection.scalar(text("SELECT count(*) FROM media_ai_reservations"))
    assert (Spent(), 1) == (after, rows)


def test_yesterday_is_over(engine: Engine) -> None:
    """What was spent then leaves today's cap alone."""
    purse = DatabaseSpending(engine, PRICES, CAP, "worker-1")
    purse.record(call(CAP), 1, "art-1")
    refused = purse.reserve(1, LONG)
    with engine.begin() as connection:
        connection.execute(text("UPDATE media_ai_usage SET at = '2026-01-01 23:59:59'"))

    assert (True, True) == (isinstance(refused, datetime), isinstance(purse.reserve(CAP, LONG), Reservation))


def test_a_row_tells_all_of_a_call(engine: Engine) -> None:
    """Cut to the columns' widths; what cannot be is left out, and what a header smuggles."""
    told = call(7, model="m" * 300, tokens_out=-4, tokens_cached=3, tokens_reasoning=2**50, units=("label",))
    told = replace(told, request_id="req-\x1b[31m\n1", reason="r" * 90, cost_usd=0.25)
    DatabaseSpending(engine, PRICES, None, "w" * 90).record(told, 42, "p" * 80)

    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM media_ai_usage")).mappings().one()
    assert ("m" * 100, "p" * 50, "r" * 50, "w" * 50) == (
        row["model"],
        row["prompt_version"],
        row["reason"],
        row["worker"],
    )
    assert (42, 7, 3, None, None) == tuple(
        row[name] for name in ("media_id", "tokens_in", "tokens_cached", "tokens_out", "tokens_reasoning")
    )
    assert (250_000, "reported", "req-[31m1", '["label"]') == tuple(
        row[name] for name in ("cost_micro_usd", "cost_source", "request_id", "units")
    )


def test_without_a_cap_nothing_is_set_aside(engine: Engine) -> None:
    """And no row is locked."""
    purse = DatabaseSpending(engine, PRICES, None, "worker-1")

    assert Reservation("", 0) == purse.reserve(10**9, LONG)
    assert 0 == purse.spent_today().reserved


def test_a_day_is_summed_from_the_index_alone(engine: Engine) -> None:
    """However many calls a day has."""
    query = "SELECT sum(cost_micro_usd), max(cost_micro_usd) FROM media_ai_usage WHERE at >= '2026-01-01'"
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = str(connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
            assert "USING COVERING INDEX ix_media_ai_usage_at" in plan
        else:
            plan = str(connection.execute(text(f"EXPLAIN {query}")).mappings().one())
            assert "ix_media_ai_usage_at" in plan and "Using index" in plan
