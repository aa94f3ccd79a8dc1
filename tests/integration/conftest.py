"""What tests of real pictures share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    """One child for all tests of a module."""
    pool = ChildPool(1)
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def studio(children: ChildPool) -> Studio:
    """A studio with the contract's limits."""
    return Studio(children)
