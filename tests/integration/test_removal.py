"""A deleted media goes in whatever state it is, whole, and is known and told of no more."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from media_vm.adapters.ai_answers import DatabaseAnswers
from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.embeddings import DatabaseEmbeddings
from media_vm.adapters.engine import open_engine
from media_vm.adapters.readings import Readings
from media_vm.ai_ports import Embedding, Question
from media_vm.errors import NotThere, TryAgain
from media_vm.rules.callbacks import EventKind
from media_vm.rules.findings import Provider, Told
from media_vm.rules.shown import RetryAnswer, Wanted
from media_vm.rules.upkeep import Fault, Remedy, Role
from media_vm.testing import picture
from tests.integration.removals import delete, files, of, tell, upload
from tests.integration.storages import Storage, storage_of


def all_rows(connection: Connection) -> dict[str, list[dict[str, object]]]:
    """Every table that holds anything of a media."""
    tables = ("media_files", "processing_checklist", "media_variants", "media_ai_analysis", "media_events")
    more = ("media_callbacks", "media_embeddings", "media_ai_answers", "media_marks")
    found = {one: connection.execute(text(f"SELECT * FROM {one}")).mappings() for one in (*tables, *more)}
    return {table: [dict(row) for row in rows] for table, rows in found.items()}


def test_nothing_is_left_of_a_finished_one(storage: Storage) -> None:
    """Variants and original are gone; the other picture's are all there, and nothing is wrong for fsck."""
    upload(storage, 1)
    upload(storage, 2)
    storage.work()
    others = of(storage, 2)

    delete(storage, 1)
    storage.work()

    assert others == files(storage)
    assert [] == storage.check()


def listed_again(storage: Storage) -> int:
    """How often that was taken for news, as far as a database tells."""
    if not storage.url:
        return 0
    engine = open_engine(storage.url)
    with engine.connect() as connection:
        lines = connection.execute(text("SELECT count(*) FROM media_events WHERE name = 'listed again'"))
        number = int(lines.scalar_one())
    engine.dispose()
    return number


def test_what_no_row_names_goes_too(storage: Storage) -> None:
    """A crash left files of it: in its folders, in quarantine, among the strays that fsck put aside."""
    upload(storage, 1)
    upload(storage, 12)
    storage.work()
    day = Path(storage.path_of(1, Role.ORIGINAL)).parent
    for path in (f"{day}/1-0123456789abcdef.jpg", "library/user_400/product/img/1-old-grid-01234567.webp"):
        storage.put(path, b"of a step that nobody recorded")
        storage.put(f"quarantine/strays/{path}", b"of one before")
    for name in ("1.bin", "1.json", ".tmp-1", "12.bin"):
        storage.put(f"quarantine/{name}", b"put aside")

    delete(storage, 1)
    storage.work()

    assert [] == of(storage, 1)
    assert "quarantine/12.bin" in files(storage)


@pytest.mark.parametrize("trouble", ["failed", "quarantined", "waiting", "never fetched"])
def test_it_goes_whatever_became_of_it(storage: Storage, trouble: str) -> None:
    """With nothing to wait for: its due time, its proof and its outage are over with it."""
    upload(storage, 1)
    path = next(iter(storage.api.temp_files))
    if trouble == "quarantined":
        storage.api.temp_files[path] = picture(flaw="truncated")
    elif trouble == "never fetched":
        storage.api.temp_files[path] = NotThere("temp_file_missing", "the temp file answers 404")
    elif trouble == "failed":
        storage.api.temp_files[path] = TryAgain("temp_file_refused", "the temp file answers 403")
    if trouble == "waiting":
        storage.world.store.remember(storage.api.pending(), storage.world.store.now())
    else:
        storage.work()

    delete(storage, 1)
    storage.work()

    assert [] == of(storage, 1)
    assert storage.world.leases.next_due() is None
    assert [] == storage.check()


def test_it_is_told_no_more_and_not_taken_in_again(storage: Storage) -> None:
    """Though the main API never answered, and lists it for ever."""
    upload(storage, 1)
    storage.api.answers = [TryAgain("callback_refused", "answered 500")] * 9
    storage.work()
    told = len(storage.api.sent)
    delete(storage, 1)
    storage.work()
    storage.api.answers = []
    if isinstance(storage.world.store, DatabaseStore):
        tell(storage, "UPDATE media_callbacks SET given_up_at = '2020-01-01 00:00:00.000000'")
    storage.work()

    assert told == len(storage.api.sent)
    assert 0 == listed_again(storage)
    assert [] == [event for event in storage.api.sent if event.kind is EventKind.CLEANUP]
    assert [] == files(storage)
    assert storage.world.leases.next_due() is None


