"""Texts to vectors: what the rules decide, and the job on a world of memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from media_vm.embedding import Embeds
from media_vm.errors import DatabaseDown, Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain
from media_vm.rules.embedding import (
    KIND,
    LONGEST_NAME,
    SHORT,
    TEXTS_AT_ONCE,
    TROUBLE_MARK,
    Due,
    ModelName,
    Trouble,
    asked_by,
    batch_of,
    comes_again,
    digest_of,
    goes_on,
    model_name,
    trouble_of,
)
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.findings import Provider
from media_vm.rules.outages import NO_TURN, OUT_OF_MONEY
from media_vm.testing import memory_parts
from media_vm.testing.embeddings import MemoryEmbedder, MemoryEmbeddings

BASE = timedelta(seconds=30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOOGLE, OPENAI, OPENROUTER, OLLAMA = Provider.GOOGLE, Provider.OPENAI, Provider.OPENROUTER, Provider.OLLAMA


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text-embedding-3-large", ModelName("text-embedding-3-large")),
        (" bge-m3:latest ", ModelName("bge-m3:latest")),
        ("ollama = nomic-embed-text", ModelName("nomic-embed-text", OLLAMA)),
        ("openrouter=openai/text-embedding-3-small", ModelName("openai/text-embedding-3-small", OPENROUTER)),
        ("x" * LONGEST_NAME, ModelName("x" * LONGEST_NAME)),
    ],
)
def test_a_model_is_named_alone_or_with_its_provider(text: str, expected: ModelName) -> None:
    """Ollama's names hold colons, OpenRouter's slashes."""
    assert expected == model_name(text)


@pytest.mark.parametrize("text", ["", "openai=", "google=x", "=x", "a=b=c", "x" * (LONGEST_NAME + 1), "a\nb"])
def test_what_cannot_be_a_models_name_is_refused(text: str) -> None:
    """A name that is cut on its way into the database would be embedded by again and again."""
    with pytest.raises(ValueError, match="should be"):
        model_name(text)


@pytest.mark.parametrize(
    ("named", "providers", "expected"),
    [
        (None, (), None),
        (None, (GOOGLE,), None),
        (None, (GOOGLE, OPENAI, OPENROUTER), (OPENAI, "text-embedding-3-small")),
        (None, (OPENROUTER, OPENAI), (OPENROUTER, "openai/text-embedding-3-small")),
        (None, (OLLAMA,), None),
        (None, (OLLAMA, OPENAI), (OPENAI, "text-embedding-3-small")),
        (ModelName("m"), (GOOGLE, OLLAMA, OPENAI), (OLLAMA, "m")),
        (ModelName("m"), (GOOGLE,), None),
        (ModelName("m", OLLAMA), (GOOGLE, OPENAI), (OLLAMA, "m")),
        (ModelName("m", OLLAMA), (), (OLLAMA, "m")),
    ],
)
def test_one_alone_is_asked(
    named: ModelName | None, providers: Sequence[Provider], expected: tuple[Provider, str] | None
) -> None:
    """The first that has a model; a provider that is named is asked though it describes no pictures."""
    assert expected == asked_by(named, providers)


def test_who_failed_in_company_is_tried_alone() -> None:
    """Others are not held back by it."""
    fresh = [Due(number, "a") for number in range(TEXTS_AT_ONCE + 1)]
    failed = [Due(98, "b", 1), Due(99, "b", 2)]

    assert [] == batch_of([], 1536)
    assert fresh[:-1] == batch_of(fresh, 1536)
    assert fresh[:1] == batch_of([fresh[0], *failed], 1536)
    assert failed[:1] == batch_of([*failed, *fresh], 1536)


@pytest.mark.parametrize(("dim", "texts"), [(1, 32), (2048, 32), (3072, 21), (8192, 8), (10**6, 1)])
def test_wide_vectors_come_fewer_at_a_time(dim: int, texts: int) -> None:
    """So that the answer is not longer than one may be."""
    assert texts == len(batch_of([Due(number, "a") for number in range(40)], dim))


def test_a_text_that_failed_alone_comes_later_and_later() -> None:
    """At once after a failure in company; daily in the end."""
    assert timedelta(0) == comes_again(1, 32, BASE)
    assert [4 * BASE, 8 * BASE, DAY, DAY] == [comes_again(tries, 1, BASE) for tries in (2, 3, 12, 10**6)]


def failure(kind: Kind, **more: timedelta) -> Failure:
    return Failure(kind, "r", "d", retry_after=more.get("retry_after"))


@pytest.mark.parametrize(
    ("known", "failed", "expected"),
    [
        (None, failure(Kind.OUTAGE), Trouble("r", 1, BASE)),
        (Trouble("x", 2, BASE), failure(Kind.TRANSIENT), Trouble("r", 3, 4 * BASE)),
        (Trouble("x", 60, BASE), failure(Kind.TIMEOUT), Trouble("r", 61, HOUR)),
        (None, failure(Kind.OUTAGE, retry_after=7 * HOUR), Trouble("r", 1, 7 * HOUR)),
        (None, failure(Kind.OUTAGE, retry_after=timedelta(seconds=1)), Trouble("r", 1, BASE)),
        (None, failure(Kind.OUTAGE, retry_after=9 * DAY), Trouble("r", 1, DAY)),
        (Trouble("x", 1, BASE), failure(Kind.MISCONFIGURED), Trouble("r", 2, HOUR, is_refusal=True)),
    ],
)
def test_nobody_is_asked_for_a_while(known: Trouble | None, failed: Failure, expected: Trouble) -> None:
    """Longer and longer up to an hour, or as long as we were told; a refused key is tried hourly."""
    assert expected == goes_on(known, failed, BASE)


@pytest.mark.parametrize(
    "trouble", [Trouble("busy", 3, timedelta(milliseconds=200)), Trouble("a b", 1, HOUR, True)]
)
def test_trouble_is_kept_as_a_note(trouble: Trouble) -> None:
    """And read from it."""
    assert trouble == trouble_of(str(trouble))


@pytest.mark.parametrize(
    "note", [None, "", "away", "away x 1 r", "away 1 -1 r", "gone 1 1 r", "away 1 ² r", f"away 1 {10**10} r"]
)
def test_a_note_that_cannot_be_read_is_none(note: str | None) -> None:
    """Somebody is asked then."""
    assert trouble_of(note) is None


def test_a_note_of_ages_is_of_a_day() -> None:
    """Whoever wrote it."""
    assert Trouble("r", 1, DAY) == trouble_of(f"away 1 {10**9 - 1} r")


class House:
    """The job, all that it works on in memory."""

    def __init__(self) -> None:
        self.parts = memory_parts()
        self.clock = self.parts.clock
        self.kept = MemoryEmbeddings(self.clock)
        self.embedder = MemoryEmbedder()
        self.is_stopping = False
        self.job = self.started()

    def started(self) -> Embeds:
        """As in a worker that has just begun."""
        world = self.parts.world
        self.job = Embeds(self.embedder, self.kept, world.store, world.store.now, lambda _: self.is_stopping, BASE)
        return self.job

    def say(self, *texts: str) -> None:
        for number, text in enumerate(texts, 1):
            self.kept.say(number, text)

    def looked(self) -> int | None:
        """What the timetable does; None: nothing was wanted."""
        return self.job.run() if self.job.is_wanted() else None

    def has(self, *media_ids: int) -> list[bool]:
        return [self.kept.get(one, KIND) is not None for one in media_ids]

    @property
    def trouble(self) -> Trouble | None:
        mark = self.parts.world.store.marked(TROUBLE_MARK)
        return trouble_of(mark.note) if mark else None


@pytest.fixture
def house() -> House:
    made = House()
    made.looked()  # nobody has a text yet
    return made


def test_what_is_due_is_embedded_in_batches(house: House) -> None:
    """Once; the text's hash, the model and the width are kept beside the vector."""
    house.say(*(f"text {number}" for number in range(70)))
    looked = [house.looked(), house.looked()]
    kept = house.kept.get(1, KIND)

    assert [70, None] == looked
    assert [32, 32, 6] == [len(one) for one in house.embedder.asked]
    assert kept is not None
    assert ("memory", 2, digest_of("text 0")) == (kept.model, len(kept.vector), kept.text_hash)


