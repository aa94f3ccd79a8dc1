"""What retention leaves of a system that is taken over."""

from __future__ import annotations

import os
from pathlib import Path

from media_vm.retention import What
from media_vm.rules.adopting import ADOPTION, DONE, NEEDED
from media_vm.rules.upkeep import Role
from tests.integration.test_retention import Kept, kept

__all__ = ["kept"]  # the fixture


def test_files_that_wait_for_adoption_stay(kept: Kept) -> None:
    """No row names them yet: nothing unnamed is touched, whatever its name, until adopt has come to its end."""
    folder = kept.storage.path_of(1, Role.VARIANT).rpartition("/")[0]
    kept.plant(f"{folder}/1-old-grid-01234567.avif", 1)
    kept.plant("bulk/.tmp-dead", 1)
    empty = kept.storage.root / "library/user_9/product/img"
    empty.mkdir(parents=True)
    os.utime(empty, (0, 0))
    kept.storage.world.store.mark(ADOPTION, NEEDED)
    before = kept.sweep()
    kept.storage.world.store.mark(ADOPTION, DONE)

    assert [] == before
    assert [What.REPLACED, What.TEMPORARY, What.FOLDER] == [one.what for one in kept.sweep()]


def test_what_others_named_stays(kept: Kept) -> None:
    """A file that adopt refused, or did not know; though its number be a deleted media's, it may be a user's."""
    folder = kept.storage.path_of(1, Role.VARIANT).rpartition("/")[0]
    names = ("1-old-grid.avif", "1-old-huge-01234567.avif", "1-old-grid-0123456z.jpg", "1-old-grid-01234567.tiff")
    for path in (*(f"{folder}/{name}" for name in names), "bulk/2025-01-15/1-product-1736900000.jpg"):
        kept.plant(path, 1)

    first = kept.sweep()
    kept.run("UPDATE media_files SET deleted_at = created_at WHERE id = 1")

    assert (
        [] == first == [one for one in kept.sweep() if Path(one.path).name in (*names, "1-product-1736900000.jpg")]
    )


def test_an_adopted_original_goes_by_its_rows_age(kept: Kept) -> None:
    """Nobody wrote down when it came; one that is not adopted yet has no digest, and stays."""
    old = "retrieved_at = NULL, created_at = '2020-01-01 00:00:00.000000'"
    kept.run(f"UPDATE media_files SET {old} WHERE id = 2")
    kept.run("UPDATE media_files SET sha256 = NULL WHERE id = 2")
    waiting = kept.sweep()
    kept.run(f"UPDATE media_files SET sha256 = '{'0' * 64}' WHERE id = 2")

    assert [[], [2]] == [[one.media_id for one in found] for found in (waiting, kept.sweep())]


def test_an_original_that_an_old_row_names_too_stays(kept: Kept) -> None:
    """Whoever's that is: another user's row, or another media's variant."""
    path = "bulk/2025-01-15/2-upload.jpg"
    kept.plant(path, 1)
    kept.age(2)
    kept.run(f"UPDATE media_files SET bulk_path = '{path}' WHERE id IN (1, 2)")
    kept.run("UPDATE media_files SET user_id = 401 WHERE id = 1")
    kept.sweep()

    assert path in kept.files()
