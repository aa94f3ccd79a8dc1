"""One child process: its life, and the end of the pipe by which the parent talks to it.

Orders go down pickled, for the parent is to be trusted; answers come up as JSON (`replies.py`).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from typing import Any, Final

from media_vm.errors import NoRoom
from media_vm.imaging.confinement import Confinement, confine, perform
from media_vm.imaging.replies import told, told_failure

_BACKSTOP: Final = timedelta(seconds=5)  # the child's own alarm comes first
_LONGEST_ANSWER: Final = 64_000_000
_STARTED: Final = b"started"
_GOODBYE_SECONDS: Final = 2.0
_REAPING: Final = threading.Lock()
"""multiprocessing learns an exit code by one read of a pipe, and looks for those of all children whenever one is
started: a second reader in another thread would take a crash for exit code 255."""


class Ended(Exception):
    """The child is no more. exit_code: negative for a signal. had_started: it had begun with the task.
    was_late: it was ended at its time limit."""

    def __init__(self, exit_code: int, *, had_started: bool, was_late: bool) -> None:
        super().__init__(exit_code)
        self.exit_code, self.had_started, self.was_late = exit_code, had_started, was_late


class Child:
    """A process that does one task after the other; used by one thread at a time."""

    def __init__(self, context: ForkServerContext, confinement: Confinement) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=live, args=(theirs, confinement), daemon=True)
        with _REAPING:
            self._process.start()
        theirs.close()  # so that its death is the end of the pipe
        self.tasks = 0

    def ask(self, task: Callable[..., Any], args: tuple[Any, ...], limit: timedelta) -> bytes:
        """Have a task done; its answer. Ended."""
        late, had_started = threading.Event(), False
        backstop = threading.Timer((limit + _BACKSTOP).total_seconds(), self._end_late, (late,))
        backstop.daemon = True
        backstop.start()
        self.tasks += 1
        try:
            self._pipe.send((task, args, limit.total_seconds()))
            had_started = self._pipe.recv_bytes(len(_STARTED)) == _STARTED
            return self._pipe.recv_bytes(_LONGEST_ANSWER)
        except (EOFError, OSError):  # it died, or answers without end
            raise Ended(self._exit_code(), had_started=had_started, was_late=late.is_set()) from None
        finally:
            backstop.cancel()

    def say_goodbye(self) -> None:
        """End a child that has nothing to do."""
        self._pipe.close()
        wait([self._process.sentinel], _GOODBYE_SECONDS)
        self.end()

    def end(self) -> None:
        """End it now, whatever it does; whoever waits for its answer learns it."""
        self._process.kill()
        self._reaped()

    def _reaped(self) -> int:
        wait([self._process.sentinel], _GOODBYE_SECONDS)
        with _REAPING:
            code = self._process.exitcode
        return -signal.SIGKILL if code is None else code

    def _end_late(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _exit_code(self) -> int:
        """Of a child whose pipe has ended: it is dying, or has to be helped."""
        if not wait([self._process.sentinel], _GOODBYE_SECONDS):
            self._process.kill()
        self._pipe.close()
        return self._reaped()


def live(pipe: Connection, confinement: Confinement) -> None:
    """What the process does from its first moment to its last."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is the worker's to answer
    confine(confinement)
    while True:
        try:
            task, args, seconds = pipe.recv()
            pipe.send_bytes(_STARTED)
            pipe.send_bytes(_answer(seconds, task, args))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return


def _answer(seconds: float, task: Callable[..., Any], args: tuple[Any, ...]) -> bytes:
    try:
        return told(task, perform(seconds, task, args))
    except MemoryError:
        return told_failure(NoRoom("out_of_memory", "the picture needs more memory than a child may have"))
    except Exception as error:  # ours go up as themselves, all else as a bug
        return told_failure(error)
