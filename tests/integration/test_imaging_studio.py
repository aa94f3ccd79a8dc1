"""What the studio believes of what a child tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from media_vm.errors import ChildDied
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import Background, DataType, Format, Size
from media_vm.values import Rendered, Rendering, RenderRequest

REQUEST = RenderRequest(DataType.PRODUCT, None)


class Liar:
    """A child that names another file than those it was to make."""

    def __init__(self, named: Callable[[Path, str], Path], width: int = 1, times: int = 1) -> None:
        self._named, self._width, self._times = named, width, times

    def run(self, _task: object, _source: Path, into: Path, prefix: str, *_: Any, limit: timedelta) -> Rendering:
        """Make one good file, and name another."""
        (into / f"{prefix}grid.avif").touch()
        lie = self._named(into, prefix)
        one = Rendered(Size.GRID, Format.AVIF, Background.ORIGINAL, self._width, 1, 0, "0" * 64, lie)
        return Rendering((one,) * self._times, ())


def own(into: Path, prefix: str) -> Path:
    """The file that it made."""
    return into / f"{prefix}grid.avif"


def link(into: Path, prefix: str) -> Path:
    """Its own name, but a link."""
    (into / f"{prefix}zoom.avif").symlink_to("/etc/passwd")
    return into / f"{prefix}zoom.avif"


@pytest.mark.parametrize(
    "named",
    [
        lambda _into, _prefix: Path("/etc/passwd"),
        lambda into, _prefix: into / "1-of-somebody-else.avif",
        lambda into, prefix: into / f"{prefix}/../../secret",
        lambda into, prefix: into / f"{prefix}never-made.avif",
        link,
    ],
)
def test_a_file_that_is_not_the_childs_own_is_never_published(
    tmp_path: Path, named: Callable[[Path, str], Path]
) -> None:
    """Strangers' files, links and names that lead elsewhere count as a child taken over; nothing stays behind."""
    studio = Studio(cast("ChildPool", Liar(named)))

    with pytest.raises(ChildDied, match="answered_nonsense"):
        studio.render(tmp_path / "upload", tmp_path, REQUEST)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(("width", "times"), [(0, 1), (501, 1), (-1, 1), (1, 2)])
def test_a_size_that_cannot_be_is_not_believed(tmp_path: Path, width: int, times: int) -> None:
    """Nothing, or beyond its box; nor is one file taken for two variants."""
    studio = Studio(cast("ChildPool", Liar(own, width, times)))

    with pytest.raises(ChildDied, match="answered_nonsense"):
        studio.render(tmp_path / "upload", tmp_path, REQUEST)
    assert [] == list(tmp_path.iterdir())


def test_its_own_file_is_taken(tmp_path: Path) -> None:
    """The honest answer passes."""
    studio = Studio(cast("ChildPool", Liar(own, 500)))

    assert 1 == len(studio.render(tmp_path / "upload", tmp_path, REQUEST).kept)