def test_another_text_is_embedded_again_the_same_is_not(house: House) -> None:
    """Whoever wrote it."""
    house.say("a")
    house.looked()
    house.say("a")
    same = house.looked()
    house.say("abc")

    assert (0, 1) == (same, house.looked())
    assert [["a"], ["abc"]] == house.embedder.asked


@pytest.mark.parametrize(("model", "dim"), [("other", 2), ("memory", 3)])
def test_for_another_model_all_are_embedded_again(house: House, model: str, dim: int) -> None:
    """Or another width; once, whatever restarts come after it."""
    house.say("a", "b")
    house.looked()
    house.embedder = MemoryEmbedder(model, dim)
    house.started()
    looked = [house.looked(), house.looked()]
    house.started()

    assert [2, None, None] == [*looked, house.looked()]
    assert [["a", "b"]] == house.embedder.asked


def test_what_was_described_before_anybody_was_set_up_is_found() -> None:
    """The first worker that embeds asks for everything."""
    house = House()
    house.say("a", "b")
    for text in house.kept._texts.values():
        text.due_at = None

    assert 2 == house.looked()


def test_a_provider_that_is_away_is_asked_less_and_less(house: House) -> None:
    """Nobody's text is to blame; when it is back everything goes on at once."""
    house.say("a", "b")
    house.embedder.failures = [ProviderDown("unreachable", "d"), ProviderDown("unreachable", "d")]
    looked = [house.looked(), house.looked()]
    house.clock.advance(BASE)
    looked.append(house.looked())
    house.clock.advance(BASE)
    looked.append(house.looked())
    waits = house.trouble
    house.clock.advance(BASE)

    assert [0, None, 0, None] == looked
    assert Trouble("unreachable", 2, 2 * BASE) == waits
    assert 2 == house.looked()
    assert house.trouble is None
    assert [["a", "b"]] * 3 == house.embedder.asked


