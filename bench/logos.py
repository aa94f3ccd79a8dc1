"""`python -m bench.logos [--into folder] [logo …]`: cut-outs measured, and contact sheets to look at.

Without names: the twenty drawn logos. What is measured is printed as a Markdown table; the sheets, and all
variants they were made of, are in the folder (.bench/logos unless named).
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from PIL import Image

from bench.contact_sheet import Row, draw_sheet
from bench.cutouts import PHOTOS, refusals, scores
from bench.drawn_logos import drawn_logos
from media_vm.errors import StepFailed
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.removers import Refusal
from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import Background, DataType, Size
from media_vm.values import Rendered, RenderRequest

_LOGO = RenderRequest(DataType.LOGO, None)
_LIMIT = timedelta(minutes=5)
_ROWS_A_SHEET = 10
_SHOWN = Size.GRID


def main(arguments: Sequence[str]) -> int:
    """Print the tables and draw the sheets; returns the exit code."""
    options = _options(arguments)
    shutil.rmtree(options.into, ignore_errors=True)
    options.into.mkdir(parents=True)
    with closing(ChildPool(1)) as children:
        print("\n".join(measured(children)))
        logos = options.logos or list(_saved(options.into / "sources"))
        rows = [row for logo in logos if (row := _rendered(logo, options.into, Studio(children)))]
    for first in range(0, len(rows), _ROWS_A_SHEET):
        sheet = options.into / f"sheet-{first // _ROWS_A_SHEET + 1}.png"
        draw_sheet(rows[first : first + _ROWS_A_SHEET], sheet)
        print(f"contact sheet: {sheet}")
    return 0


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
        print(f"{logo.name}: {refused.reason}")
        return None
    shown = [one for one in rendering.kept if one.size is _SHOWN]
    faces = [_smallest(shown, background) for background in Background]
    took, bytes_ = time.monotonic() - began, sum(one.bytes for one in rendering.kept)
    label = f"{logo.name}: {rendering.note}; {len(rendering.kept)} variants, {bytes_} bytes, {took:.1f} s; "
    label += ", ".join(f"{one.background.value} {one.format.value} {one.bytes}" for one in shown)
    print(label)
    return Row(label, [face.temporary for face in faces if face is not None])


def _smallest(shown: Sequence[Rendered], background: Background) -> Rendered | None:
    return min((one for one in shown if one.background is background), key=lambda one: one.bytes, default=None)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench.logos", description="logos without their backgrounds, to look at")
    parser.add_argument("--into", type=Path, default=Path(".bench/logos"), help="folder, emptied first")
    parser.add_argument("logos", nargs="*", type=Path, help="logos of your own, instead of the drawn ones")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
