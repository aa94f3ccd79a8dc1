"""What serve and an operator read, and what serve asks of a worker, on real databases."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text, update
from sqlmodel import Session, col

from media_vm.adapters.deleting import delete_media
from media_vm.adapters.engine import open_engine
from media_vm.adapters.explaining import explain_media, media_id_of
from media_vm.adapters.machine_status import describe_machine
from media_vm.adapters.readings import Readings
from media_vm.adapters.reprocess_requests import DatabaseRequests
from media_vm.adapters.reprocessing import DatabaseReprocessing
from media_vm.adapters.tables import MediaFile, ProcessingChecklist
from media_vm.errors import DatabaseDown, GiveUp, TryAgain
from media_vm.pipeline import run_cycle
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.outages import Outage, Party
from media_vm.rules.pictures import Background, DataType, FocalPoint, Format, MediaStatus
from media_vm.rules.policy import Policy
from media_vm.rules.reprocessing import Remake
from media_vm.rules.shown import AltTextAnswer, BackgroundAnswer, News, RefocusAnswer, RetryAnswer, Wanted
from media_vm.testing import EPOCH, MemoryParts, memory_parts, picture
from media_vm.told import tell_machine, tell_media
from media_vm.values import HEARD_OF_EVERY, Outcome, PendingImage, PendingList
from tests.integration.databases import Box, migrated_engine, real_box, remembered
from tests.said import told as words_of

LATER = TryAgain("busy", "the temp file answers 503", retry_after=timedelta(hours=1))
# Everything at once: these tests are about what is read, not about when.
POLICY = Policy(confirm=timedelta(0), backoff=timedelta(milliseconds=1), idle=timedelta(milliseconds=1))


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = migrated_engine(request.param, request)
    yield opened
    opened.dispose()


@pytest.fixture
def box(engine: Engine) -> Box:
    return real_box(engine, POLICY, timedelta(seconds=60))


@pytest.fixture
def parts(box: Box) -> MemoryParts:
    """A worker whose pixels are words and whose database is real."""
    parts = memory_parts(POLICY)
    world = replace(parts.world, leases=box.leases, store=box.store, outages=box.outages, policy=POLICY)
    return replace(parts, world=world)


@pytest.fixture
def readings(engine: Engine) -> Readings:
    return Readings(engine)


def processed(parts: MemoryParts, content: bytes, pending_id: int = 123) -> PendingImage:
    image = parts.api.upload(pending_id, "My Photo.jpg", content)
    for _ in range(4):
        run_cycle(parts.world)
    return image


def test_an_unknown_id_is_nothing(readings: Readings) -> None:
    """Neither shown, nor known by status, retry or analysis."""
    assert readings.look_up(1) is None
    assert readings.status(123) is None
    assert RetryAnswer.UNKNOWN == readings.retry(123)
    assert (False, None) == readings.analysis(1)


def test_a_finished_media_is_shown_with_its_variants(parts: MemoryParts, readings: Readings) -> None:
    """All that serve needs, in one look."""
    processed(parts, picture())

    shown = readings.look_up(1)

    assert shown is not None
    assert (MediaStatus.COMPLETED, False, "my-photo") == (shown.status, shown.is_deleted, shown.slug)
    assert {Format.AVIF, Format.JPEG} == {variant.format for variant in shown.variants}


def test_a_portrait_has_what_is_known_of_the_content(parts: MemoryParts, box: Box, readings: Readings) -> None:
    """Sides and analysis beside what is shown; before the analysis, and of an unknown id, nothing."""
    remembered(box.store, parts.api.upload(123, "a.jpg", picture()))
    before = readings.portrait(1)
    for _ in range(4):
        run_cycle(parts.world)

    after = readings.portrait(1)

    assert readings.portrait(2) is None
    assert before and ((), None, None, None) == (
        before.shown.variants,
        before.width,
        before.height,
        before.analysis,
    )
    assert after and after.analysis
    assert (readings.look_up(1), 1200, 800) == (after.shown, after.width, after.height)
    assert ("#FF5733",) == tuple(one.hex for one in after.analysis.measured.palette)


def test_a_look_is_one_query(parts: MemoryParts, engine: Engine, readings: Readings) -> None:
    """A page of pictures may miss every one of them at once."""
    processed(parts, picture())
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *about: said.append(about[2]))

    assert readings.look_up(1)
    assert 1 == len([one for one in said if "SELECT" in one])


def test_the_news_are_what_changed_within_a_minute(parts: MemoryParts, engine: Engine, readings: Readings) -> None:
    """Each change moves the time that is told; what rests drops out, and the highest id stays."""
    nothing = readings.news([])
    processed(parts, picture())
    made = readings.news([])
    asked = readings.choose_background(1, Background.REMOVED)
    with engine.begin() as connection:
        connection.execute(update(MediaFile).values(data_type=DataType.LOGO))
    is_logo = readings.news([])
    readings.choose_background(1, Background.REMOVED)
    chosen = readings.news([])
    with engine.begin() as connection:
        connection.execute(text("UPDATE media_files SET updated_at = '2025-01-01'"))
    rested = readings.news([])

    assert (0, {}, BackgroundAnswer.NOT_A_LOGO) == (nothing.highest_id, nothing.changed, asked.answer)
    assert [[1]] * 3 == [ids_of(news) for news in (made, is_logo, chosen)]
    assert 3 == len({news.changed[1] for news in (made, is_logo, chosen)})
    assert (1, {}) == (rested.highest_id, rested.changed)


def test_what_an_owner_sets_is_news(parts: MemoryParts, engine: Engine, readings: Readings) -> None:
    """Alt text and focal point stand in the analysis, and in manifests that other processes remember."""
    processed(parts, picture())
    told = []
    for change in (
        lambda: readings.keep_alt_text(1, "Two boats"),
        lambda: readings.refocus(1, FocalPoint(0.2, 0.3)),
    ):
        with engine.begin() as connection:
            connection.execute(text("UPDATE media_files SET updated_at = '2025-01-01'"))
        change()
        told.append(ids_of(readings.news([])))

    assert [[1], [1]] == told


def test_of_too_many_news_those_are_named_that_somebody_remembers(
    parts: MemoryParts, box: Box, engine: Engine, readings: Readings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many it remembers, and of a transaction too that took most of the minute."""
    monkeypatch.setattr("media_vm.adapters.news.MOST", 3)
    for one in range(1, 6):
        remembered(box.store, parts.api.upload(one, f"{one}.jpg", picture()))
        told = readings.news([2])
    late = told.since + timedelta(seconds=10)
    with engine.begin() as connection:
        connection.execute(update(MediaFile).where(col(MediaFile.id) == 2).values(updated_at=late))
        connection.execute(text("UPDATE media_files SET updated_at = '2025-01-01' WHERE id = 5"))
    at_last = readings.news([2, 5, *range(10**17, 10**17 + 9000)])
    with engine.begin() as connection:
        connection.execute(text("UPDATE media_files SET updated_at = '2025-01-01' WHERE id = 4"))

    assert ([2], 5) == (ids_of(told), told.highest_id)
    assert {2: late} == at_last.changed
    assert [1, 2, 3] == ids_of(readings.news([]))