def test_the_days_money_is_waited_for(house: House) -> None:
    """Until the day is over, not a moment less."""
    house.say("a")
    house.embedder.failures = [ProviderDown(OUT_OF_MONEY, "d", retry_after=5 * HOUR)]
    looked = [house.looked()]
    house.clock.advance(5 * HOUR - BASE)
    looked.append(house.looked())
    house.clock.advance(BASE)

    assert [0, None, 1] == [*looked, house.looked()]


def test_without_a_turn_it_is_looked_for_again(house: House) -> None:
    """That is no trouble."""
    house.say("a")
    house.embedder.failures = [ProviderDown(NO_TURN, "d")]

    assert (0, None, 1) == (house.looked(), house.trouble, house.looked())


def test_one_bad_text_keeps_nobody_back(house: House) -> None:
    """After a failure of all each is tried alone, and the one that fails again comes later and later."""
    house.say("a", "bad", "c")
    refused: list[StepFailed | None] = [TryAgain("bad_vectors", "d"), None, TryAgain("bad_vectors", "d"), None]
    house.embedder.failures = refused
    looked = []
    for _ in range(3):
        looked.append(house.looked())
        house.clock.advance(BASE)
    asked, kept = list(house.embedder.asked), house.has(1, 2, 3)
    house.clock.advance(4 * BASE)

    assert [0, 1, 1] == looked
    assert [["a", "bad", "c"], ["a"], ["bad"], ["c"]] == asked
    assert [True, False, True] == kept
    assert 1 == house.looked()