def test_what_comes_too_late_is_removed_by_fsck(storage: Storage) -> None:
    """A worker that slept renames its file after all; nobody keeps that among the strays."""
    upload(storage, 1)
    storage.work()
    delete(storage, 1)
    storage.work()
    storage.put("bulk/2025-01-15/1-0123456789abcdef.jpg", b"from one who slept")

    found = storage.check(repair=True)

    assert [(Fault.STRAY, Remedy.REMOVE)] == [(one.fault, one.remedy) for one in found]
    assert [] == files(storage)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_all_that_is_kept_are_ids_words_of_ours_and_times(kind: str, request: pytest.FixtureRequest) -> None:
    """No name, path, digest or text of it is in any row of any table."""
    with storage_of(kind, request) as storage:
        storage.api.upload(1, "Secret Name.jpg", picture(width=601), user_id=40417)
        storage.work()
        engine = open_engine(storage.url)
        with engine.connect() as connection:
            before = json.dumps(all_rows(connection), default=str)
        delete(storage, 1)
        storage.work()
        with engine.connect() as connection:
            rows = all_rows(connection)
        engine.dispose()

    assert all(word in before for word in ("Secret Name", "40417", "secret-name"))
    after = json.dumps(rows, default=str).lower()
    assert [] == [word for word in ("secret", "40417", "temp_images", "#") if word in after]
    assert {"media_files": 1, "processing_checklist": 1} == {
        table: len(some) for table, some in rows.items() if table in ("media_files", "processing_checklist")
    }
    kept = rows["media_files"][0]
    assert (1, "completed", "main_api") == (kept["main_api_id"], kept["status"], kept["source"])
    assert None not in (kept["created_at"], kept["deleted_at"], kept["removed_at"])
    assert [] == [table for table in ("media_variants", "media_ai_analysis", "media_embeddings") if rows[table]]
    assert "removed" == rows["media_events"][-1]["name"]


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_every_process_of_serve_hears_of_it(kind: str, request: pytest.FixtureRequest) -> None:
    """Its row's time moves; what it was is told by no route any more, and a second deletion is the first."""
    with storage_of(kind, request) as storage:
        upload(storage, 1)
        storage.work()
        engine = open_engine(storage.url)
        shelf = Readings(engine)
        before, asked = shelf.news([]), [shelf.delete(1), shelf.delete(1), shelf.delete(99)]
        after, shown, status = shelf.news([]), shelf.look_up(1), shelf.status(1)
        refused = shelf.retry(1), shelf.analysis(1), shelf.list_media(Wanted())["items"]
        storage.work()
        removed = shelf.delete(1)
        engine.dispose()

    assert before.changed.keys() == after.changed.keys() == {1}
    assert before.changed[1] < after.changed[1]
    assert shown is not None and shown.is_deleted
    assert status is not None and "deleted" == status["error"]
    assert (RetryAnswer.DELETED, (True, None), []) == refused
    assert asked[0] == asked[1] and asked[0] is not None and asked[2] is None
    assert (False, True) == (asked[0].is_removed, removed is not None and removed.is_removed)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_vector_that_comes_too_late_is_not_kept(kind: str, request: pytest.FixtureRequest) -> None:
    """Whoever embeds its text had read it before."""
    with storage_of(kind, request) as storage:
        upload(storage, 1)
        storage.work()
        delete(storage, 1)
        engine = open_engine(storage.url)
        embeddings = DatabaseEmbeddings(engine)
        embeddings.put([Embedding(1, "text", "a model", (1.0,), "0" * 64)])
        kept = embeddings.get(1, "text")
        engine.dispose()

    assert kept is None


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_answers_that_were_paid_for_it_go(kind: str, request: pytest.FixtureRequest) -> None:
    """Those that were paid for others stay."""
    with storage_of(kind, request) as storage:
        upload(storage, 1)
        storage.work()
        engine = open_engine(storage.url)
        answers, asked = DatabaseAnswers(engine), Question("1" * 64, Provider.OPENAI, "a model", "v1", "0" * 64)
        for media_id in (1, 2, None):
            answers.put(replace(asked, model=f"for {media_id}"), Told(Provider.OPENAI, "a model", "v1"), media_id)
        delete(storage, 1)
        storage.work()
        kept = [answers.get(replace(asked, model=f"for {one}")) is not None for one in (1, 2, None)]
        engine.dispose()

    assert [False, True, True] == kept
