"""One hostile file through the studio as the worker has it, and what came of it."""

from __future__ import annotations

import resource
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from media_vm.adapters.files import DiskFiles
from media_vm.build import confinement
from media_vm.errors import ChildDied, GiveUp, NotThere
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.imaging.tasks import read_raster
from media_vm.rules.pictures import DataType
from media_vm.rules.validation import Limits
from media_vm.values import RenderRequest
from tests.hostile.children import Watch
from tests.hostile.leaks import leaks
from tests.hostile.mutations import Specimen

HURT: Final = ("child died", "worker hurt")
LIMIT: Final = timedelta(seconds=120)
_BIG_LOGO_BYTES: Final = 100_000
_MOVING: Final = frozenset({"gif", "webp"})


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a specimen. outcome: `completed`, `refused`, `child died` or `worker hurt`; code: why.
    The bytes are kept only of what hurt."""

    specimen: Specimen
    outcome: str
    code: str
    seconds: float


def worker_pool(slots: int, scratch: Path) -> ChildPool:
    """Children as a worker has them whose storage is in `scratch`: Landlock where the kernel has it."""
    return ChildPool(slots, confinement(DiskFiles(scratch)))


def tried(
    pool: ChildPool,
    slots: int,
    specimen: Callable[[int], Specimen],
    how_many: int,
    scratch: Path,
    watch: Watch | None = None,
) -> Iterator[Result]:
    """The first so many specimens, as many at once as the pool has children; `scratch` is that pool's."""
    studio = Studio(pool, limits=Limits(), render_limit=LIMIT)

    def one(number: int) -> Result:
        result = _tried(studio, pool, specimen(number), scratch)
        if watch:
            watch.look()
        return result

    with ThreadPoolExecutor(slots) as threads:
        yield from threads.map(one, range(how_many))


def _tried(studio: Studio, pool: ChildPool, specimen: Specimen, scratch: Path) -> Result:
    files = DiskFiles(scratch)
    (source := files.incoming(str(specimen.number))).write_bytes(specimen.body)
    into = files.folder(f"library/{specimen.number}")
    began = time.monotonic()
    try:
        outcome, code = _outcome(specimen.use, studio, pool, source, into)
    finally:
        source.unlink()
        shutil.rmtree(into)
    kept = specimen if outcome in HURT else replace(specimen, body=b"")
    return Result(kept, outcome, code, time.monotonic() - began)


def _outcome(use: str, studio: Studio, pool: ChildPool, source: Path, into: Path) -> tuple[str, str]:
    """What is refused by name is refused; a party that is away, a lack of room or a bug is no word on a file."""
    try:
        found = _used(use, studio, pool, source, into)
    except ChildDied as death:
        return "child died", death.reason
    except (GiveUp, NotThere) as refused:
        left_behind = list(into.iterdir())
        return ("worker hurt", "files left behind") if left_behind else ("refused", refused.reason)
    except Exception as error:
        return "worker hurt", f"{type(error).__name__}: {error}"
    if told := [f"{one.name}: {word}" for one in sorted(into.iterdir()) for word in leaks(one)]:
        return "worker hurt", f"a variant holds what it should not: {told[0]}"
    return "completed", found


def _used(use: str, studio: Studio, pool: ChildPool, source: Path, into: Path) -> str:
    """Its type. A product's cropped sizes stand for all, for every pixel is decoded for them too; what moves is
    made whole. Of a big logo the face without ground stands for both: a photograph's lossless encodings take most
    of a minute, and tell nothing of its bytes."""
    facts = studio.inspect(source)
    if use == "raster":
        pool.run(read_raster, source, limit=LIMIT)
    elif use == "logo":
        is_big = source.stat().st_size > _BIG_LOGO_BYTES
        studio.render(source, into, RenderRequest(DataType.LOGO, None, only_removed=is_big))
    else:
        whole = facts.type in _MOVING and facts.frames > 1
        studio.render(source, into, RenderRequest(DataType.PRODUCT, None, only_crops=not whole))
    return facts.type


def own_megabytes() -> float:
    """Resident memory of this process now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6
