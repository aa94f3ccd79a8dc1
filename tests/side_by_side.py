"""The same work in several processes at the same moment."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 600.0  # as long as a figure takes on a busy machine

Ready = Callable[[], object]
Work = Callable[[int, Ready], T]


def side_by_side(work: Work[T], processes: int) -> list[T]:
    """What `work(number, ready)` returned in each; it calls `ready` when it is prepared, to wait for the others.
    AssertionError with the traceback of one that broke, queue.Empty if one takes too long.

    They are forked, so that eight do not import eight times, and from a process that runs no thread yet: a fork
    would copy its locks.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as clean:
        return clean.submit(_forked, work, processes).result()


def _forked(work: Work[T], processes: int) -> list[T]:
    context = get_context("fork")
    start, told = context.Barrier(processes, timeout=PATIENCE_SECONDS), context.Queue()

    def run(number: int) -> None:
        try:
            told.put([work(number, start.wait)])
        except Exception:
            told.put(traceback.format_exc())
            start.abort()

    running = [context.Process(target=run, args=(number,), daemon=True) for number in range(processes)]
    for process in running:
        process.start()
    results: list[T] = []
    for _ in running:
        one = told.get(timeout=PATIENCE_SECONDS)
        assert isinstance(one, list), one
        results += one
    for process in running:
        process.join()
    return results
