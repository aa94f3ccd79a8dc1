"""What a call costs, in whole micro-USD, rounded up: a millionth of a dollar is never taken for nothing.

the provider said what it cost      that, `reported`
it runs on a machine of ours        0, `computed`
a price is known                    tokens × price, or the sum over features, `computed`
no price, or no count of tokens     None, `unknown`: never 0
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Final

from media_vm.rules.findings import Call, CostSource, Provider
from media_vm.rules.google_features import Feature, features_for
from media_vm.rules.pictures import DataType

MICRO: Final = 1_000_000  # micro-USD in a dollar
OURS: Final = frozenset({Provider.LOCAL, Provider.OLLAMA})
# One picture of 1024×1024: 32×32 patches × 1.2, a prompt with its schema and context, and a full answer.
USUAL_TOKENS_IN: Final = 3_000
USUAL_TOKENS_OUT: Final = 800
_DEAREST_CALL: Final = 1_000.0  # USD: what claims to have cost more is no price
_MOST_TOKENS: Final = 1_000_000_000  # of one call; no context is nearly as long
_SNAPSHOT: Final = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """USD for a million tokens, which is micro-USD a token. cached: None: as any input. output: None: there is
    none, as with embeddings."""

    input: Decimal
    cached: Decimal | None = None
    output: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Prices:
    """A dated list. features: Google Vision's, USD for 1,000 images. free_with: a feature that costs nothing along
    with another. tokens: by provider and model. free: providers that run on machines of ours."""

    as_of: date
    features: Mapping[str, Decimal] = field(default_factory=dict)
    free_with: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[tuple[Provider, str], TokenPrice] = field(default_factory=dict)
    free: frozenset[Provider] = OURS

    def with_free(self, *providers: Provider) -> Prices:
        """The same, where the endpoints of these providers are loopback addresses."""
        return replace(self, free=self.free | set(providers))

    def priced(self) -> frozenset[Provider]:
        """Providers of which there is any price."""
        asked = {Provider.GOOGLE} if self.features else set()
        return frozenset(asked | {provider for provider, _ in self.tokens})

    def replaced_by(self, other: Prices) -> Prices:
        """The same, with whatever the other list names as it stands there."""
        return Prices(
            max(self.as_of, other.as_of),
            {**self.features, **other.features},
            {**self.free_with, **other.free_with},
            {**self.tokens, **other.tokens},
            self.free | other.free,
        )

    def of_model(self, provider: Provider, model: str) -> TokenPrice | None:
        """A model's price, by its name or by that of which it is a dated snapshot. OpenRouter names whose model
        it is and passes that one's price on."""
        if provider is Provider.OPENROUTER and (provider, model) not in self.tokens:
            maker, _, model = model.partition("/")
            if maker not in (one.value for one in Provider):
                return None
            provider = Provider(maker)
        known = self.tokens.get((provider, model))
        return known or self.tokens.get((provider, _SNAPSHOT.sub("", model)))


def cost_of(call: Call, prices: Prices) -> tuple[int | None, CostSource]:
    """Micro-USD, and where the figure comes from. Google's free first thousand a month is not counted."""
    call = sound(call)
    if (told := call.cost_usd) is not None and math.isfinite(told) and 0 <= told <= _DEAREST_CALL:
        return _micro(Decimal(repr(told)) * MICRO), CostSource.REPORTED
    if call.provider in prices.free:
        return 0, CostSource.COMPUTED
    if call.provider is Provider.GOOGLE:
        cost = _of_features(call.units, prices)
    else:
        cost = _of_tokens(call, prices.of_model(call.provider, call.model))
    return cost, CostSource.UNKNOWN if cost is None else CostSource.COMPUTED


def sound(call: Call) -> Call:
    """The same without counts that cannot be: what a provider says of itself is foreign too."""
    return replace(
        call,
        tokens_in=_count(call.tokens_in),
        tokens_cached=_count(call.tokens_cached),
        tokens_out=_count(call.tokens_out),
        tokens_reasoning=_count(call.tokens_reasoning),
    )


def most_of_model(provider: Provider, model: str, tokens_in: int, tokens_out: int, prices: Prices) -> int | None:
    """Micro-USD that a call costs at most, of which nothing was read before. None: nobody knows."""
    call = Call(provider, model, "vision", 0, tokens_in=tokens_in, tokens_out=tokens_out)
    return cost_of(call, prices)[0]


def most_of_features(features: Sequence[str], prices: Prices) -> int | None:
    """The same of one image at Google Vision."""
    return cost_of(Call(Provider.GOOGLE, "", "vision", 0, units=tuple(features)), prices)[0]


def one_picture(data_type: DataType, features: tuple[Feature, ...], prices: Prices) -> dict[str, int | None]:
    """Micro-USD of one picture by who is asked: computed for Google Vision, estimated for a vision model."""
    costs = {Provider.GOOGLE.value: most_of_features(features_for(features, data_type), prices)}
    for (provider, model), price in prices.tokens.items():
        if price.output is not None:
            usual = most_of_model(provider, model, USUAL_TOKENS_IN, USUAL_TOKENS_OUT, prices)
            costs[f"{provider.value} {model}"] = usual
    return costs


def each_feature(features: Sequence[Feature], prices: Prices) -> dict[str, int | None]:
    """Micro-USD that each of them adds to one picture: 0 for what goes along free with another of them."""
    free = {one for one in features if prices.free_with.get(one.value) in features}
    return {one.value: 0 if one in free else most_of_features((one,), prices) for one in features}


def _of_features(units: Sequence[str], prices: Prices) -> int | None:
    if not units or any(one not in prices.features for one in units):
        return None
    billed = (one for one in units if prices.free_with.get(one) not in units)
    return _micro(sum((prices.features[one] for one in billed), Decimal(0)) * 1_000)


def _of_tokens(call: Call, price: TokenPrice | None) -> int | None:
    if price is None or call.tokens_in is None or (price.output is not None and call.tokens_out is None):
        return None
    cached = min(call.tokens_cached or 0, call.tokens_in)
    read_before = price.input if price.cached is None else price.cached
    cost = (call.tokens_in - cached) * price.input + cached * read_before
    return _micro(cost + (call.tokens_out or 0) * (price.output or 0))


def _count(tokens: int | None) -> int | None:
    return tokens if tokens is not None and 0 <= tokens <= _MOST_TOKENS else None


def _micro(cost: Decimal) -> int:
    return int(cost.to_integral_value(ROUND_CEILING))
