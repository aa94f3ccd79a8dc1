"""The picture of the quality figure: how many variants have which score, ours upwards, a fixed Q's downwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bench.shots import LOSSY, OURS, SHARP, Shot
from media_vm.rules.pictures import Format
from media_vm.rules.quality import Aims

_WIDTH, _ROW, _LEFT, _HEAD = 760, 150, 90, 40  # SVG user units
_LOWEST, _HIGHEST, _BIN = 40, 92, 2  # points
_TALLEST: Final = 55
_COLOURS: Final = {True: "#2563eb", False: "#d97706"}


def as_svg(shots: Sequence[Shot], aim: float = Aims().photos) -> str:
    """A row a format, a bar a bin of two points; the dashed line is what was asked for."""
    height = _HEAD + _ROW * len(LOSSY) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" '
        'font-size="13">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="22"><tspan fill="{_COLOURS[True]}">above: {OURS}</tspan> '
        f'<tspan fill="{_COLOURS[False]}" dx="12">below: sharp\'s fixed Q</tspan></text>',
    ]
    for number, form in enumerate(LOSSY):
        middle = _HEAD + _ROW * number + _ROW / 2
        lines += _row(shots, form, middle)
    bottom = _HEAD + _ROW * len(LOSSY)
    lines += [
        f'<text x="{_x(score):.0f}" y="{bottom + 18}" text-anchor="middle">{score}</text>'
        for score in range(_LOWEST, _HIGHEST, 10)
    ]
    lines.append(
        f'<line x1="{_x(aim):.1f}" x2="{_x(aim):.1f}" y1="{_HEAD}" y2="{bottom}" stroke="#444" '
        'stroke-dasharray="5 4"/></svg>'
    )
    return "\n".join(lines) + "\n"


def _row(shots: Iterable[Shot], form: Format, middle: float) -> Iterator[str]:
    yield f'<text x="10" y="{middle + 5}">{form.value.upper()}</text>'
    yield f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{middle}" y2="{middle}" stroke="#999"/>'
    ways = {True: OURS, False: f"Q {SHARP[form]}"}
    counts = {
        is_ours: Counter(_bin(shot.score) for shot in shots if (shot.form, shot.way) == (form, way))
        for is_ours, way in ways.items()
    }
    most = max((count for one in counts.values() for count in one.values()), default=1)
    for is_ours, one in counts.items():
        for score, count in sorted(one.items()):
            tall = _TALLEST * count / most
            top = middle - tall if is_ours else middle
            wide = _x(score + _BIN) - _x(score) - 1
            yield (
                f'<rect x="{_x(score):.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}" '
                f'fill="{_COLOURS[is_ours]}"/>'
            )


def _bin(score: float) -> int:
    """The lower end of the bin; what is off the scale is in the last bin of its side."""
    return int(min(max(score, _LOWEST), _HIGHEST - _BIN) // _BIN * _BIN)


def _x(score: float) -> float:
    return _LEFT + (score - _LOWEST) / (_HIGHEST - _LOWEST) * (_WIDTH - 10 - _LEFT)
