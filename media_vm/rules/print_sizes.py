"""How large a picture can be printed: what an artist asks before selling prints of it."""

from __future__ import annotations

from typing import Final

FINE, POSTER = 300, 150
"""Dots an inch of a print that is looked at from near, and of one that is seen from a few steps away."""

_CM: Final = 2.54  # an inch


def print_sizes(width: int, height: int) -> dict[str, list[float]]:
    """Width and height in cm at each resolution, to the millimetre below: `{"300": [20.3, 13.5], "150": […]}`."""
    return {str(dpi): [int(side * _CM / dpi * 10) / 10 for side in (width, height)] for dpi in (FINE, POSTER)}