def ids_of(news: News) -> list[int]:
    """In their order."""
    return sorted(news.changed)


def test_a_pending_media_says_how_far_it_is(parts: MemoryParts, box: Box, readings: Readings) -> None:
    """Letter for letter as in contract §3."""
    remembered(box.store, parts.api.upload(123, "a.jpg", picture()))

    status = readings.status(123)

    assert status is not None
    next_try = status.pop("next_try")
    assert isinstance(next_try, str) and next_try.endswith("Z")
    assert status == {
        "id": 123,
        "media_id": "1",
        "status": "downloading",
        "current_step": "retrieve_file",
        "progress": 0,
        "steps": {step.value: {"status": "pending", "attempts": 0} for step in Step},
        "error": None,
        "degraded": [],
    }


def test_a_finished_media_is_at_a_hundred_percent(parts: MemoryParts, readings: Readings) -> None:
    """And honest about what nobody described."""
    processed(parts, picture())

    status = readings.status(123)

    assert status is not None
    assert (100, None, None) == (status["progress"], status["current_step"], status["next_try"])
    assert [{"step": "ai_visual_analysis", "reason": "not_configured"}] == status["degraded"]


def test_the_analysis_is_the_callbacks_and_more(parts: MemoryParts, box: Box, readings: Readings) -> None:
    """Before it is there the media is known; after it, with what a page shows before the picture comes."""
    remembered(box.store, parts.api.upload(123, "a.jpg", picture()))
    before = readings.analysis(1)
    run_cycle(parts.world)

    known, body = readings.analysis(1)

    assert ((True, None), True) == (before, known)
    assert body is not None
    assert (85, ["#FF5733"], None) == (body["quality_score"], body["dominant_colors"], body["style"])
    assert (1200, 800) == (body["width"], body["height"])


