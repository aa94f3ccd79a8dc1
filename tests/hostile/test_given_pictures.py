"""The given pictures, without which many a test has nothing to try."""

from __future__ import annotations

import os

import pytest

from tests.hostile.givens import SHARED


@pytest.mark.parametrize("kind", ["bad/*", "formats/*", "formats/*.heic", "logos/*", "photos/*.jpg"])
def test_the_given_pictures_are_there(kind: str) -> None:
    """Tests over them vanish where there are none: that may pass on somebody's machine, and never in CI."""
    if not SHARED.is_dir() and os.environ.get("CI") != "true":
        pytest.skip("the given pictures are no part of the project: nothing is tried on them here")

    assert any(SHARED.glob(kind))
