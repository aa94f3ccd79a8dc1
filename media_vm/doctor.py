"""`media-vm doctor`: every check at once, each with a time limit of its own, so that none holds up another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from queue import Empty, Queue
from threading import Thread
from typing import Protocol

from media_vm.errors import DatabaseDown, NotMigrated, StepFailed, WrongUse
from media_vm.rules.checkup import Line, problem


class Check(Protocol):
    """One thing that is looked at. area: its name for `--only`. limit: how long it is waited for."""

    @property
    def area(self) -> str:
        """As `database`."""

    @property
    def limit(self) -> timedelta:
        """From the start of all of them."""

    def lines(self) -> Sequence[Line]:
        """What was found. Whatever it raises becomes a line as well."""


def examine(checks: Sequence[Check]) -> Iterator[Line]:
    """Their lines in their order; one that is not done in time is given up, and goes on by itself."""
    began = time.monotonic()
    queues = [_started(one) for one in checks]
    for check, queue in zip(checks, queues, strict=True):
        left = began + check.limit.total_seconds() - time.monotonic()
        try:
            yield from queue.get(timeout=max(0.01, left))
        except Empty:
            seen = f"no answer within {check.limit.total_seconds():.0f} s"
            yield problem(
                check.area, seen, "something hangs there: look at it by itself (`--only`), and at the load"
            )


def _started(check: Check) -> Queue[Sequence[Line]]:
    found: Queue[Sequence[Line]] = Queue()
    Thread(target=lambda: found.put(_found(check)), name=f"doctor-{check.area}", daemon=True).start()
    return found


def _found(check: Check) -> Sequence[Line]:
    """Foreign exceptions are named, never quoted: their texts hold URLs and keys."""
    try:
        return list(check.lines())
    except StepFailed as failure:
        return [problem(check.area, failure.detail, "see docs/operator.md, `media-vm doctor`")]
    except (DatabaseDown, NotMigrated, WrongUse) as error:
        return [_as_told(check.area, str(error))]
    except Exception as error:
        why = f"the check itself broke ({type(error).__name__})"
        return [problem(check.area, why, "please report it: this is a bug of media VM")]


def _as_told(area: str, sentence: str) -> Line:
    """Our own errors say what is wrong, and after their last colon what to do."""
    seen, _, remedy = sentence.rpartition(": ")
    return problem(area, seen or sentence, remedy if seen else "see docs/operator.md, `media-vm doctor`")
