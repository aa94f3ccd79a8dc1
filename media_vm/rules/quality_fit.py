"""What photographs usually need, and how samples mislead: the only fitted numbers of the quality search.

`python -m bench.fit_quality` measures them on scikit-image's photographs and writes docs/quality-fit.csv;
docs/quality.md tells the error on pictures that it never saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from media_vm.rules.pictures import Format

TYPICAL_TARGET: Final = 72.0
"""The score, in points of SSIMULACRA2, that the numbers below are for."""


@dataclass(frozen=True, slots=True)
class Typical:
    """Of one format: the setting Q at the target and points a unit of Q there, both medians.

    whole, part: points by which a sample that covers its picture, or a part of it, scores too low.
    """

    q: float
    slope: float
    whole: float
    part: float


TYPICAL: Final[Mapping[Format, Typical]] = {
    Format.AVIF: Typical(q=56.3, slope=0.88, whole=1.4, part=0.8),
    Format.WEBP: Typical(q=74.6, slope=0.73, whole=1.6, part=1.1),
    Format.JPEG: Typical(q=64.2, slope=0.45, whole=1.4, part=0.8),
}