def test_a_wake_call_is_a_mark(readings: Readings, box: Box) -> None:
    """A resting worker sees it in the database."""
    readings.wake([123, 124])
    readings.wake([125])

    mark = box.store.marked("wake")
    assert mark is not None and "125" == mark.note


def test_a_failed_item_gets_a_fresh_round(parts: MemoryParts, readings: Readings) -> None:
    """On good bytes it is completed; a second request has nothing left to do."""
    image = processed(parts, picture(flaw="truncated"))
    failed = readings.status(123)
    parts.api.temp_files[image.image_path] = picture()

    answer = readings.retry(123)
    run_cycle(parts.world)

    status = readings.status(123)
    assert failed is not None and "failed" == failed["status"]
    assert RetryAnswer.ACCEPTED == answer
    assert status is not None and "completed" == status["status"]
    assert RetryAnswer.COMPLETED == readings.retry(123)


def test_a_retry_is_under_way_as_soon_as_it_is_claimed(parts: MemoryParts, box: Box, readings: Readings) -> None:
    """Serve says 404 with Retry-After from then on, no longer 410; asking again changes nothing."""
    processed(parts, picture(flaw="truncated"))
    readings.retry(123)

    box.leases.claim("worker-1")

    shown = readings.look_up(1)
    assert shown is not None and MediaStatus.DOWNLOADING == shown.status
    assert RetryAnswer.NOT_FAILED == readings.retry(123)


def test_a_retry_asked_for_while_the_item_is_held_is_not_lost(
    parts: MemoryParts, box: Box, readings: Readings
) -> None:
    """The worker that lets go of the failed item leaves it due at once."""
    processed(parts, picture(flaw="truncated"))
    readings.retry(123)
    held = box.leases.claim("worker-1")
    assert held is not None
    given_up = replace(held.media.checklist, running=None, redo=None).with_entry(
        Step.RETRIEVE_FILE, StepStatus.FAILED
    )
    box.store.record(held, given_up, Outcome(Step.RETRIEVE_FILE))

    answer = readings.retry(123)
    box.leases.release(held, None)

    assert RetryAnswer.ACCEPTED == answer
    assert box.leases.next_due() == timedelta(0)


def test_a_file_too_big_to_be_read_leaves_no_bytes_to_retry_with(parts: MemoryParts, readings: Readings) -> None:
    """Its beginning, if anything of it was read, is no picture."""
    parts.api.upload(123, "big.jpg", GiveUp("too_many_bytes", "larger", fingerprint="length:60000000"))
    for _ in range(4):
        run_cycle(parts.world)

    status = readings.status(123)
    assert status is not None and "failed" == status["status"]
    assert RetryAnswer.NO_BYTES == readings.retry(123)


def test_a_retry_works_on_what_quarantine_kept(parts: MemoryParts, readings: Readings) -> None:
    """The main API deleted its temp file when it was told to clean up; our copy is tried again."""
    image = processed(parts, picture(flaw="truncated"))
    del parts.api.temp_files[image.image_path]
    aside = parts.files.quarantined(1)
    assert aside is not None
    parts.files.disk[aside] = picture()  # as if a newer decoder could read it

    readings.retry(123)
    run_cycle(parts.world)

    status = readings.status(123)
    assert status is not None and "completed" == status["status"]


def test_a_retry_waits_for_a_claim_under_way(parts: MemoryParts, engine: Engine, readings: Readings) -> None:
    """Who asks while a worker is just taking the item leaves its lease alone: nobody else may claim it."""
    processed(parts, picture(flaw="truncated"))
    asking = threading.Thread(target=readings.retry, args=(123,))
    with engine.begin() as claiming:
        claiming.execute(text("UPDATE processing_checklist SET due_at = NULL, lease_expires_at = '2099-01-01'"))
        asking.start()
        asking.join(0.3)
    asking.join()

    with engine.connect() as connection:
        row = connection.execute(text("SELECT redo, due_at FROM processing_checklist")).one()
    assert ("retry", None) == tuple(row)


def test_a_retry_needs_bytes(parts: MemoryParts, readings: Readings) -> None:
    """Cleaned up and nothing kept: there is nothing to retry with."""
    eager = replace(parts.world.policy, give_up=timedelta(0))
    parts = replace(parts, world=replace(parts.world, policy=eager))
    processed(parts, picture(), pending_id=124)
    processed(parts, b"")

    status = readings.status(123)

    assert status is not None and "failed" == status["status"]
    assert RetryAnswer.NO_BYTES == readings.retry(123)


