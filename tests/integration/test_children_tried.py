"""A worker whose picture processes cannot do their work says so at its start."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from media_vm.build import require_children
from media_vm.environment import SettingsProblem
from media_vm.errors import Misconfigured
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.replies import TaskBroke
from media_vm.imaging.tasks import Readiness

FINE = Readiness("8.18.7", "1.23.0", 7, ())
LAME = Readiness("8.18.7", "1.23.0", 0, ("heic: ValueError: libheif has no HEVC decoder", "svg: no"))


class Trying:
    """A pool whose child ends so."""

    def __init__(self, end: Readiness | Exception) -> None:
        self._end = end

    def run(self, _task: object, _library: Path, *, limit: timedelta) -> Readiness:
        """Answer, or raise."""
        if isinstance(self._end, Exception):
            raise self._end
        return self._end


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (LAME, ["a picture process cannot do its work: " + problem for problem in LAME.problems]),
        (
            Misconfigured("libvips_too_old", "libvips (8, 14, 1) is older than (8, 18, 4)"),
            ["picture processes do not work here: libvips_too_old: libvips (8, 14, 1) is older than (8, 18, 4)"],
        ),
        (TaskBroke("ImportError: libvips.so"), ["picture processes do not work here: ImportError: libvips.so"]),
    ],
)
def test_every_problem_of_the_children_is_told_at_the_start(
    end: Readiness | Exception, expected: list[str]
) -> None:
    """Each as a sentence, before any picture is taken."""
    with pytest.raises(SettingsProblem) as told:
        require_children(cast("ChildPool", Trying(end)), Path())
    assert expected == told.value.problems


def test_children_that_can_are_no_problem() -> None:
    """Nothing is raised; a kernel without Landlock is no reason to refuse."""
    require_children(cast("ChildPool", Trying(FINE)), Path())
