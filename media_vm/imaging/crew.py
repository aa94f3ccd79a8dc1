"""The threads of one child: libvips and NumPy let go of the interpreter, so that every core encodes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

MOST_THREADS: Final = 4
"""More encoders of the largest size would not fit into a child's address space; more cores have more children."""

_STACK_BYTES: Final = 8 * 1024 * 1024  # libaom's and libwebp's own expectation of a thread


@contextmanager
def crew() -> Iterator[ThreadPoolExecutor]:
    """As many threads as there are cores to use, ended at the end; what has not begun by then never does."""
    usual = threading.stack_size(_STACK_BYTES)
    threads = ThreadPoolExecutor(min(MOST_THREADS, len(os.sched_getaffinity(0))), "encode")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
        threading.stack_size(usual)
