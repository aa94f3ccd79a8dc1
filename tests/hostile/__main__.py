"""`python -m tests.hostile [FOLDER] [--number N] [--seed N] [--keep FOLDER]`: try what bad files do to a worker.

FOLDER: pictures to make worse, beside those that are drawn and those that were given, if they are there. --keep:
where a file that hurt is put.
Exit codes: 0 no worker and no child was hurt or over its limits, 1 something was, or no child was seen.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from media_vm.imaging.confinement import Confinement
from tests.hostile.children import Peak, Watch, watching
from tests.hostile.givens import SHARED, attacks, bodies, drawn, found
from tests.hostile.mutations import USES, Specimen, specimen
from tests.hostile.trial import HURT, LIMIT, Result, own_megabytes, tried, worker_pool

SLOTS = 2


def main(arguments: Sequence[str]) -> int:
    """Run all of it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make hostile", description="What do bad files do to a worker?")
    parser.add_argument("folder", type=Path, nargs="?", help="pictures to make worse")
    parser.add_argument("--number", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="media-vm-hostile-") as name:
        (drawing := Path(name, "drawn")).mkdir()
        yours = found(options.folder) if options.folder else []
        givens = list(bodies([*drawn(drawing), *attacks(drawing), *found(SHARED), *yours]))
        (scratch := Path(name, "storage")).mkdir()
        with watching() as watch:
            results, before, after = _run(partial(specimen, givens, options.seed), options.number, scratch, watch)
    for one in results:
        if options.keep and one.outcome in HURT:
            options.keep.mkdir(exist_ok=True)
            (options.keep / f"{one.specimen.number}-{one.specimen.origin}").write_bytes(one.specimen.body)
    print("\n".join(_table(results)))
    print(f"worker: {before:.0f} MB after the first tenth, {after:.0f} MB at the end")
    print(_of_the_children(watch.peak, results))
    print(f"seed {options.seed}, {len(givens)} files made worse, {time.monotonic() - began:.0f} s")
    return verdict(watch.peak, results)


def verdict(peak: Peak, results: Sequence[Result]) -> int:
    """The exit code. A run in which no child was seen proves nothing of their limits."""
    is_hurt = any(one.outcome in HURT for one in results)
    return 0 if peak.is_within(Confinement()) and not is_hurt else 1


def _run(
    make: Callable[[int], Specimen], how_many: int, scratch: Path, watch: Watch
) -> tuple[list[Result], float, float]:
    results: list[Result] = []
    before = 0.0
    with closing(worker_pool(SLOTS, scratch)) as pool:
        for result in tried(pool, SLOTS, make, how_many, scratch, watch):
            results.append(result)
            if len(results) == max(1, how_many // 10):
                before = own_megabytes()
            if result.outcome in HURT:
                one = result.specimen
                print(
                    f"#{one.number} {one.origin}, {one.way}, {one.use}: {result.outcome}, {result.code}",
                    file=sys.stderr,
                )
    return results, before, own_megabytes()


def _of_the_children(peak: Peak, results: Sequence[Result]) -> str:
    if peak == Peak():
        return "children: none was seen, so that nothing can be said of their limits"
    return (
        f"children: {peak.resident / 1e6:.0f} MB resident at most, {peak.addresses / 1e6:.0f} MB of address space,"
        f" of {Confinement().memory_bytes / 1e6:.0f} MB allowed; the slowest of at most"
        f" {LIMIT.total_seconds():.0f} s for one file took {max(one.seconds for one in results):.1f} s"
    )


def _table(results: Sequence[Result]) -> Iterator[str]:
    """One line a way and a use, then one an outcome with its reasons."""
    kinds = ("completed", "refused", *HURT)
    yield f"{'files made worse':<18}" + "".join(f"{kind:>13}" for kind in kinds) + f"{'slowest':>10}"
    for way in (*sorted({one.specimen.way for one in results}), *USES, "all"):
        these = [one for one in results if way in ("all", one.specimen.way, one.specimen.use)]
        if not these:
            continue
        counts = Counter(one.outcome for one in these)
        slowest = max(one.seconds for one in these)
        yield f"{way:<18}" + "".join(f"{counts[kind]:>13}" for kind in kinds) + f"{slowest:>8.1f} s"
    for kind in kinds:
        codes = Counter(one.code for one in results if one.outcome == kind)
        if codes:
            yield f"{kind}: " + ", ".join(f"{code} {number}" for code, number in codes.most_common())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
