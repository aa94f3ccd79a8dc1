"""Child processes that may crash, hang or starve while the worker goes on: one slot, one child, one task."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import forkserver
from queue import SimpleQueue
from typing import Any, Final, TypeVar, TypeVarTuple, cast

from media_vm.errors import ChildDied, TryAgain
from media_vm.imaging.child import Child, Ended
from media_vm.imaging.confinement import Confinement
from media_vm.imaging.replies import heard

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

TASKS_A_CHILD: Final = 100
"""A long-running libvips fragments its heap (libvips' developer checklist), so children are renewed."""

_CRASHES: Final = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE})
_OVERTIME: Final = frozenset({signal.SIGALRM, signal.SIGXCPU})
_STOPPED: Final = frozenset({signal.SIGTERM, signal.SIGINT})
_KEPT_VARIABLES: Final = ("PATH", "LANG", "LC_", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHON", "COVERAGE_")


class ChildPool:
    """`slots` child processes. They know no secret: their environment is bare from the start."""

    def __init__(
        self, slots: int, confinement: Confinement | None = None, *, tasks_a_child: int | None = None
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["__main__", "media_vm.imaging.child", "media_vm.imaging.tasks"])
        with _bare_environment():
            forkserver.ensure_running()
        self._slots = [
            _Slot(context, confinement or Confinement(), tasks_a_child or TASKS_A_CHILD) for _ in range(slots)
        ]
        self._free: SimpleQueue[_Slot] = SimpleQueue()
        for slot in self._slots:
            self._free.put(slot)

    def run(self, task: Callable[[*Ts], T], *args: *Ts, limit: timedelta) -> T:
        """Wait for a free child, run a picklable task in it, and return or raise what it did.

        Its annotation says what it returns: anything that pydantic can write as JSON. It may raise what
        `errors.py` names; TaskBroke is any other exception. ChildDied when the child crashed or took longer than
        `limit` (waiting not counted), NoRoom when it ran out of memory, TryAgain when it was told to stop twice.
        """
        slot = self._free.get()
        try:
            answer = slot.run(task, args, limit)
        finally:
            self._free.put(slot)
        return cast("T", heard(task, answer))

    def close(self) -> None:
        """End every child now; tasks that still run are lost."""
        for slot in self._slots:
            slot.close()


class _Slot:
    """One child at a time, replaced when it died or has done its share."""

    def __init__(
        self,
        context: multiprocessing.context.ForkServerContext,
        confinement: Confinement,
        tasks_a_child: int,
    ) -> None:
        self._context = context
        self._confinement = confinement
        self._tasks_a_child = tasks_a_child
        self._child: Child | None = None
        self._busy, self._closed = threading.Lock(), False

    def run(self, task: Callable[..., Any], args: tuple[Any, ...], limit: timedelta) -> bytes:
        with self._busy:
            for _ in range(2):
                if self._closed:
                    break
                try:
                    return self._current().ask(task, args, limit)
                except Ended as end:
                    self._child = None
                    if not self._closed and (death := _explained(end)) is not None:
                        raise death from None
        raise TryAgain("child_stopped", "the picture process was told to stop")

    def close(self) -> None:
        self._closed = True
        child = self._child
        if self._busy.acquire(blocking=False):
            if child is not None:
                child.say_goodbye()
            self._child = None
            self._busy.release()
        elif child is not None:
            child.end()

    def _current(self) -> Child:
        if self._child is not None and self._child.tasks >= self._tasks_a_child:
            self._child.say_goodbye()
            self._child = None
        if self._child is None:
            self._child = Child(self._context, self._confinement)
        return self._child


def _explained(end: Ended) -> ChildDied | None:
    """What the end of a child means for its task; None if it was no fault of the task."""
    code = end.exit_code
    if end.was_late or -code in _OVERTIME:
        return _overtime()
    if not end.had_started or -code in _STOPPED:
        return None
    if code >= 0:
        return ChildDied(f"exited_{code}", "the picture process ended by itself", crash_signal=False)
    name = signal.Signals(-code).name
    return ChildDied(
        f"killed_by_{name}", f"the picture process was ended by {name}", crash_signal=-code in _CRASHES
    )


def _overtime() -> ChildDied:
    return ChildDied("time_limit", "the picture process was ended at its time limit", crash_signal=False)


@contextmanager
def _bare_environment() -> Iterator[None]:
    """Only what an interpreter needs, while the fork server starts: nobody leaks a secret they never had."""
    whole = dict(os.environ)
    bare = {name: value for name, value in whole.items() if name.startswith(_KEPT_VARIABLES)}
    os.environ.clear()
    os.environ.update(bare, OPENBLAS_NUM_THREADS="1")  # a thread in the fork server would not survive a fork
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(whole)
