"""Price lists on disk: ours, shipped beside the providers, and one that an operator keeps."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path
from typing import Final

from media_vm.errors import WrongUse
from media_vm.rules.findings import Provider
from media_vm.rules.price_list import prices_of
from media_vm.rules.prices import Prices

SHIPPED: Final = Path(__file__).parent / "vision" / "prices.toml"
_LARGEST: Final = 1_000_000  # bytes


def read_prices(own: Path | None = None, here: Collection[Provider] = ()) -> Prices:
    """Our list; own: adds to it, and replaces what it names. WrongUse with a sentence.

    here: providers whose endpoint is this machine: free, unless `own` has prices of theirs, for what listens here
    may hand on to somebody who is paid.
    """
    shipped = _read(SHIPPED)
    if own is None:
        return shipped.with_free(*here)
    theirs = _read(own)
    return shipped.replaced_by(theirs).with_free(*set(here) - theirs.priced())


def _read(file: Path) -> Prices:
    try:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise ValueError(f"larger than {_LARGEST} bytes")
        return prices_of(tomllib.loads(text.decode(), parse_float=Decimal))
    except OSError as error:
        raise WrongUse(f"the price list {file.name} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:  # what is no UTF-8 and no TOML is a ValueError too
        raise WrongUse(f"the price list {file.name} cannot be used: {error}") from error
