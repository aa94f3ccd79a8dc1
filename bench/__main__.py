"""`python -m bench [--json] [--only figure …]`: take the figures and print them.

PHOTOS=folder in the environment: of your own pictures. Exit codes: 0 taken, 1 a figure could not be, 2 usage.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from bench.analysis import compare_analysis
from bench.chart import as_svg
from bench.claims import compare_claims
from bench.colour import compare_colours
from bench.comparison import Comparison, NotMeasured
from bench.crowd import compare_crowds
from bench.graphics import compare_graphics
from bench.logos import compare_logos
from bench.memory import compare_memory
from bench.photos import choose, own_folder
from bench.quality import compare_quality
from bench.serving import compare_serving
from bench.sharp import compare_with_sharp
from bench.shots import Shot, take_shots
from bench.stage import set_stage
from bench.table import as_json, as_table, machine
from bench.variants import compare_variants
from bench.walk import compare_walks
from examples.demo.options import Usage
from examples.demo.processes import ProcessEnded
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio

FIGURES = (
    *("variants", "quality", "graphics", "logos", "colour", "sharp"),
    *("memory", "analysis", "walk", "serve", "claims", "crowd"),
)
FINE, PROBLEM, USAGE = 0, 1, 2
MOST_SHOTS = 1000  # pictures of a folder


def main(arguments: Sequence[str]) -> int:
    """Take the named figures, or all; returns the exit code."""
    options = _options(arguments)
    own = own_folder()
    began = time.monotonic()
    try:
        comparisons = list(take(options.only, own, full=options.full, chart=options.chart))
    except Usage as error:
        print(f"bench: {error}", file=sys.stderr)
        return USAGE
    except (NotMeasured, ProcessEnded) as error:
        print(f"bench: {error}", file=sys.stderr)
        return PROBLEM
    if options.json:
        print(as_json(comparisons))
    else:
        measured_on = ", ".join(f"{name} {value}" for name, value in machine().items())
        print(as_table(comparisons), f"\n{measured_on}; {time.monotonic() - began:.0f} s in all", sep="\n")
    return FINE


def take(
    figures: Sequence[str], own: Path | None, *, full: bool = False, chart: Path | None = None
) -> Iterator[Comparison]:
    """The figures one after the other, so that none disturbs another. Usage, NotMeasured, ProcessEnded."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, closing(ChildPool(1)) as children:
        scratch = Path(folder)
        photos = choose(own, scratch, Studio(children))
        everything = choose(own, scratch, Studio(children), most=MOST_SHOTS)
        if not photos:
            raise Usage("none of these pictures can be read")
        alone: dict[str, Callable[[], Iterator[Comparison]]] = {
            "variants": lambda: compare_variants(photos, scratch),
            "quality": lambda: compare_quality(_all_shots(own, scratch, children, full=full, chart=chart)),
            "graphics": lambda: compare_graphics(scratch),
            "logos": lambda: compare_logos(own),
            "colour": lambda: compare_colours(everything, scratch, children),
            "sharp": lambda: compare_with_sharp(photos, scratch),
            "memory": lambda: compare_memory(scratch),
            "analysis": lambda: compare_analysis(photos, children),
            "claims": lambda: compare_claims(scratch),
            "crowd": lambda: compare_crowds(scratch),
        }
        for name, compare in alone.items():
            if name in figures:
                yield from _told(name, compare())
        if {"walk", "serve"} & {*figures}:
            with set_stage(scratch / "stage") as stage:
                if "walk" in figures:
                    yield from _told("walk", compare_walks(photos, stage))
                if "serve" in figures:
                    yield from _told("serve", compare_serving(photos[0], stage))


def _all_shots(
    own: Path | None, scratch: Path, children: ChildPool, *, full: bool, chart: Path | None
) -> list[Shot]:
    """Of every picture of the reader's folder."""
    photos = choose(own, scratch, Studio(children), most=MOST_SHOTS)
    shots = take_shots(photos, is_full=full)
    if chart is not None:
        chart.write_text(as_svg(shots))
    return shots


def _told(name: str, comparisons: Iterator[Comparison]) -> Iterator[Comparison]:
    print(f"bench: {name} …", file=sys.stderr)
    yield from comparisons


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench", description="media VM beside its peers, on this machine, now")
    parser.add_argument("--only", nargs="+", choices=FIGURES, default=FIGURES, help="not all of the figures")
    parser.add_argument("--json", action="store_true", help="every sample, for a program")
    parser.add_argument(
        "--full", action="store_true", help="quality: the large sizes of all photographs, not of some"
    )
    parser.add_argument("--chart", type=Path, help="quality: where to draw it, an SVG")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
