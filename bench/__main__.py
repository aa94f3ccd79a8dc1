"""`python -m bench [--json] [--only figure …] [--report page]`: take the figures and print them.

PHOTOS=folder in the environment: of your own pictures. Exit codes: 0 taken, 1 a figure could not be, 2 usage.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path

from bench.ai_wait import MEDIA, compare_ai_wait
from bench.analysis import compare_analysis
from bench.chart import as_svg
from bench.claims import compare_claims
from bench.colour import compare_colours
from bench.crowd import compare_crowds
from bench.crowded import VISITS, compare_crowded
from bench.front import compare_front
from bench.graphics import compare_graphics
from bench.known_truths import CARDS, compare_with_truths
from bench.logos import compare_logos
from bench.memory import compare_memory
from bench.photos import MOST, Photo, choose, given_logos, own_folder, scenes
from bench.polish import compare_polish
from bench.quality import compare_quality
from bench.report import BEGIN, END, one_run
from bench.sections import Section, run_through
from bench.serving import compare_serving
from bench.sharp import compare_with_sharp
from bench.shots import SOME, Shot, take_shots
from bench.stage import set_stage
from bench.table import as_json, as_table, machine
from bench.variants import compare_variants
from bench.walk import PICTURES, compare_walks
from examples.demo.gathering import counted
from examples.demo.options import Usage
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from scripts.marked_pages import NoMarkers, replaced

FIGURES = (
    *("variants", "quality", "polish", "graphics", "logos", "colour", "sharp"),
    *("memory", "analysis", "claims", "crowd", "ai_wait", "crowded", "walk", "serve", "front"),
)
FINE, PROBLEM, USAGE = 0, 1, 2
MOST_PICTURES = 1000  # of a folder


def main(arguments: Sequence[str]) -> int:
    """Take the named figures, or all; returns the exit code."""
    options = _options(arguments)
    try:
        page = _page(options.report)  # told before the run, not a quarter of an hour later
        with sections(
            own_folder(), is_full=options.full, chart=options.chart, visits=options.visits
        ) as all_sections:
            run = run_through([one for one in all_sections if one.name in options.only])
    except (Usage, NoMarkers) as error:
        print(f"bench: {error}", file=sys.stderr)
        return USAGE
    if options.json:
        print(as_json(run.comparisons))
    else:
        measured_on = ", ".join(f"{name} {value}" for name, value in machine().items())
        print(as_table(run.comparisons), f"\n{measured_on}; {run.total:.0f} s in all", sep="\n")
    if run.problems:
        return PROBLEM  # and a page keeps what it had: a run with holes in it is none to publish
    if options.report:
        options.report.write_text(replaced(page, one_run(run, datetime.now(UTC).date()), BEGIN, END))
    return FINE


def _page(report: Path | None) -> str:
    """What the page holds; nothing without one. Usage, NoMarkers."""
    try:
        page = report.read_text() if report else ""
    except OSError as error:
        raise Usage(f"{report} cannot be read ({error.strerror})") from None
    if report:
        replaced(page, "", BEGIN, END)
    return page


@contextmanager
def sections(
    own: Path | None, *, is_full: bool = False, chart: Path | None = None, visits: int = VISITS
) -> Iterator[list[Section]]:
    """All figures in their order, ready to be taken. Usage if there is no picture to take them of."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        closing(ChildPool(1)) as children,
        ExitStack() as stack,
    ):
        scratch = Path(folder)
        everything = choose(own, scratch, Studio(children), most=MOST_PICTURES)
        if not everything:
            raise Usage("none of these pictures can be read")
        photos = everything[:MOST]
        some, largest = counted(len(photos), "photograph"), "all sizes" if is_full else _large_sizes()
        stage = cache(lambda: stack.enter_context(set_stage(scratch / "stage")))
        yield [
            Section("variants", some, lambda: compare_variants(photos, scratch)),
            Section(
                "quality",
                f"{counted(len(everything), 'photograph')}, {largest}",
                lambda: compare_quality(_shots(everything, is_full=is_full, chart=chart)),
            ),
            Section("polish", some, lambda: compare_polish(photos, scratch)),
            Section("graphics", "6 drawings", lambda: compare_graphics(scratch)),
            Section("logos", f"20 drawn, {len(given_logos(own))} given", lambda: compare_logos(own)),
            Section(
                "colour", "those not in sRGB, 6 at most", lambda: compare_colours(everything, scratch, children)
            ),
            Section("sharp", some, lambda: compare_with_sharp(photos, scratch)),
            Section("memory", "4 large ones, 1,000 small ones", lambda: compare_memory(scratch)),
            Section(
                "analysis",
                f"{some}; {CARDS} cards and {len(scenes(everything))} photographs whose truth is known",
                lambda: chain(
                    compare_analysis(photos, children), compare_with_truths(scenes(everything), children)
                ),
            ),
            Section("claims", "no pictures", lambda: compare_claims(scratch)),
            Section("crowd", "no pictures", lambda: compare_crowds(scratch)),
            Section("ai_wait", f"{MEDIA} media without pixels", lambda: compare_ai_wait(scratch)),
            Section("crowded", f"{visits:,} requests", lambda: compare_crowded(scratch, visits=visits)),
            # From here on the main API and serve run beside what is measured.
            Section("walk", f"{PICTURES}, {some} in turns", lambda: compare_walks(photos, stage())),
            Section("serve", "1 photograph", lambda: compare_serving(photos[0], stage(), scratch)),
            Section("front", "1 photograph", lambda: compare_front(photos[0], stage(), scratch)),
        ]


def _large_sizes() -> str:
    return ", ".join(f"{size.value} of {most}" for size, most in SOME.items())


def _shots(photos: Sequence[Photo], *, is_full: bool, chart: Path | None) -> list[Shot]:
    shots = take_shots(photos, is_full=is_full)
    if chart is not None:
        chart.write_text(as_svg(shots))
    return shots


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench", description="media VM beside its peers, on this machine, now")
    parser.add_argument("--only", nargs="+", choices=FIGURES, default=FIGURES, help="not all of the figures")
    parser.add_argument("--json", action="store_true", help="every sample, for a program")
    parser.add_argument(
        "--full", action="store_true", help="quality: the large sizes of all photographs, not of some"
    )
    parser.add_argument("--visits", type=int, default=VISITS, help="crowded: how many requests its memory sees")
    parser.add_argument("--report", type=Path, help="page whose section between the markers is written anew")
    parser.add_argument("--chart", type=Path, help="quality: where to draw it, an SVG")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
