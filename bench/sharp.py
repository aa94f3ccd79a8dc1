"""Figure: the whole variant set of one picture beside sharp, choosing every quality included."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from bench.comparison import Comparison, NotMeasured, in_turns
from bench.metering import Cost, metered
from bench.peer_installs import BUILT, SECONDS, has_node, node_packages
from bench.photos import Photo
from bench.renderers import LIMITS, REQUEST, one_decode
from bench.table import PEERS
from bench.variants import LIMIT
from media_vm.imaging import tasks
from media_vm.imaging.pool import ChildPool
from media_vm.rules.pictures import Format, SourceFacts
from media_vm.rules.sizes import Method, decode_size, targets
from media_vm.rules.validation import READABLE

OUR_EFFORT: Final = "1"  # of AVIF; encode.py says why
WAYS: Final = {
    "sharp, a pipeline a variant": ("pipelines", OUR_EFFORT),
    "sharp, decoding once": ("once", OUR_EFFORT),
}
DEFAULTS: Final = {"sharp's defaults": ("pipelines", "default")}
ROUNDS, PATIENCE, SLOW_PATIENCE = 4, 15.0, 1.0  # seconds a photo

Runner = Callable[[Photo], Cost]


def compare_with_sharp(photos: Sequence[Photo], scratch: Path, rounds: int = ROUNDS) -> Iterator[Comparison]:
    """Wall and CPU of every photo beside two ways to use sharp; of the largest beside its defaults.

    Yields nothing, and says so, on a machine without node. NotMeasured if sharp cannot be installed.
    """
    if not has_node():
        print("bench: sharp is left out, for there is no node and npm on this machine", file=sys.stderr)
        return
    node_packages()
    with closing(ChildPool(1)) as child:
        ours = partial(_ours, child, scratch)
        ours(photos[0])  # its libraries are loaded before anything is measured
        seen = {photo: child.run(tasks.inspect, photo.path, LIMITS, READABLE, limit=LIMIT) for photo in photos}
        for photo, facts in seen.items():
            yield from _compared(photo, facts, ours, WAYS, scratch, rounds, PATIENCE)
        largest = max(photos, key=lambda photo: seen[photo].width * seen[photo].height)
        yield from _compared(largest, seen[largest], ours, DEFAULTS, scratch, rounds, SLOW_PATIENCE)


def _compared(
    photo: Photo,
    facts: SourceFacts,
    ours: Runner,
    ways: dict[str, tuple[str, str]],
    scratch: Path,
    rounds: int,
    patience: float,
) -> Iterator[Comparison]:
    listed = variants_of(facts)
    peers = {name: partial(_sharp, *way, listed, photo.path, scratch) for name, way in ways.items()}
    costs = in_turns({"": partial(ours, photo), **peers}, rounds=rounds, patience=patience)
    mine = costs.pop("")
    subject, cores = f"set, {photo.label}", len(os.sched_getaffinity(0))
    for peer, theirs in costs.items():
        for measure, of in _MEASURES.items():
            yield Comparison(subject, measure, "s", tuple(map(of, mine)), peer, tuple(map(of, theirs)))
    if ways is WAYS:
        ideal = tuple(cost.cpu_seconds / cores for cost in mine)
        yield Comparison(subject, "wall", "s", tuple(cost.wall_seconds for cost in mine), "its CPU ÷ cores", ideal)


_MEASURES: Final[dict[str, Callable[[Cost], float]]] = {
    "wall": lambda cost: cost.wall_seconds,
    "CPU": lambda cost: cost.cpu_seconds,
}


def variants_of(facts: SourceFacts) -> str:
    """JSON of what sharp is to make: the same widths, heights, formats and crops as ours."""
    plain = Format.PNG if facts.has_alpha else Format.JPEG
    decode = decode_size(facts.width, facts.height, REQUEST.data_type)
    wanted = [
        {
            "width": target.width,
            "height": target.height,
            "fit": "cover" if target.method is Method.CROP else "fill",
            "format": form.value,
            "name": f"{target.size.value}.{form.extension}",
            "decode": decode,
        }
        for target in targets(facts.width, facts.height, REQUEST.data_type)
        for form in (Format.AVIF, Format.WEBP, plain)
    ]
    return json.dumps(wanted)


def _ours(child: ChildPool, scratch: Path, photo: Photo) -> Cost:
    into = scratch / "set"
    into.mkdir()
    try:
        return child.run(metered, one_decode, photo.path, into, limit=LIMIT)
    finally:
        shutil.rmtree(into)


def _sharp(way: str, effort: str, listed: str, source: Path, scratch: Path) -> Cost:
    into = scratch / "sharp"
    into.mkdir()
    try:
        command = ["node", str(PEERS / "sharp.mjs"), way, effort, str(source), str(into)]
        run = subprocess.run(
            command, input=listed, capture_output=True, text=True, cwd=BUILT, timeout=SECONDS, check=False
        )
    finally:
        shutil.rmtree(into)
    if run.returncode:
        raise NotMeasured(f"sharp failed on {source.name}: {run.stderr[-300:]}")
    return Cost(**json.loads(run.stdout))
