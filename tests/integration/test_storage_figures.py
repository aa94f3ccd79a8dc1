"""How much is stored of what: as the rows tell it, and as the disk has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_vm.adapters.engine import open_engine
from media_vm.adapters.storage_figures import Amount, measure_storage, top_users
from media_vm.adapters.storage_marks import mark_storage, marked_storage
from media_vm.adapters.transactions import reading
from media_vm.rules.pictures import DataType, Format
from media_vm.testing import picture
from media_vm.told_storage import storage_json, tell_storage
from tests.integration.storages import storage_of


def on_disk(folder: Path, pattern: str = "*") -> Amount:
    files = [one for one in folder.rglob(pattern) if one.is_file()]
    return Amount(len(files), sum(one.stat().st_size for one in files))


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_the_figures_are_those_of_the_disk(kind: str, request: pytest.FixtureRequest) -> None:
    """By area, type, format and user; an original that two share is there once, and spares the other. All but the
    users is remembered for the metrics."""
    with storage_of(kind, request) as storage:
        for pending_id, width, user_id in ((1, 601, 7), (2, 602, 7), (3, 601, 7), (4, 601, 8)):
            storage.api.upload(pending_id, "A Photo.jpg", picture(width=width), user_id=user_id)
        storage.work()
        storage.put("quarantine/9.bin", b"put aside")
        engine = open_engine(storage.url)
        figures, users = measure_storage(engine, storage.root), top_users(engine)
        mark_storage(engine, storage.root)
        with reading(engine) as session:
            marked = marked_storage(session)
        engine.dispose()
        bulk, library = on_disk(storage.root / "bulk"), on_disk(storage.root / "library")

    assert {"bulk": bulk, "library": library, "quarantine": Amount(1, 9)} == figures.areas
    assert Amount(bulk.files + library.files, bulk.bytes + library.bytes) == figures.data_types[DataType.PRODUCT]
    assert library.files == sum(one.files for one in figures.formats.values())
    assert figures.formats[Format.AVIF].files and not figures.data_types[DataType.LOGO].files
    assert [7, 8] == [user for user, _ in users]
    assert bulk.bytes + library.bytes == sum(one.bytes for _, one in users)
    assert bulk.files + library.files == sum(one.files for _, one in users)
    assert Amount(1, len(picture(width=601))) == figures.saved
    assert figures.saved.bytes == storage_json(figures, users)["saved_by_sharing"]["bytes"]
    assert marked is not None and figures == marked.stored
    assert "user 7" in tell_storage(figures, users)


def test_an_empty_house_has_nothing(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Zeros, and no user."""
    with storage_of("sqlite", request) as storage:
        engine = open_engine(storage.url)
        figures, users = measure_storage(engine, tmp_path / "nowhere"), top_users(engine)
        engine.dispose()

    assert [Amount()] * 3 == list(figures.areas.values())
    assert (Amount(), []) == (figures.saved, users)
