"""What upkeep does about AI, beside its other jobs (`upkeep.py`).

embeddings   every few seconds   texts that are due are made into vectors
answers      daily               answers that nobody used for a year are forgotten
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from media_vm.ai_ports import Answers
from media_vm.embedding import Embeds
from media_vm.upkeep_ports import Job

log = structlog.get_logger()

LOOK_FOR_TEXTS_EVERY = timedelta(seconds=5)
# An answer is some kilobytes, and is worth a cent to whoever uploads the same picture once more.
ANSWERS_ARE_KEPT = timedelta(days=365)


def ai_jobs(answers: Answers, now: Callable[[], datetime], embeds: Embeds | None) -> Sequence[Job]:
    """The timetable's part. now: the database's time. embeds: None where nobody is set up."""
    forget = Job("answers", timedelta(days=1), partial(forget_answers, answers, now))
    if embeds is None:
        return (forget,)
    return Job("embeddings", LOOK_FOR_TEXTS_EVERY, embeds.run, embeds.is_wanted), forget


def forget_answers(answers: Answers, now: Callable[[], datetime]) -> int:
    """Drop what was last used a year ago; returns how many."""
    forgotten = answers.forget_before(now() - ANSWERS_ARE_KEPT)
    if forgotten:
        log.info("answers_forgotten", number=forgotten)
    return forgotten
