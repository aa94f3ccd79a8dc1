"""What was kept for long enough goes, on SQLite and on MariaDB; nothing that is still needed does."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from media_vm.adapters.background_choice import choose_background
from media_vm.adapters.engine import open_engine
from media_vm.adapters.expiries import DatabaseExpiries
from media_vm.adapters.readings import Readings
from media_vm.adapters.transactions import transact
from media_vm.retention import Going, Sweep, What
from media_vm.rules.pictures import Background, FocalPoint
from media_vm.rules.retention import retention_of
from media_vm.rules.shown import RefocusAnswer
from media_vm.rules.upkeep import Remedy, Role, Slice
from media_vm.testing import picture
from tests.integration.storages import Storage, storage_of

YEAR = "originals.product=365,quarantine=90"


@dataclass
class Kept:
    """Three finished products; the third has the first one's bytes."""

    storage: Storage
    engine: Engine

    def run(self, sql: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(sql))

    def age(self, *media_ids: int) -> None:
        """They came long ago."""
        ids = ",".join(str(one) for one in media_ids)
        self.run(f"UPDATE media_files SET retrieved_at = '2020-01-01 00:00:00.000000' WHERE id IN ({ids})")

    def sweep(self, retention: str = YEAR, *, dry: bool = False) -> list[Going]:
        """One whole run."""
        rules = retention_of(retention)
        expiries = DatabaseExpiries(self.engine, rules)
        return list(Sweep(self.storage.keeper, expiries, rules, is_done=not dry).goings())

    def files(self) -> list[str]:
        root = self.storage.root
        return sorted(one.relative_to(root).as_posix() for one in root.rglob("*") if one.is_file())

    def plant(self, path: str, days: int) -> None:
        """A file that was written so many days ago."""
        self.storage.disk[self.storage.root / path] = b"planted"
        then = time.time() - days * 86_400
        os.utime(self.storage.root / path, (then, then))


@pytest.fixture(params=["sqlite", "mariadb"])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    with storage_of(request.param, request) as storage:
        for pending_id, width in ((1, 601), (2, 602), (3, 601)):
            storage.api.upload(pending_id, "A Photo.jpg", picture(width=width))
        storage.work()
        storage.settle()
        engine = open_engine(storage.url)
        yield Kept(storage, engine)
        engine.dispose()


def originals(goings: list[Going]) -> list[tuple[int | None, int]]:
    return [(one.media_id, one.bytes) for one in goings if one.what is What.ORIGINAL]


def test_an_original_goes_and_its_picture_stays(kept: Kept) -> None:
    """Told first, then done, then nothing is left to do; neither fsck nor the worker misses it."""
    second = kept.storage.path_of(2, Role.ORIGINAL)
    size = (kept.storage.root / second).stat().st_size
    kept.age(2)
    told, there = kept.sweep(dry=True), second in kept.files()
    done, again = kept.sweep(), kept.sweep()
    kept.storage.work()

    assert there and second not in kept.files()
    assert [[(2, size)], [(2, size)], []] == [originals(one) for one in (told, done, again)]
    assert [] == kept.storage.check(repair=True)
    shown = Readings(kept.engine).look_up(2)
    assert shown is not None and shown.variants
    assert 1 == Counter(kept.storage.api.sent).total() - 2


def test_a_shared_original_stays_for_the_younger(kept: Kept) -> None:
    """Its bytes are freed when the last of them is old."""
    shared = kept.storage.path_of(3, Role.ORIGINAL)
    size = (kept.storage.root / shared).stat().st_size
    kept.age(1)
    first, told, there = kept.sweep(dry=True), kept.sweep(), shared in kept.files()
    kept.age(3)
    last = kept.sweep()

    assert there and shared not in kept.files()
    assert [[(1, 0)], [(1, 0)], [(3, size)]] == [originals(one) for one in (first, told, last)]


def test_two_that_share_go_in_one_run(kept: Kept) -> None:
    """The dry run counts their bytes once, as the run frees them."""
    size = (kept.storage.root / kept.storage.path_of(1, Role.ORIGINAL)).stat().st_size
    kept.age(1, 3)

    assert [(1, 0), (3, size)] == originals(kept.sweep(dry=True)) == originals(kept.sweep())


@pytest.mark.parametrize(
    "busy",
    [
        "due_at = created_at",
        "lease_expires_at = '2100-01-01 00:00:00.000000'",
        "has_variants = 0",
    ],
)
def test_what_is_worked_on_keeps_its_original(kept: Kept, busy: str) -> None:
    """Due, leased, or without variants, of which it is all there is."""
    kept.age(2)
    kept.run(f"UPDATE processing_checklist SET {busy} WHERE media_id = 2")

    assert [] == originals(kept.sweep())


def test_another_type_or_a_younger_one_is_kept(kept: Kept) -> None:
    """Rules name what they are about."""
    kept.age(2)

    assert [[], [], []] == [originals(kept.sweep(one)) for one in ("originals.event=1", "originals.upload=1", "")]