def test_a_slow_model_gets_one_text_at_a_time(house: House) -> None:
    """A batch may be too much for it."""
    house.say("a", "b")
    house.embedder.failures = [TooSlow("too_slow", "d")]
    house.looked()
    house.clock.advance(BASE)

    assert 2 == house.looked()
    assert [["a", "b"], ["a"], ["b"]] == house.embedder.asked


def test_a_text_that_is_refused_alone_is_told_by_its_beginning(house: House) -> None:
    """It may be too long; what is kept is of the whole text, so that it is not embedded again."""
    text = "long " * 800
    house.say(text)
    house.embedder.failures = [TryAgain("request_refused", "d")]

    assert (1, None) == (house.looked(), house.looked())
    assert [[text], [text[:SHORT]]] == house.embedder.asked


@pytest.mark.parametrize(("text", "reason"), [("short", "request_refused"), ("long " * 800, "bad_vectors")])
def test_nothing_else_is_shortened(house: House, text: str, reason: str) -> None:
    """A short text, or another failure, is what it is."""
    house.say(text)
    house.embedder.failures = [TryAgain(reason, "d")]

    assert (0, [[text]]) == (house.looked(), house.embedder.asked)


def test_a_refused_key_is_tried_hourly_and_by_a_worker_that_starts(house: House) -> None:
    """It may have been given another."""
    house.say("a")
    house.embedder.failures = [Misconfigured("key_refused", "d"), Misconfigured("key_refused", "d")]
    looked = [house.looked()]
    house.clock.advance(HOUR - BASE)
    looked.append(house.looked())
    house.started()
    looked += [house.looked(), house.looked()]
    house.clock.advance(HOUR)

    assert [0, None, 0, None, 1] == [*looked, house.looked()]


def test_an_outage_is_waited_for_by_a_worker_that_starts_too(house: House) -> None:
    """A restart is no reason why the provider should be back."""
    house.say("a")
    house.embedder.failures = [ProviderDown("unreachable", "d")]
    house.looked()
    house.started()

    assert house.looked() is None


class WrongEmbedder(MemoryEmbedder):
    """Breaks its promise."""

    wrong: Sequence[Sequence[float]] = ()

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        super().embed(texts)
        return self.wrong


@pytest.mark.parametrize(
    "wrong",
    [[], [[1.0, 0.0]] * 2, [[1.0, 0.0, 0.0]], [[float("nan"), 1.0]], [[1e9, 0.0]]],
    ids=["none", "two", "wide", "NaN", "huge"],
)
def test_what_is_no_vector_is_not_kept(wrong: Sequence[Sequence[float]]) -> None:
    """And is not asked for again at once: each time would cost money."""
    house = House()
    house.embedder = WrongEmbedder()
    house.embedder.wrong = wrong
    house.started()
    house.say("a")

    assert (0, None) == (house.looked(), house.looked())
    assert ([False], "bad_vectors") == (house.has(1), house.trouble.reason if house.trouble else None)


def test_what_has_no_text_or_was_deleted_is_left_alone(house: House) -> None:
    """Nobody is asked; a vector of an earlier text goes."""
    house.say("a")
    house.looked()
    house.say("", "b")
    house.kept.delete(2)

    assert (0, [False, False]) == (house.looked(), house.has(1, 2))
    assert [["a"]] == house.embedder.asked


def test_a_worker_that_is_to_stop_asks_nobody(house: House) -> None:
    """What is due stays due."""
    house.say("a")
    house.is_stopping = True
    stopped = house.looked()
    house.is_stopping = False

    assert (0, 1) == (stopped, house.looked())


def test_while_the_database_is_away_nothing_is_wanted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked for every few seconds, that would be a line in the log each time."""

    def away() -> bool:
        raise DatabaseDown("away")

    monkeypatch.setattr(house.kept, "is_due", away)

    assert house.looked() is None
