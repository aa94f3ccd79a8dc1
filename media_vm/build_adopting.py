"""The composition root of `media-vm adopt`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from media_vm.adapters.adopting_rows import DatabaseOldRows
from media_vm.adapters.engine import open_engine, require_migrated
from media_vm.adapters.files import DiskFiles
from media_vm.adapters.old_storage import OldDisk
from media_vm.adapters.storage_identity import agreed, meet
from media_vm.adopting import Adoption
from media_vm.build import confinement, require_children, scrub_secrets
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.imaging.tasks import read_raster
from media_vm.rules.analysis import Measured
from media_vm.rules.old_names import THUMBNAILS
from media_vm.rules.pictures import DataType, SourceFacts
from media_vm.rules.validation import READABLE
from media_vm.settings import Settings
from media_vm.vision.local import LocalVision

LOOKS_A_CHILD: Final = 2000
"""Looks are short, and nothing is made: starting a child anew for every hundred would take as long as they do."""


@dataclass(frozen=True, slots=True)
class _Eyes:
    """The `Eyes` port: a studio and a local vision that share their children."""

    studio: Studio
    local: LocalVision

    def look_through(self, source: Path) -> SourceFacts:
        return self.studio.look_through(source)

    def measure(self, source: Path, data_type: DataType) -> Measured:
        return self.local.measure(source, data_type)


@contextmanager
def build_adoption(settings: Settings, *, is_writing: bool) -> Iterator[Adoption]:
    """Let go of at the end. What was taken in once is looked at whatever is allowed now. SettingsProblem,
    NotMigrated, DatabaseDown, WrongUse (the storage holds nothing of an older system), Misconfigured (it is not
    its database's)."""
    engine = open_engine(settings.database_url, connections=settings.cpu_slots + 1)
    try:
        require_migrated(engine)
        rows = DatabaseOldRows(engine, settings.media_backend_url)
        storage = OldDisk(settings.storage_dir, rows.neighbours, rows.is_anothers)
        come_together = meet if is_writing else agreed
        files = DiskFiles(settings.storage_dir, come_together(engine, settings.storage_dir))
        scrub_secrets()
        legacy = (files.original(THUMBNAILS),) if (settings.storage_dir / THUMBNAILS).is_dir() else ()
        confined = confinement(files, also_reads=legacy)
        with closing(ChildPool(settings.cpu_slots, confined, tasks_a_child=LOOKS_A_CHILD)) as children:
            require_children(children, files.folder("library"))
            limit = timedelta(seconds=settings.step_seconds)
            studio = Studio(children, limits=settings.limits, allowed=READABLE, render_limit=limit)
            local = LocalVision(partial(children.run, limit=limit), partial(read_raster, limits=settings.limits))
            yield Adoption(rows, storage, _Eyes(studio, local), settings.cpu_slots, is_writing)
    finally:
        engine.dispose()
