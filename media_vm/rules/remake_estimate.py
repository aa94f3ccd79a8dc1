"""How long making pictures again will take, by how long it took before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from media_vm.rules.percentiles import percentile
from media_vm.rules.pictures import DataType

USUAL_SECONDS: Final = 3.0
"""Where nothing was measured yet: the dearest of the four pictures that docs/bench.md makes all variants of."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """seconds: of all together, all sizes and formats of each. samples: how many measured ones it comes from; 0:
    nothing was measured here, it is the usual time."""

    seconds: float
    samples: int


def estimate(kinds: Mapping[DataType, int], took: Mapping[DataType, Sequence[float]]) -> Estimate:
    """The middle of each type's own samples; of a type without any, the middle of all."""
    every = [one for some in took.values() for one in some]
    usual = percentile(every, 0.5)
    seconds = 0.0
    for kind, number in kinds.items():
        own = percentile(took.get(kind, ()), 0.5)
        each = own if own is not None else usual
        seconds += number * (USUAL_SECONDS if each is None else each)
    return Estimate(seconds, len(every))