def test_nothing_is_made_or_fetched_of_a_retired_one(kept: Kept) -> None:
    """Its crops, its other face, a lost variant: each is refused, and costs no try."""
    kept.age(2)
    kept.sweep()
    shelf, looks = Readings(kept.engine), len(kept.storage.api.sent)
    refocused = shelf.refocus(2, FocalPoint(0.1, 0.1))
    transact(kept.engine, lambda session: choose_background(2, Background.REMOVED, session))
    kept.storage.delete(kept.storage.path_of(2, Role.VARIANT))
    found = kept.storage.check(repair=True)
    kept.run("UPDATE processing_checklist SET resize_optimize = 'pending', due_at = created_at WHERE media_id = 2")
    kept.storage.work()

    assert RefocusAnswer.NO_ORIGINAL == refocused
    assert [(2, Remedy.LOST)] == [(one.media_id, one.remedy) for one in found]
    held = kept.storage.keeper.promises.held_after(1, Slice())[0]
    assert ("original_retired", 0) == (
        held.checklist.last_error and held.checklist.last_error.reason,
        held.checklist.heal_rounds,
    )
    assert kept.storage.world.leases.next_due() is None
    assert looks == len(kept.storage.api.sent)


def test_a_new_upload_of_retired_bytes_keeps_its_own(kept: Kept) -> None:
    """A row that was just retired still names the file."""
    kept.age(2)
    DatabaseExpiries(kept.engine, retention_of(YEAR)).retire(2)
    kept.storage.api.upload(4, "A Photo.jpg", picture(width=602))
    kept.storage.work()
    kept.sweep()

    assert kept.storage.path_of(4, Role.ORIGINAL) in kept.files()


def test_quarantine_is_emptied_by_its_age(kept: Kept) -> None:
    """With the reason beside it; the row says no more that bytes are kept. What is young stays."""
    for path, days in (("2.bin", 91), ("2.json", 91), ("3.bin", 89), ("999.part", 91)):
        kept.plant(f"quarantine/{path}", days)
    kept.run("UPDATE media_files SET quarantined_at = created_at WHERE id IN (2, 3)")

    gone = kept.sweep()

    assert ["quarantine/2.bin", "quarantine/2.json", "quarantine/999.part"] == sorted(one.path for one in gone)
    with kept.engine.connect() as connection:
        said = connection.execute(text("SELECT id FROM media_files WHERE quarantined_at IS NOT NULL"))
        assert [3] == list(said.scalars())


def test_replaced_variants_temporaries_and_empty_folders_go(kept: Kept) -> None:
    """After their grace; a stray original does not: fsck puts it aside."""
    folder = kept.storage.path_of(1, Role.VARIANT).rpartition("/")[0]
    kept.plant(f"{folder}/1-old-grid-01234567.avif", 1)
    kept.plant(f"{folder}/1-new-grid-76543210.avif", 0)
    kept.plant("bulk/2025-01-15/1-0123456789abcdef.jpg", 1)
    kept.plant("bulk/.tmp-dead", 1)
    empty = kept.storage.root / "library/user_9/product/img"
    empty.mkdir(parents=True)
    os.utime(empty, (0, 0))

    gone = kept.sweep()

    assert [
        (What.REPLACED, f"{folder}/1-old-grid-01234567.avif"),
        (What.TEMPORARY, "bulk/.tmp-dead"),
        (What.FOLDER, "library/user_9/product/img"),
    ] == [(one.what, one.path) for one in gone]


def test_a_replaced_variant_stays_for_a_while(kept: Kept) -> None:
    """Written long ago and replaced a second ago: a page may still show it."""
    folder = kept.storage.path_of(1, Role.VARIANT).rpartition("/")[0]
    for media_id in (1, 2):
        kept.plant(f"{folder}/{media_id}-old-grid-01234567.avif", 400)
    kept.run("UPDATE media_files SET processed_at = updated_at WHERE id = 1")

    lately = [one.path for one in kept.sweep()]
    kept.storage.settle()

    assert [[f"{folder}/{media_id}-old-grid-01234567.avif"] for media_id in (2, 1)] == [
        lately,
        [one.path for one in kept.sweep()],
    ]


def test_a_dry_run_changes_nothing(kept: Kept) -> None:
    """Neither a file nor a row."""
    kept.age(1, 2, 3)
    kept.plant("quarantine/2.bin", 91)
    before = kept.files()

    assert 4 == len(kept.sweep(dry=True))
    assert before == kept.files()
    with kept.engine.connect() as connection:
        said = connection.execute(text("SELECT count(*) FROM media_files WHERE retired_at IS NOT NULL"))
        assert 0 == said.scalar_one()


def test_a_folder_that_a_worker_is_about_to_fill_stays(kept: Kept) -> None:
    """It touches it first."""
    empty = kept.storage.root / "library/user_9/product/img"
    empty.mkdir(parents=True)
    os.utime(empty, (0, 0))
    kept.storage.world.files.folder("library/user_9/product/img")

    assert [] == kept.sweep()
    assert timedelta(0) < kept.storage.keeper.grace
