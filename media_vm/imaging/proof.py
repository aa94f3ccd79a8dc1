"""Are picture processes sound here? A small drawing goes through real, confined children in every format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from media_vm.errors import StepFailed
from media_vm.imaging.confinement import MODEL_VARIABLE, Confinement
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.replies import TaskBroke
from media_vm.imaging.samples import READY_MADE, looks_right
from media_vm.imaging.tasks import Loaders, draw_samples, list_loaders, read_raster, who_is_missing
from media_vm.rules.checkup_pictures import Codecs
from media_vm.rules.pictures import NobodyThere, Remover

_LIMIT: Final = timedelta(seconds=20)


@contextmanager
def prover(model: Path | None = None) -> Iterator[Prover]:
    """With a child and a folder of its own, so that no trouble of the storage hides one of the codecs.
    model: the folder of the remover's, as a worker's children have it.

    It is opened before any thread runs: the children's environment is made bare for a moment, for all of us.
    """
    with TemporaryDirectory(prefix="media-vm-doctor-") as name:
        folder = Path(name).resolve()
        models = () if model is None else (model.resolve(),)
        named = tuple((MODEL_VARIABLE, str(one)) for one in models)
        children = ChildPool(1, Confinement(reads=(folder, *models), writes=(folder,), variables=named))
        try:
            yield Prover(children, folder)
        finally:
            children.close()


class Prover:
    """Asks one child after the other; a crash at one format says nothing of the next."""

    def __init__(self, children: ChildPool, folder: Path) -> None:
        self._children = children
        self._folder = folder

    def codecs(self) -> Codecs:
        """What works. StepFailed, TaskBroke: no child does its work at all."""
        loaders: Loaders = self._children.run(list_loaders, limit=_LIMIT)
        troubles = self._children.run(draw_samples, self._folder, limit=_LIMIT)
        for name, body in READY_MADE.items():
            (self._folder / f"sample.{name}").write_bytes(body)
            troubles[name] = None
        formats = {name: troubles[name] or self._read_back(name) for name in sorted(troubles)}
        return Codecs(
            loaders.libvips, loaders.libheif, loaders.landlock, formats, loaders.strangers, loaders.locked
        )

    def remover(self, name: Remover) -> NobodyThere | None:
        """What it lacks. StepFailed, TaskBroke: its model is too much for a child."""
        return self._children.run(who_is_missing, name, limit=_LIMIT)

    def _read_back(self, name: str) -> str | None:
        try:
            return looks_right(self._children.run(read_raster, self._folder / f"sample.{name}", limit=_LIMIT))
        except (StepFailed, TaskBroke) as error:
            return f"it cannot be read ({error})"
