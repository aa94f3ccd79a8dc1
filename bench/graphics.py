"""Figure: how much variants of drawings look like their pictures, as the worker makes them, beside a fixed Q."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.comparison import Comparison, NotMeasured
from bench.drawn_graphics import drawn_graphics
from bench.quality import SCORE, spread
from bench.shots import CENTRE, LIMIT, LOSSY, OURS, SHARP, SMALL, Shot, distinct, roomy_children, sharps
from media_vm.imaging import tasks
from media_vm.rules.pictures import DataType, Size
from media_vm.rules.quality import Aims
from media_vm.rules.sizes import decode_size, targets
from media_vm.rules.validation import READABLE, Limits
from media_vm.values import RenderRequest

SIZES: Final = (*SMALL, Size.DETAIL)


def compare_graphics(scratch: Path) -> Iterator[Comparison]:
    """The scores of what is kept of six drawings in each format, lossless (100) or not, beside sharp's Q."""
    folder = scratch / "graphics"
    folder.mkdir()
    paths: list[Path] = []
    for name, picture in drawn_graphics():
        paths.append(folder / f"{name}.png")
        picture.save(paths[-1])
    yield from graphics_rows(graphics_taken(paths))


def graphics_taken(paths: Sequence[Path]) -> list[Shot]:
    """The shots of all drawings, one child a core."""
    with roomy_children() as (pool, threads):
        each = threads.map(lambda path: pool.run(graphic_shots, path, limit=LIMIT), paths)
        return [shot for shots in each for shot in shots]


def graphics_rows(shots: Sequence[Shot]) -> Iterator[Comparison]:
    """A row a format; one of which nothing was kept has none. NotMeasured if nothing was kept at all."""
    if not any(shot.way == OURS for shot in shots):
        raise NotMeasured("graphics: nothing was kept")
    for form in LOSSY:
        mine = [shot for shot in shots if shot.form is form and shot.way == OURS]
        theirs = [shot for shot in shots if shot.form is form and shot.way != OURS]
        if mine:
            subject = f"graphics, {len(mine)} of {len(theirs)} {form.value} kept, aim {Aims().graphics:.0f}"
            points, peer = spread(mine, OURS).points, f"sharp's Q {SHARP[form]}"
            fixed = spread(theirs, f"Q {SHARP[form]}").points
            yield Comparison(subject, SCORE, "SSIMULACRA2", points, peer, fixed, is_contest=False)


def graphic_shots(source: Path) -> list[Shot]:
    """The variants that the worker keeps of one picture, and sharp's of each size; a task of a child process."""
    from bench.ssimulacra import Reference
    from media_vm.imaging.codecs import pyvips
    from media_vm.imaging.render import shaped
    from media_vm.imaging.source import decode

    facts = tasks.inspect(source, Limits(), READABLE)
    raster = decode(source, facts, *decode_size(facts.width, facts.height, DataType.PRODUCT))
    shots: list[Shot] = []
    with tempfile.TemporaryDirectory() as into:
        request = RenderRequest(DataType.PRODUCT, CENTRE)
        kept = tasks.render(source, Path(into), "", request, Limits(), READABLE).kept
        for target in distinct(targets(facts.width, facts.height, DataType.PRODUCT)):
            if target.size not in SIZES:
                continue
            image = shaped(raster, target, CENTRE)
            judge = Reference(image.numpy())
            made = [(one.format, OURS, one.temporary.read_bytes()) for one in kept if one.size is target.size]
            made += [(form, f"Q {SHARP[form]}", sharps(image, form, SHARP[form])) for form in LOSSY]
            for form, way, body in made:
                seen = pyvips.Image.new_from_buffer(body, "").colourspace("srgb").numpy()
                shots.append(Shot(form, target.size, way, len(body), judge.score(seen)))
    return shots
