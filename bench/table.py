"""Figures for a person (a Markdown table that is aligned in a terminal too) and for a program (JSON)."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from itertools import starmap
from pathlib import Path
from statistics import median

from bench.comparison import Comparison

PEERS = Path(__file__).parent / "peers"
HEADINGS = ("what", "measure", "media VM", "peer", "peer's", "ratio")
MEASURED_WITH = ("pyvips-binary", "pillow", "granian", "fastapi", "scikit-image")


def as_table(comparisons: Sequence[Comparison]) -> str:
    """A row a comparison: medians with the least and the most of all repetitions; × is how much better we are."""
    rows = [HEADINGS, *map(_cells, comparisons)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])


def as_json(comparisons: Sequence[Comparison]) -> str:
    """The machine, and every sample of every comparison."""
    figures = [
        {
            "subject": one.subject,
            "measure": one.measure,
            "unit": one.unit,
            "media_vm": _summary(one.ours),
            "peer": {"name": one.peer, **_summary(one.theirs)} if one.theirs else None,
            "more_is_better": one.more_is_better,
            "ratio": one.ratio,
        }
        for one in comparisons
    ]
    return json.dumps({"machine": machine(), "figures": figures}, indent=1, ensure_ascii=False)


def machine() -> dict[str, str | int]:
    """What the figures depend on, and nothing that names this machine."""
    versions = {name: version(name) for name in MEASURED_WITH}
    sharp = json.loads((PEERS / "package.json").read_text())["dependencies"]["sharp"]
    return {"cores": len(os.sched_getaffinity(0)), "python": platform.python_version(), **versions, "sharp": sharp}


def _cells(one: Comparison) -> tuple[str, ...]:
    measure = f"{one.measure}, {one.unit}"
    ratio = "" if one.ratio is None else f"× {one.ratio:.2f}"
    return one.subject, measure, _spread(one.ours), one.peer, _spread(one.theirs), ratio


def _spread(samples: Sequence[float]) -> str:
    if not samples:
        return ""
    middle, least, most = map(_number, (median(samples), min(samples), max(samples)))
    return f"{middle} ({least}–{most})" if len(samples) > 1 else middle


def _number(value: float) -> str:
    """Three significant digits, whole from a hundred on."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"| {' | '.join(starmap(str.ljust, zip(cells, widths, strict=True)))} |"


def _summary(samples: Sequence[float]) -> dict[str, object]:
    return {"median": median(samples), "min": min(samples), "max": max(samples), "samples": samples}
