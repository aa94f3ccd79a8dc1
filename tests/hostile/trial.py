"""One hostile file through the studio as the worker has it, and what came of it."""

from __future__ import annotations

import re
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from media_vm.errors import ChildDied, StepFailed
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import DataType
from media_vm.rules.validation import Limits
from media_vm.values import RenderRequest
from tests.hostile.mutations import Specimen

HURT: Final = ("child died", "worker hurt")
LIMIT: Final = timedelta(seconds=30)
_MOVING: Final = frozenset({"gif", "webp"})
_LEAKS: Final = re.compile(rb"<\?php|<script|PK\x03\x04|SERIAL-4711", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a specimen. outcome: `completed`, `refused`, `child died` or `worker hurt`; code: why.
    The bytes are kept only of what hurt."""

    specimen: Specimen
    outcome: str
    code: str
    seconds: float


def tried(
    pool: ChildPool, slots: int, specimen: Callable[[int], Specimen], how_many: int, scratch: Path
) -> Iterator[Result]:
    """The first so many specimens, as many at once as the pool has children."""
    studio = Studio(pool, limits=Limits(), render_limit=LIMIT)
    with ThreadPoolExecutor(slots) as threads:
        yield from threads.map(lambda number: _tried(studio, specimen(number), scratch), range(how_many))


def _tried(studio: Studio, specimen: Specimen, scratch: Path) -> Result:
    folder = scratch / str(specimen.number)
    folder.mkdir()
    (source := folder / "upload").write_bytes(specimen.body)
    (into := folder / "library").mkdir()
    began = time.monotonic()
    try:
        outcome, code = _outcome(studio, source, into)
    finally:
        shutil.rmtree(folder)
    kept = specimen if outcome in HURT else replace(specimen, body=b"")
    return Result(kept, outcome, code, time.monotonic() - began)


def _outcome(studio: Studio, source: Path, into: Path) -> tuple[str, str]:
    """The cropped sizes stand for all, for every pixel is decoded for them too; what moves is made whole."""
    try:
        facts = studio.inspect(source)
        whole = facts.type in _MOVING and facts.frames > 1
        rendering = studio.render(source, into, RenderRequest(DataType.PRODUCT, None, only_crops=not whole))
    except ChildDied as death:
        return "child died", death.reason
    except StepFailed as refused:
        left_behind = list(into.iterdir())
        return ("worker hurt", "files left behind") if left_behind else ("refused", refused.reason)
    except Exception as error:
        return "worker hurt", f"{type(error).__name__}: {error}"
    if any(_LEAKS.search(one.temporary.read_bytes()) for one in rendering.kept):
        return "worker hurt", "a variant holds what it should not"
    return "completed", facts.type


def own_megabytes() -> float:
    """Resident memory of this process now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6
