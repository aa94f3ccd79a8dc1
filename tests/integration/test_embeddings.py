"""What texts mean, and whose are to be embedded, in memory and on real databases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, delete

from media_vm.adapters import embeddings as adapter
from media_vm.adapters.analysis_rows import analysis_row
from media_vm.adapters.embedding_counts import describe_embeddings
from media_vm.adapters.embeddings import DatabaseEmbeddings
from media_vm.adapters.tables import MediaAIAnalysis
from media_vm.adapters.transactions import database_now
from media_vm.ai_ports import Embedding, Embeddings
from media_vm.rules.analysis import Analysis
from media_vm.rules.embedding import KIND, Due, digest_of
from media_vm.testing import MemoryClock
from media_vm.testing.embeddings import MemoryEmbeddings
from tests.integration.databases import migrated_engine
from tests.said import MEASURED

MODEL = "text-embedding-3-small"
VECTOR = (0.5, -0.25, 0.125)
GIVEN = Embedding(1, KIND, MODEL, VECTOR, digest_of("boats"))
A_MOMENT, HOUR = timedelta(milliseconds=5), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Given:
    """What is kept, of media 1 to 4. say: a media has this text from now on. delete: it is no more. wait: let time
    pass."""

    embeddings: Embeddings
    say: Callable[[int, str], None]
    delete: Callable[[int], None]
    wait: Callable[[timedelta], None]


def with_media(engine: Engine) -> Engine:
    """Media 1 to 4."""
    columns = "user_id, data_type, original_name, mime_type, status, created_at, updated_at"
    values = "1, 'product', 'a', 'b', 'completed', '2025-01-01', '2025-01-01'"
    with engine.begin() as connection:
        for number in range(1, 5):
            insert = f"INSERT INTO media_files (id, {columns}) VALUES ({number}, {values})"
            connection.execute(text(insert))
    return engine


def say(engine: Engine, media_id: int, words: str) -> None:
    """As a worker writes an analysis: in the place of an earlier one."""
    with Session(engine) as session, session.begin():
        session.exec(delete(MediaAIAnalysis).where(MediaAIAnalysis.media_id == media_id))  # type: ignore[arg-type]
        found = Analysis(MEASURED, searchable_text=words)
        session.add(analysis_row(media_id, found, database_now(session)))


def delete_media(engine: Engine, media_id: int) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE media_files SET deleted_at = '2025-01-02' WHERE id = {media_id}"))


def of(engine: Engine) -> Given:
    return Given(
        DatabaseEmbeddings(engine),
        lambda media_id, words: say(engine, media_id, words),
        lambda media_id: delete_media(engine, media_id),
        lambda span: time.sleep(span.total_seconds()),
    )


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = with_media(migrated_engine(request.param, request))
    yield opened
    opened.dispose()


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def given(request: pytest.FixtureRequest) -> Iterator[Given]:
    if request.param == "memory":
        clock = MemoryClock()
        kept = MemoryEmbeddings(clock)
        yield Given(kept, kept.say, kept.delete, clock.advance)
        return
    engine = with_media(migrated_engine(request.param, request))
    yield of(engine)
    engine.dispose()


def of_media(media_id: int, words: str, **changes: str) -> Embedding:
    return replace(GIVEN, media_id=media_id, text_hash=digest_of(words), **changes)  # type: ignore[arg-type]


def due(given: Given, model: str = MODEL, dim: int = 3) -> list[int]:
    return [one.media_id for one in given.embeddings.due(model, dim)]


def test_a_vector_comes_back(given: Given) -> None:
    """As precise as float16; one a media and kind."""
    given.embeddings.put([GIVEN, replace(GIVEN, kind="image", vector=(0.1,))])
    image = given.embeddings.get(1, "image")

    assert GIVEN == given.embeddings.get(1, KIND)
    assert image is not None
    assert (0.0999755859375,) == image.vector
    assert (None, None) == (given.embeddings.get(2, KIND), given.embeddings.get(1, "sound"))


def test_a_later_vector_replaces_an_earlier(given: Given) -> None:
    """Of another text, model or length."""
    given.embeddings.put([GIVEN])
    later = replace(GIVEN, model="local", vector=(1.0, 0.5), text_hash=digest_of("ships"))
    given.embeddings.put([later])

    assert later == given.embeddings.get(1, KIND)


@pytest.mark.parametrize("vector", [(), (float("nan"),), (1e9,), (0.0,) * 10_000])
def test_what_is_no_vector_is_refused(given: Given, vector: tuple[float, ...]) -> None:
    """With all that came along with it; and the one that was there stays."""
    given.embeddings.put([GIVEN])
    with pytest.raises(ValueError, match="vector"):
        given.embeddings.put([replace(GIVEN, media_id=2), replace(GIVEN, vector=vector)])

    assert (GIVEN, None) == (given.embeddings.get(1, KIND), given.embeddings.get(2, KIND))


def test_a_text_that_was_written_is_due_until_it_is_embedded(given: Given) -> None:
    """Again when it is written anew as another."""
    before = given.embeddings.is_due()
    given.say(1, "boats")
    written = (given.embeddings.is_due(), given.embeddings.due(MODEL, 3))
    given.embeddings.put([GIVEN])
    embedded = given.embeddings.is_due()
    given.say(1, "ships")

    assert (False, (True, [Due(1, "boats")]), False) == (before, written, embedded)
    assert [Due(1, "ships")] == given.embeddings.due(MODEL, 3)


def test_the_same_text_is_settled_without_asking(given: Given) -> None:
    """As after an analysis that found the same."""
    given.say(1, "boats")
    given.embeddings.put([GIVEN])
    given.say(1, "boats")

    assert (True, [], False) == (given.embeddings.is_due(), due(given), given.embeddings.is_due())


def test_a_text_that_changed_while_it_was_embedded_stays_due(given: Given) -> None:
    """The vector is the earlier one's, and says so."""
    given.say(1, "ships")
    given.embeddings.put([GIVEN])

    assert [1] == due(given)


