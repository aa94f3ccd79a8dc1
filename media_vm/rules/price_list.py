"""A price list's document, as read from TOML with decimals, checked and made into `Prices`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from media_vm.rules.findings import Provider
from media_vm.rules.prices import Prices, TokenPrice

DEAREST: Final = 10_000  # USD for a million tokens or a thousand images: dearer is a slip of the pen
_OF_A_MODEL: Final = frozenset({"input", "cached", "output"})


def prices_of(document: Mapping[str, object]) -> Prices:
    """The list. ValueError with a sentence that names the entry."""
    as_of = document.get("as_of")
    if not isinstance(as_of, date) or isinstance(as_of, datetime):
        raise ValueError("`as_of` is missing: the day that the prices are of, e.g. as_of = 2026-11-20")
    features: dict[str, Decimal] = {}
    free_with: dict[str, str] = {}
    tokens: dict[tuple[Provider, str], TokenPrice] = {}
    for name in document.keys() - {"as_of"}:
        table = _table(document[name], name)
        if name == Provider.GOOGLE.value:
            free_with = _free_with(table.get("free_with", {}))
            features = {one: _usd(table[one], f"{name}.{one}") for one in table.keys() - {"free_with"}}
        else:
            provider = _provider(name)
            tokens |= {(provider, model): _of_model(table[model], f"{name}.{model}") for model in table}
    return Prices(as_of, features, free_with, tokens)


def _provider(name: str) -> Provider:
    if name not in (one.value for one in Provider):
        raise ValueError(f"`{name}` is no provider: one of {', '.join(Provider)}")
    return Provider(name)


def _of_model(entry: object, name: str) -> TokenPrice:
    table = _table(entry, name)
    if unknown := table.keys() - _OF_A_MODEL:
        raise ValueError(f"`{name}` knows no `{min(unknown)}`: input, cached and output alone")
    if "input" not in table:
        raise ValueError(f"`{name}` has no `input`: USD for a million tokens")
    found = {one: _usd(table[one], f"{name}.{one}") for one in table}
    return TokenPrice(found["input"], found.get("cached"), found.get("output"))


def _free_with(entry: object) -> dict[str, str]:
    table = _table(entry, "google.free_with")
    return {one: str(other) for one, other in table.items()}


def _table(entry: object, name: str) -> Mapping[str, object]:
    if not isinstance(entry, Mapping):
        raise ValueError(f"`{name}` is no table")
    return entry


def _usd(value: object, name: str) -> Decimal:
    """Read as a decimal, so that 0.075 is that. NaN is no price."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        price = Decimal(value)
        if price.is_finite() and 0 <= price <= DEAREST:
            return price
    raise ValueError(f"`{name}` is no price: USD, 0 to {DEAREST}")
