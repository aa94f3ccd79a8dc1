"""What upkeep does about AI."""

from __future__ import annotations

from datetime import timedelta

from media_vm.ai_ports import Question
from media_vm.embedding import Embeds
from media_vm.rules.findings import Provider, Told
from media_vm.testing import memory_parts
from media_vm.testing.answers import MemoryAnswers
from media_vm.testing.embeddings import MemoryEmbedder, MemoryEmbeddings
from media_vm.upkeep_ai import ANSWERS_ARE_KEPT, LOOK_FOR_TEXTS_EVERY, ai_jobs

ASKED = Question("a1" * 32, Provider.OPENAI, "gpt-x", "art-1", "c0" * 32)
TOLD = Told(Provider.OPENAI, "gpt-x", "art-1")
DAY = timedelta(days=1)


def test_answers_of_a_year_ago_are_forgotten_daily() -> None:
    """Counted from when they were last used."""
    parts = memory_parts()
    answers = MemoryAnswers(parts.clock)
    answers.put(ASKED, TOLD)
    [job] = ai_jobs(answers, parts.world.store.now, None)
    parts.clock.advance(ANSWERS_ARE_KEPT)
    forgotten = [job.run()]
    parts.clock.advance(timedelta(seconds=1))
    forgotten.append(job.run())

    assert ("answers", DAY, True) == (job.name, job.every, job.is_wanted())
    assert ([0, 1], None) == (forgotten, answers.get(ASKED))


def test_texts_are_looked_for_every_few_seconds() -> None:
    """And the turn is taken only if there is one to embed."""
    parts = memory_parts()
    kept, embedder = MemoryEmbeddings(parts.clock), MemoryEmbedder()
    store = parts.world.store
    embeds = Embeds(embedder, kept, store, store.now, lambda _: False, timedelta(seconds=30))
    texts, _ = ai_jobs(MemoryAnswers(parts.clock), store.now, embeds)
    texts.run()
    before = texts.is_wanted()
    kept.say(1, "boats")

    assert ("embeddings", LOOK_FOR_TEXTS_EVERY) == (texts.name, texts.every)
    assert (False, True) == (before, texts.is_wanted())
    assert (1, [["boats"]]) == (texts.run(), embedder.asked)