@pytest.mark.parametrize(("model", "dim"), [(MODEL.upper(), 3), (MODEL, 4), ("other", 3)])
def test_for_another_model_all_is_due(given: Given, model: str, dim: int) -> None:
    """Names differ by case, too. What is due already keeps its time."""
    for number in (1, 2, 3):
        given.say(number, "boats")
    given.embeddings.put([of_media(1, "boats"), of_media(2, "boats")])
    given.embeddings.put_off([3], HOUR)
    asked = given.embeddings.ask_all()

    assert (2, [1, 2]) == (asked, due(given, model, dim))


def test_the_same_model_is_settled_again(given: Given) -> None:
    """Asked of everybody for nothing: nobody is embedded twice."""
    given.say(1, "boats")
    given.embeddings.put([GIVEN])

    assert (1, [], False) == (given.embeddings.ask_all(), due(given), given.embeddings.is_due())


def test_what_failed_comes_later_and_alone(given: Given) -> None:
    """In the order of their times; a success forgets the failures."""
    for number in (1, 2, 3):
        given.say(number, "boats")
    given.wait(A_MOMENT)
    given.embeddings.put_off([1, 2], timedelta(0))
    given.embeddings.put_off([2], HOUR)
    first = due(given)
    given.embeddings.put([of_media(3, "boats")])
    second = given.embeddings.due(MODEL, 3)
    given.embeddings.put([of_media(1, "boats")])
    nobody = (given.embeddings.is_due(), due(given))
    given.embeddings.put_off([2], timedelta(0))

    assert ([3], [Due(1, "boats", 1)]) == (first, second)
    assert (False, []) == nobody
    assert [Due(2, "boats", 3)] == given.embeddings.due(MODEL, 3)
    given.embeddings.put([of_media(2, "boats")])
    given.embeddings.ask_all()
    assert [1, 2, 3] == due(given, "other")


def test_no_text_has_no_vector(given: Given) -> None:
    """Neither has a deleted media one made; nobody looks at them again."""
    given.say(1, "boats")
    given.embeddings.put([GIVEN])
    given.say(1, "")
    given.say(2, "boats")
    given.delete(2)

    assert ([], None, False) == (due(given), given.embeddings.get(1, KIND), given.embeddings.is_due())


def test_more_than_one_query_holds(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is settled is passed over until somebody is found who is not; all are asked a part at a time."""
    monkeypatch.setattr(adapter, "AT_ONCE", 2)
    monkeypatch.setattr(adapter, "ASKED_AT_ONCE", 3)
    given = of(engine)
    for number in (1, 2, 3):
        given.say(number, "boats")
    given.embeddings.put([of_media(number, "boats") for number in (1, 2, 3)])
    asked = given.embeddings.ask_all()
    given.wait(A_MOMENT)
    given.say(4, "boats")

    assert (3, [4]) == (asked, due(given))


def test_a_row_of_the_wrong_length_is_none(engine: Engine) -> None:
    """The text is embedded again rather than compared with half of itself."""
    given = of(engine)
    given.say(1, "boats")
    given.embeddings.put([GIVEN])
    with engine.begin() as connection:
        connection.execute(text("UPDATE media_embeddings SET dim = 4"))
    given.embeddings.ask_all()

    assert given.embeddings.get(1, KIND) is None
    assert ([1], [1]) == (due(given, dim=3), due(given, dim=4))


def test_a_vector_goes_with_its_media(engine: Engine) -> None:
    """Nothing is left of what is gone."""
    DatabaseEmbeddings(engine).put([GIVEN])
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM media_files WHERE id = 1"))

    assert DatabaseEmbeddings(engine).get(1, KIND) is None


def mark(engine: Engine, name: str, note: str) -> None:
    insert = text("INSERT INTO media_marks (name, at, note) VALUES (:name, :at, :note)")
    with engine.begin() as connection:
        at = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
        connection.execute(insert, {"name": name, "at": at, "note": note})


def test_the_operator_is_told(engine: Engine) -> None:
    """How many are as their texts are now, of an earlier text, and not there yet; deleted ones do not count."""
    given = of(engine)
    nothing = describe_embeddings(engine)
    for number in (1, 2, 3, 4):
        given.say(number, "boats")
    given.embeddings.put([of_media(1, "boats"), of_media(2, "ships")])
    given.delete(4)
    mark(engine, "embedding model", f"1536 {MODEL}")
    counted = describe_embeddings(engine)
    mark(engine, "embedding trouble", "away 2 3600000 busy")
    told = describe_embeddings(engine)

    assert {"model": None, "dim": None, "embedded": 0, "stale": 0, "waiting": 0} | {
        "trouble": None,
        "next_try": None,
    } == nothing
    assert nothing | {"model": MODEL, "dim": 1536, "embedded": 1, "stale": 1, "waiting": 1} == counted
    assert "busy" == told["trouble"]
    left = datetime.fromisoformat(str(told["next_try"])) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