def test_a_retry_of_one_under_way_changes_nothing(parts: MemoryParts, box: Box, readings: Readings) -> None:
    """It has no effect unless the item failed."""
    remembered(box.store, parts.api.upload(123, "a.jpg", picture()))

    assert RetryAnswer.NOT_FAILED == readings.retry(123)


def test_a_logos_focal_point_is_kept_and_nothing_made_again(
    parts: MemoryParts, engine: Engine, readings: Readings
) -> None:
    """It has no crops; another picture is asked for, at once."""
    kinds = {1: DataType.LOGO, 2: DataType.PRODUCT}
    for number, kind in kinds.items():
        parts.api.upload(number, f"{number}.png", picture(width=900 + number), kind=kind)
    run_cycle(parts.world)

    answers = [readings.refocus(number, FocalPoint(0.2, 0.3)) for number in kinds]

    assert [RefocusAnswer.ACCEPTED] * 2 == answers
    with engine.connect() as connection:
        asked = connection.execute(text("SELECT media_id, redo FROM processing_checklist ORDER BY media_id")).all()
        sources = connection.execute(text("SELECT focal_source FROM media_ai_analysis")).scalars().all()
    assert [(1, None), (2, "crops")] == [tuple(one) for one in asked]
    assert ["owner"] * 2 == sources


def test_a_wish_that_waited_for_a_deletion_comes_too_late(
    parts: MemoryParts, engine: Engine, readings: Readings
) -> None:
    """Whoever asks while a deletion is being written is told that the media is gone, and nothing is kept."""
    parts.api.upload(1, "1.png", picture(), kind=DataType.LOGO)
    run_cycle(parts.world)
    wishes: list[Callable[[], object]] = [
        lambda: readings.refocus(1, FocalPoint(0.2, 0.3)),
        lambda: readings.keep_alt_text(1, "Mine"),
        lambda: readings.choose_background(1, Background.REMOVED).answer,
        lambda: readings.retry(1),
    ]
    with ThreadPoolExecutor(len(wishes)) as asking, Session(engine) as deleting, deleting.begin():
        delete_media(1, deleting)
        deleting.flush()
        asked = [asking.submit(wish) for wish in wishes]
        wait(asked, 0.3)
        deleting.commit()
        told = [one.result() for one in asked]

    unknown = [RefocusAnswer.UNKNOWN, AltTextAnswer.UNKNOWN, BackgroundAnswer.UNKNOWN]
    assert [*unknown, RetryAnswer.DELETED] == told
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT focal_source, alt_text FROM media_ai_analysis")).all()
        choice = connection.execute(text("SELECT background_choice FROM media_files")).scalar()
    assert choice is None
    assert all(source != "owner" and words != "Mine" for source, words in kept)


def test_a_picture_is_called_by_what_it_shows(parts: MemoryParts, engine: Engine, readings: Readings) -> None:
    """The slug of its files; of the uploaded name where they are called otherwise, as adopted ones."""
    parts.vision.is_configured, parts.vision.told = True, words_of(style="Abstract", subject_matter="sunset")
    processed(parts, picture())
    analysed = readings.look_up(1)
    with engine.begin() as connection:
        connection.execute(text("UPDATE media_variants SET path = 'old/1.jpg'"))
    adopted = readings.look_up(1)

    assert analysed and adopted
    assert ("abstract-sunset", "my-photo") == (analysed.slug, adopted.slug)


def test_the_whole_story_is_told(parts: MemoryParts, engine: Engine) -> None:
    """Steps, variants, callback and history, as JSON and for a person."""
    processed(parts, picture())

    story = explain_media(engine, 1)

    assert story is not None
    text = tell_media(story)
    assert 1 == media_id_of(engine, 123)
    assert "media 1 (pending image 123; user 456, product): completed" in text
    assert "grid       avif  original  500×333" in text
    assert "print size  10.1 × 6.7 cm at 300 dpi, 20.3 × 13.5 cm at 150 dpi" in text
    assert "callback    complete: answered 200" in text
    assert [f"{step} completed" for step in Step] == [
        line.split()[1] + " completed" for line in _history(text)[1:]
    ]


