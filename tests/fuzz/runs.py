"""So many made-up requests, one after the other, until one is answered wrongly: then the smallest such."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from structlog.testing import capture_logs

from tests.fuzz.exchange import Answer, asked, told
from tests.fuzz.made_up import Sent, raw_requests, requests
from tests.fuzz.stage import MISSING, Stage
from tests.fuzz.verdict import faults

BATCH = 200  # examples: hypothesis remembers all that it made; so that it need not for long
_OTHER_ACCEPTS = (b"image/avif,image/webp", b"image/webp", b"*/*")


class Wrong(AssertionError):
    """A request that was answered wrongly, in a form that can be sent again."""


@dataclass
class Tally:
    """What came of the requests of one kind. wrong: the smallest that was answered wrongly, and how."""

    kind: str
    answered: Counter[str] = field(default_factory=Counter)
    wrong: str | None = None

    @property
    def number(self) -> int:
        """How many there were."""
        return sum(self.answered.values())

    def count(self, answer: Answer) -> None:
        """One more."""
        slug = answer.body.partition(b"/problems/")[2].partition(b'"')[0].decode("latin-1")
        self.answered[f"{answer.status} {slug}".strip() if answer.status else "closed without an answer"] += 1


def over_asgi(stage: Stage, number: int, first_seed: int) -> Iterator[Tally]:
    """Into the application; yields the tally after each batch, and ends with the first that found something."""
    tally = Tally("made up, to the application")
    # One loop for all, as in a process: what the app remembers belongs to it.
    with asyncio.Runner() as runner:

        def try_one(sent: Sent) -> None:
            with capture_logs() as lines:
                answer = runner.run(asked(stage.sites[sent.site], sent))
            tally.count(answer)
            found = faults(answer, sent.raw, stage.secrets)
            found += [f"logged: {line}" for line in lines if line["log_level"] == "error"]
            found += _of_missing(sent, answer)
            if answer.status == 200 and "accept" not in (answer.header("vary") or "").lower():
                found += runner.run(_varies(stage, sent, answer))
            if found:
                raise Wrong(f"{'; '.join(found)}\nsite {sent.site}, as bytes: {sent.raw!r}\nanswer: {answer}")

        yield from _in_batches(tally, requests(stage.tags), try_one, number, first_seed, stage.mend)


def over_sockets(stage: Stage, number: int, first_seed: int) -> Iterator[Tally]:
    """To a process of serve."""
    tally = Tally("made up, as bytes to serve")

    def try_one(request: bytes) -> None:
        answer = told(stage.port, request)
        tally.count(answer)
        if found := faults(answer, request, stage.secrets, by_socket=True):
            raise Wrong(f"{'; '.join(found)}\nas bytes: {request!r}\nanswer: {answer}")

    yield from _in_batches(tally, raw_requests(stage.tags), try_one, number, first_seed, stage.mend)


def _in_batches(
    tally: Tally,
    strategy: SearchStrategy[list[Any]],
    try_one: Callable[[Any], None],
    number: int,
    first_seed: int,
    mend: Callable[[], None],
) -> Iterator[Tally]:
    found: list[Exception] = []

    def try_some(some: list[Any]) -> None:
        for one in some:
            if tally.number < number or found:  # what was found is made smaller, however many that takes
                try:
                    try_one(one)
                except Exception as error:
                    found.append(error)
                    raise

    for batch in count(first_seed * 1_000_000):
        if tally.number >= number or tally.wrong:
            return
        mend()
        most = min(BATCH, number - tally.number)
        tally.wrong = _smallest_wrong(strategy, try_some, most, batch)
        yield tally


def _smallest_wrong(
    strategy: SearchStrategy[list[Any]], try_some: Callable[[list[Any]], None], most: int, its_seed: int
) -> str | None:
    usual = settings(
        max_examples=most,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    try:
        seed(its_seed)(usual(given(strategy)(try_some)))()
    except Exception as error:  # whatever the app let out is as wrong as a wrong answer
        notes = "\n".join(getattr(error, "__notes__", ()))
        return f"{error if isinstance(error, Wrong) else repr(error)}\n{notes}".strip()
    return None


def _of_missing(sent: Sent, answer: Answer) -> Sequence[str]:
    """503 is for the picture whose files are gone, and for nothing else here."""
    path = sent.target.partition(b"?")[0]
    is_about_it = str(MISSING).encode() in path or b"%" in path
    return [] if answer.status != 503 or is_about_it else ["503 with everything there"]


async def _varies(stage: Stage, sent: Sent, answer: Answer) -> list[str]:
    """An answer that does not say that it hangs on `Accept` must not."""
    others = [header for header in sent.headers if header[0] != b"accept"]
    for accept in _OTHER_ACCEPTS:
        other = replace(sent, headers=(*others, (b"accept", accept)))
        again = await asked(stage.sites[sent.site], other)
        if again.status == 200 and again.header("content-type") != answer.header("content-type"):
            return [f"as {again.header('content-type')} for {accept!r}, and without Vary: Accept"]
    return []
