"""The threads of one child: libvips and NumPy let go of the interpreter, so that every core encodes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

K = TypeVar("K")
T = TypeVar("T")

MOST_THREADS: Final = 4
"""More encoders of the largest size would not fit into a child's address space.

Every child has as many, whoever else is at work: a picture that is alone is done sooner, and many at once take
turns on the cores, each in memory of its own (docs/operator.md says how much).
"""

_STACK_BYTES: Final = 8 * 1024 * 1024  # libaom's and libwebp's own expectation of a thread


_LEISURELY: Final = 15
"""Niceness of threads whose work can wait; on Linux each thread has its own."""


@contextmanager
def crew(*, is_at_leisure: bool = False) -> Iterator[ThreadPoolExecutor]:
    """As many threads as there are cores to use, ended at the end; what has not begun by then never does.

    is_at_leisure: whatever else is to be done on this machine goes first.
    """
    usual = threading.stack_size(_STACK_BYTES)
    count = min(MOST_THREADS, len(os.sched_getaffinity(0)))
    threads = ThreadPoolExecutor(count, "encode", os.nice, (_LEISURELY if is_at_leisure else 0,))
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
        threading.stack_size(usual)


def in_parallel(work: Mapping[K, Callable[[], T]], threads: Executor) -> dict[K, T]:
    """Everything begun in this order, by all threads; the first error is raised."""
    begun = {key: threads.submit(call) for key, call in work.items()}
    return {key: future.result() for key, future in begun.items()}