def test_a_picture_that_is_made_again_is_not_just_completed(parts: MemoryParts, engine: Engine) -> None:
    """The story says so, why and how far it is, for one picture and for all of them."""
    processed(parts, picture())
    DatabaseRequests(engine).ask([1], Remake())
    waiting = explain_media(engine, 1), describe_machine(engine, stuck_after=timedelta(hours=1))
    queue = DatabaseReprocessing(engine)
    request = queue.next("here", 1)
    assert request and queue.begin(request, "here", None)
    begun = explain_media(engine, 1), describe_machine(engine, stuck_after=timedelta(hours=1))

    assert waiting[0] and begun[0]
    why = "waits for its turn, behind every upload; not begun; meanwhile served as it is"
    assert f"again       resize_optimize: {why}" in tell_media(waiting[0])
    assert "again       resize_optimize: asked for by media-vm reprocess; due, next try " in tell_media(begun[0])
    assert [{"under_way": 0, "waiting": 1}, {"under_way": 1, "waiting": 0}] == [
        waiting[1]["again"],
        begun[1]["again"],
    ]
    assert "again       1 being made again (media-vm reprocess --status)" in tell_machine(begun[1])


def test_a_proof_is_seen_although_it_costs_no_attempt(parts: MemoryParts, engine: Engine) -> None:
    """Fetched, found bad, fetched once more to prove it: two tries, no attempt left spent."""
    processed(parts, picture(flaw="truncated"))

    story = explain_media(engine, 1)

    assert story is not None
    assert "retrieve_file        failed     attempts 0, tried 2 times in all" in tell_media(story)


def test_the_story_of_a_failure_names_it(parts: MemoryParts, engine: Engine) -> None:
    """The last error with its kind stays after the cleanup went out."""
    processed(parts, picture(flaw="truncated"))

    story = explain_media(engine, 1)

    assert story is not None
    assert "error       permanent: truncated: the picture's data ends early" in tell_media(story)


def test_everything_is_listed_page_by_page(parts: MemoryParts, engine: Engine) -> None:
    """In the order of the ids, by each filter; the last page says that it is."""
    for pending_id in range(1, 6):
        flaw = "truncated" if pending_id == 3 else ""
        processed(parts, picture(width=900 + pending_id, flaw=flaw), pending_id=pending_id)
    readings = Readings(engine)

    def ids(wanted: Wanted) -> tuple[list[object], object]:
        page: Any = readings.list_media(wanted)
        return [item["pending_image_id"] for item in page["items"]], page["next_after"]

    first: Any = readings.list_media(Wanted(limit=1))
    assert "1" == first["items"][0]["media_id"] and "completed" == first["items"][0]["status"]
    assert ([1, 2], "2") == ids(Wanted(limit=2))
    assert ([3, 4], "4") == ids(Wanted(limit=2, after=2))
    assert ([5], None) == ids(Wanted(limit=2, after=4))
    assert ([3], None) == ids(Wanted(status=MediaStatus.FAILED))
    assert ([], None) == ids(Wanted(data_type=DataType.LOGO))
    assert ([], None) == ids(Wanted(user_id=1))
    failed: Any = readings.list_media(Wanted(status=MediaStatus.FAILED))
    assert "permanent: truncated" == failed["items"][0]["error"]


def test_calls_to_the_main_api_are_told_by_their_request_ids(parts: MemoryParts, engine: Engine) -> None:
    """The download's and the callback's, in the history that `explain` prints."""
    processed(parts, picture())

    story = explain_media(engine, 1)

    assert story is not None
    history: Any = story["history"]
    asked = [event["event"] for event in history if event["request_id"]]
    assert ["retrieve_file completed", "update_callback completed"] == asked
    assert f"request {history[1]['request_id']}" in tell_media(story)


def test_what_does_not_move_is_called_stuck(parts: MemoryParts, engine: Engine) -> None:
    """Unfinished and untouched for too long; and who is away stands at the top."""
    parts.world.store.remember(PendingList((parts.api.upload(9, "a.jpg", picture()),)), parts.world.store.now())
    parts.world.outages.note(
        Outage(Party.CALLBACKS, EPOCH, EPOCH + timedelta(minutes=5), Kind.OUTAGE, "unreachable")
    )
    story = describe_machine(engine, stuck_after=timedelta(0))

    text = tell_machine(story)
    assert {"number": 1, "media_ids": ["1"]} == story["stuck"]
    assert text.startswith("AWAY        callbacks since 2025-01-15T12:00:00.000Z (unreachable); tried again")
    assert "STUCK       1 media, the first 1" in text
    assert [] == story["workers"]
    assert "workers     none alive" in text
    assert "oldest      unfinished since" in text


