"""`python -m bench.logos [--into folder] [logo …]`: cut-outs measured, and contact sheets to look at.

Without names: the twenty drawn logos, and those of the folder `logos` in PHOTOS or in the given pictures. What is
measured is printed as a Markdown table; the sheets, and all variants they were made of, are in the folder
(.bench/logos unless named).
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from PIL import Image

from bench.comparison import Comparison, NotMeasured
from bench.contact_sheet import Row, draw_sheet
from bench.cutouts import PHOTOS, Score, refusals, scores
from bench.drawn_logos import drawn_logos
from bench.photos import given_logos, own_folder
from media_vm.errors import StepFailed
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.removers import Refusal
from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import Background, DataType, Size
from media_vm.values import Rendered, RenderRequest

_LOGO = RenderRequest(DataType.LOGO, None)
_LIMIT = timedelta(minutes=5)
_ROWS_A_SHEET = 10
SHEETS = Path(".bench/logos")
ASKED_OVERLAP = 0.97
_SHOWN = Size.GRID


def main(arguments: Sequence[str]) -> int:
    """Print the tables and draw the sheets; returns the exit code."""
    options = _options(arguments)
    with closing(ChildPool(1)) as children:
        print("\n".join(measured(children)))
        draw_sheets(options.logos or None, own_folder(), options.into, children)
    return 0


def compare_logos(own: Path | None, into: Path = SHEETS) -> Iterator[Comparison]:
    """Cut-outs beside the truth and what was asked for; draws the sheets. NotMeasured if nothing was cut out."""
    with closing(ChildPool(1)) as children:
        found, refused = children.run(scores, limit=_LIMIT), children.run(refusals, PHOTOS, limit=_LIMIT)
        yield from logo_rows(found, refused)
        draw_sheets(None, own, into, children)


def logo_rows(found: Mapping[str, Score | Refusal], refused: Mapping[str, str | None]) -> Iterator[Comparison]:
    """One number a drawn logo in each row; how many photographs were refused. NotMeasured."""
    cut = [one for one in found.values() if isinstance(one, Score)]
    if not cut:
        raise NotMeasured("logos: none was cut out")
    subject, bar = f"logos, {len(found)} drawn", "asked for (stated)"
    count, wanted = float(len(cut)), float(len(found))
    yield Comparison(subject, "cut out", "of them", (count,), bar, (wanted,), more_is_better=True)
    overlaps = tuple(one.overlap for one in cut)
    yield Comparison(subject, "overlap", "IoU", overlaps, bar, (ASKED_OVERLAP,), more_is_better=True)
    yield Comparison(subject, "α error, all pixels", "0–1", tuple(one.alpha_error for one in cut))
    yield Comparison(subject, "α error, edges", "0–1", tuple(one.edge_error for one in cut))
    yield Comparison(subject, "halo", "levels of 255", tuple(one.halo for one in cut))
    right = float(sum(reason is not None for reason in refused.values()))
    subject = f"logos, {len(refused)} photographs"
    yield Comparison(subject, "refused", "of them", (right,), bar, (float(len(refused)),), more_is_better=True)


def draw_sheets(named: Sequence[Path] | None, own: Path | None, into: Path, children: ChildPool) -> None:
    """Of the named logos, else of the drawn and the given ones, in a folder that is emptied first."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    chosen = named or [*_saved(into / "sources"), *given_logos(own)]
    rows = [row for logo in chosen if (row := _rendered(logo, into, Studio(children)))]
    for first in range(0, len(rows), _ROWS_A_SHEET):
        sheet = into / f"sheet-{first // _ROWS_A_SHEET + 1}.png"
        draw_sheet(rows[first : first + _ROWS_A_SHEET], sheet)
        _say(f"contact sheet: {sheet}")


def measured(children: ChildPool) -> Iterator[str]:
    """The table of the drawn logos, and a line for each photograph that must be refused."""
    yield "| drawn logo | IoU | α error, mean | at edges | halo, levels | confidence | s |"
    yield "|---|---|---|---|---|---|---|"
    for name, found in children.run(scores, limit=_LIMIT).items():
        if isinstance(found, Refusal):
            yield f"| {name} | refused: {found.reason} | | | | {found.confidence:.2f} | |"
            continue
        errors = f"{found.alpha_error:.4f} | {found.edge_error:.3f} | {found.halo:.0f}"
        yield f"| {name} | {found.overlap:.4f} | {errors} | {found.confidence:.2f} | {found.seconds:.2f} |"
    for name, reason in children.run(refusals, PHOTOS, limit=_LIMIT).items():
        yield f"| photograph {name} | {f'refused: {reason}' if reason else 'cut out, which is wrong'} | | | | | |"


def _saved(into: Path) -> Iterator[Path]:
    """The drawn logos as files."""
    into.mkdir()
    for number, drawn in enumerate(drawn_logos(), start=1):
        Image.fromarray(drawn.picture).save(path := into / f"{number:02} {drawn.name}.png")
        yield path


def _rendered(logo: Path, into: Path, studio: Studio) -> Row | None:
    """All variants of a logo, in a folder of its own; None for one that cannot be read."""
    (folder := into / logo.stem).mkdir()
    began = time.monotonic()
    try:
        rendering = studio.render(logo, folder, _LOGO)
    except StepFailed as refused:
        _say(f"{logo.name}: {refused.reason}")
        return None
    shown = [one for one in rendering.kept if one.size is _SHOWN]
    faces = [_smallest(shown, background) for background in Background]
    took, bytes_ = time.monotonic() - began, sum(one.bytes for one in rendering.kept)
    label = f"{logo.name}: {rendering.note}; {len(rendering.kept)} variants, {bytes_} bytes, {took:.1f} s; "
    label += ", ".join(f"{one.background.value} {one.format.value} {one.bytes}" for one in shown)
    _say(label)
    return Row(label, [face.temporary for face in faces if face is not None])


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _smallest(shown: Sequence[Rendered], background: Background) -> Rendered | None:
    return min((one for one in shown if one.background is background), key=lambda one: one.bytes, default=None)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench.logos", description="logos without their backgrounds, to look at")
    parser.add_argument("--into", type=Path, default=SHEETS, help="folder, emptied first")
    parser.add_argument("logos", nargs="*", type=Path, help="logos of your own, instead of the drawn ones")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
