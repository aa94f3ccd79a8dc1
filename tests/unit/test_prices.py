"""What a call costs: by what the provider says, by our list, or nobody knows."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace
from decimal import Decimal

import pytest

from media_vm.rules.findings import Call, CostSource, Provider
from media_vm.rules.price_list import prices_of
from media_vm.rules.prices import cost_of, most_of_model, sound

LIST = """
as_of = 2026-11-20
[google]
label = 1.5
safe_search = 1.5
object = 2.25
[google.free_with]
safe_search = "label"
[openai."gpt-x"]
input = 0.75
cached = 0.075
output = 4.5
[openai.embeds]
input = 0.02
"""
COMPUTED, UNKNOWN = CostSource.COMPUTED, CostSource.UNKNOWN


def listed(text: str = LIST) -> dict[str, object]:
    return tomllib.loads(text, parse_float=Decimal)


PRICES = prices_of(listed())
VISION = Call(Provider.OPENAI, "gpt-x", "vision", 900, tokens_in=3000, tokens_cached=1000, tokens_out=500)
GOOGLE = Call(Provider.GOOGLE, "", "vision", 90)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (VISION, 2000 * 0.75 + 1000 * 0.075 + 500 * 4.5),
        (replace(VISION, tokens_cached=None), 3000 * 0.75 + 500 * 4.5),
        (replace(VISION, tokens_cached=9999), 3000 * 0.075 + 500 * 4.5),
        (replace(VISION, model="gpt-x-2026-03-17"), 3825),
        (replace(VISION, provider=Provider.OPENROUTER, model="openai/gpt-x"), 3825),
        (replace(VISION, model="embeds", tokens_out=None), 60),
        (replace(VISION, model="embeds", tokens_in=10, tokens_cached=None), 1),
        (replace(VISION, reason="cut"), 3825),
    ],
    ids=["cached", "none", "all", "snapshot", "openrouter", "embedding", "rounded up", "failed but billed"],
)
def test_tokens_have_their_price(call: Call, expected: float) -> None:
    """Cached input has its own; a fraction of a micro-USD is one; a dated snapshot costs what its model does."""
    assert (expected, COMPUTED) == cost_of(call, PRICES)


@pytest.mark.parametrize(
    "call",
    [
        replace(VISION, model="gpt-y"),
        replace(VISION, tokens_in=None),
        replace(VISION, tokens_out=None),
        replace(VISION, tokens_in=-5),
        replace(VISION, tokens_out=10**15),
        replace(VISION, provider=Provider.OPENROUTER, model="nobody/gpt-x"),
        GOOGLE,
        replace(GOOGLE, units=("label", "MIND_READING")),
    ],
    ids=["model", "no input", "no output", "negative", "absurd", "maker", "no units", "feature"],
)
def test_what_nobody_knows_is_none(call: Call) -> None:
    """Never 0."""
    assert (None, UNKNOWN) == cost_of(call, PRICES)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (("label",), 1500),
        (("label", "safe_search"), 1500),
        (("safe_search",), 1500),
        (("label", "safe_search", "object"), 3750),
    ],
)
def test_google_bills_each_feature(units: tuple[str, ...], expected: int) -> None:
    """Safe search is free along with labels, and only then."""
    assert (expected, COMPUTED) == cost_of(replace(GOOGLE, units=units), PRICES)


def test_what_the_provider_says_wins() -> None:
    """Even where we know a price, or none."""
    known, unknown = replace(VISION, cost_usd=0.0123451), replace(VISION, model="gpt-y", cost_usd=0.0)

    assert (12346, CostSource.REPORTED) == cost_of(known, PRICES)
    assert (0, CostSource.REPORTED) == cost_of(unknown, PRICES)


@pytest.mark.parametrize("told", [math.nan, math.inf, -0.5, 1e30])
def test_nonsense_for_a_cost_is_not_believed(told: float) -> None:
    """Ours counts."""
    assert (3825, COMPUTED) == cost_of(replace(VISION, cost_usd=told), PRICES)


def test_what_runs_on_our_own_machine_costs_nothing() -> None:
    """Ollama always, another where its endpoint is a loopback address."""
    assert (0, COMPUTED) == cost_of(replace(VISION, provider=Provider.OLLAMA, model="llava"), PRICES)
    assert (0, COMPUTED) == cost_of(replace(VISION, model="gpt-y"), PRICES.with_free(Provider.OPENAI))


def test_counts_that_cannot_be_are_left_out() -> None:
    """A row of the database could not hold them."""
    told = sound(replace(VISION, tokens_in=-1, tokens_out=2**40, tokens_reasoning=7))

    assert (None, 1000, None, 7) == (told.tokens_in, told.tokens_cached, told.tokens_out, told.tokens_reasoning)


def test_an_own_list_adds_and_replaces() -> None:
    """What it does not name stays."""
    own = prices_of(
        listed('as_of = 2027-01-01\n[openai."gpt-x"]\ninput = 1\noutput = 1\n[openai."mine"]\ninput = 2')
    )
    both = PRICES.replaced_by(own)

    assert 2 == most_of_model(Provider.OPENAI, "gpt-x", 1, 1, both)
    assert 2 == most_of_model(Provider.OPENAI, "mine", 1, 1, both)
    assert 1500 == cost_of(replace(GOOGLE, units=("label",)), both)[0]
    assert "2027-01-01" == both.as_of.isoformat()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "as_of"),
        ("as_of = 2026-11-20T10:00:00", "as_of"),
        ("as_of = 2026-11-20\n[opneai.x]\ninput = 1", "no provider"),
        ("as_of = 2026-11-20\nopenai = 3", "no table"),
        ('as_of = 2026-11-20\n[openai.x]\ninput = "1"', "no price"),
        ("as_of = 2026-11-20\n[openai.x]\ninput = nan", "no price"),
        ("as_of = 2026-11-20\n[openai.x]\ninput = -1", "no price"),
        ("as_of = 2026-11-20\n[openai.x]\ninput = true", "no price"),
        ("as_of = 2026-11-20\n[openai.x]\ninput = 1e6", "no price"),
        ("as_of = 2026-11-20\n[openai.x]\noutput = 1", "no `input`"),
        ("as_of = 2026-11-20\n[openai.x]\ninput = 1\ncahced = 1", "cahced"),
        ("as_of = 2026-11-20\n[google]\nlabel = []", "no price"),
    ],
)
def test_a_wrong_list_is_refused_by_name(text: str, says: str) -> None:
    """A slip of the pen in an operator's own file must not turn into a price."""
    with pytest.raises(ValueError, match=says):
        prices_of(listed(text))
