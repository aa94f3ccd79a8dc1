"""Child processes that may crash, hang or starve while the worker goes on: one slot, one child, one task."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import forkserver
from queue import SimpleQueue
from typing import Final, TypeVar, TypeVarTuple

from pebble import ProcessExpired, ProcessPool

from media_vm.errors import ChildDied, NoRoom, TryAgain
from media_vm.imaging.confinement import Confinement, confine, perform

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

TASKS_A_CHILD: Final = 100
"""A long-running libvips fragments its heap (libvips' developer checklist), so children are renewed."""

_BACKSTOP: Final = timedelta(seconds=5)  # the child's own alarm comes first
_CRASHES: Final = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE})
_OVERTIME: Final = frozenset({signal.SIGALRM, signal.SIGXCPU})
_STOPPED: Final = frozenset({signal.SIGTERM, signal.SIGINT})
_KEPT_VARIABLES: Final = ("PATH", "LANG", "LC_", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHON", "COVERAGE_")


class _ChildLost(Exception):
    """The child ended for a reason that is no fault of its task."""


class ChildPool:
    """`slots` child processes. They know no secret: their environment is bare from the start."""

    def __init__(self, slots: int, confinement: Confinement | None = None) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["__main__", "media_vm.imaging.tasks"])
        with _bare_environment():
            forkserver.ensure_running()
        self._slots = [_Slot(self._context, confinement or Confinement()) for _ in range(slots)]
        self._free: SimpleQueue[_Slot] = SimpleQueue()
        for slot in self._slots:
            self._free.put(slot)

    def run(self, task: Callable[[*Ts], T], *args: *Ts, limit: timedelta) -> T:
        """Wait for a free child, run a picklable task in it, and return or raise what it did.

        ChildDied when it crashed or took longer than `limit` (waiting not counted), NoRoom when it ran out of
        memory, TryAgain when it was told to stop twice.
        """
        slot = self._free.get()
        try:
            return slot.run(perform, limit.total_seconds(), task, args, limit=limit)
        finally:
            self._free.put(slot)

    def close(self) -> None:
        """End every child now; tasks that still run are lost."""
        for slot in self._slots:
            slot.stop()


class _Slot:
    """A Pebble pool of one, so that a broken pool concerns exactly one task."""

    def __init__(self, context: multiprocessing.context.ForkServerContext, confinement: Confinement) -> None:
        self._context = context
        self._confinement = confinement
        self._pool = self._new_pool()

    def run(self, call: Callable[[*Ts], T], *args: *Ts, limit: timedelta) -> T:
        for _ in range(2):
            try:
                return self._attempt(call, args, limit)
            except _ChildLost:
                self.stop()
                self._pool = self._new_pool()
        raise TryAgain("child_stopped", "the picture process was told to stop")

    def stop(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # Pebble annotates in part
        self._pool.join()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=1,
            max_tasks=TASKS_A_CHILD,
            initializer=confine,
            initargs=(self._confinement,),
            context=self._context,
        )

    def _attempt(self, call: Callable[[*Ts], T], args: tuple[*Ts], limit: timedelta) -> T:
        try:
            future = self._pool.schedule(call, args=args, timeout=(limit + _BACKSTOP).total_seconds())
        except RuntimeError:  # Pebble gives up on a pool whose idle child was killed
            raise _ChildLost from None
        while not wait([future], timeout=1).done:
            if not self._pool.active:  # it broke between scheduling and sending: nobody will answer
                raise _ChildLost
        try:
            return future.result()
        except BrokenProcessPool:
            raise _ChildLost from None
        except ProcessExpired as death:
            raise _explained(death.exitcode) from None
        except MemoryError:
            raise NoRoom("out_of_memory", "the picture needs more memory than a child may have") from None
        except TimeoutError:
            raise _overtime() from None


def _explained(exit_code: int) -> Exception:
    """What the end of a child means for its task. Pebble's handler turns SIGTERM into exit code 15."""
    if exit_code == signal.SIGTERM or -exit_code in _STOPPED:
        return _ChildLost()
    if -exit_code in _OVERTIME:
        return _overtime()
    if exit_code >= 0:
        return ChildDied(f"exited_{exit_code}", "the picture process ended by itself", crash_signal=False)
    name = signal.Signals(-exit_code).name
    return ChildDied(
        f"killed_by_{name}", f"the picture process was ended by {name}", crash_signal=-exit_code in _CRASHES
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