def described(engine: Engine) -> Any:
    """The machine as `status` tells of it."""
    return describe_machine(engine, stuck_after=timedelta(hours=1))


def test_an_item_that_is_taken_and_dropped_is_stuck(parts: MemoryParts, box: Box, engine: Engine) -> None:
    """Claimed and let go of, and nothing recorded: it does not move."""
    pending = PendingList((parts.api.upload(9, "a.jpg", picture()),))
    box.store.remember(pending, box.store.now())
    with engine.begin() as connection:
        two_hours_ago = box.store.now() - timedelta(hours=2)
        connection.execute(update(ProcessingChecklist).values(updated_at=two_hours_ago))
    claim = box.leases.claim("worker-1")
    assert claim is not None
    box.leases.release(claim, box.store.now())

    assert {"number": 1, "media_ids": ["1"]} == described(engine)["stuck"]


def test_the_machines_state_is_told(parts: MemoryParts, engine: Engine) -> None:
    """Counts by status, errors by kind and reason, and the last poll."""
    processed(parts, picture())
    processed(parts, picture(flaw="truncated"), pending_id=124)

    story = described(engine)

    text = tell_machine(story)
    assert story["media"] == {"downloading": 0, "processing": 0, "completed": 1, "failed": 1}
    assert {"permanent:truncated": 2} == story["failures_24h"]
    assert [True] == [one["is_alive"] for one in story["workers"]]
    assert 0 == story["stuck"]["number"]
    assert "main API    last asked" in text and ": ok, 0 pending there then" in text
    assert re.search(r"workers     1 alive: \S+ \(last heard of \d s ago\)\n", text)
    assert "failed 24 h permanent:truncated × 2" in text


def test_readiness_keeps_the_drivers_words_in() -> None:
    """A database that is away raises; only what `migrate` can mend is a sentence for the outside."""
    away = open_engine("mysql+pymysql://nobody@127.0.0.1:9/oaf_media")
    with pytest.raises(DatabaseDown):
        Readings(away).is_ready()
    away.dispose()


def test_a_worker_that_fell_silent_is_not_called_alive(parts: MemoryParts, engine: Engine) -> None:
    """kill -9 leaves its mark behind; its beat stops."""
    parts.world.store.sign_on("killed-1")
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE media_marks SET at = :then WHERE name = 'worker killed-1'"),
            {"then": (parts.world.store.now() - 6 * HEARD_OF_EVERY).replace(tzinfo=None)},
        )
    parts.world.store.sign_on("living-1")

    told = tell_machine(story := described(engine))

    assert {"killed-1": False, "living-1": True} == {one["worker"]: one["is_alive"] for one in story["workers"]}
    assert "1 alive: living-1 (last heard of 0 s ago); not heard of: killed-1 (last heard of 180 s ago)" in told


def test_a_machine_that_never_ran_has_a_state_too(engine: Engine) -> None:
    """Nothing is due, nobody was asked."""
    text = tell_machine(described(engine))

    assert "next never" in text
    assert "never asked" in text


def _history(text: str) -> list[str]:
    return [line.strip() for line in text.split("history\n")[1].splitlines()]


def test_what_waits_is_told_by_step_and_kind(parts: MemoryParts, engine: Engine) -> None:
    """Two that could not be fetched, until the next attempt; nobody else is in that line."""
    processed(parts, picture())
    for number in (130, 131):
        parts.api.upload(number, f"{number}.jpg", LATER, user_id=number)
    run_cycle(parts.world)

    story = described(engine)

    assert {"retrieve_file:transient": 2} == story["waiting"]
    assert "waiting     retrieve_file:transient × 2" in tell_machine(story)


def test_what_was_asked_for_is_in_the_history(parts: MemoryParts, engine: Engine, readings: Readings) -> None:
    """A new focal point, and a fresh round of one that failed: by whomever, it was not the worker's idea."""
    processed(parts, picture())
    processed(parts, picture(flaw="truncated"), pending_id=124)
    readings.refocus(1, FocalPoint(0.25, 1.0))
    readings.retry(124)

    asked = {}
    for media_id in (1, 2):
        story: Any = explain_media(engine, media_id)
        asked[media_id] = [one["note"] for one in story["history"] if one["event"] == "asked"]

    assert {1: ["focal point 0.25, 1"], 2: ["a fresh round"]} == asked
