"""Serve's `/metrics`, told by the parent of its processes: each of those counts into files of its own, in a folder
that only this serve has, and the parent adds them up when it is asked.

prometheus_client looks at its variable once, when it is imported: nothing here may import it before that is set.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import structlog

from media_vm.settings import Settings
from serve.folding import fold, make_room
from serve.tally import Tally

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's
PREFIX = "media-vm-serve-"
LOCK = "lock"
KINDS = ("counter", "histogram")  # of metrics; each has a file of its own in every process
log = structlog.get_logger()

# A process that is forked while a thread of its parent holds a lock finds that lock held for ever: so nobody is
# forked in the middle of an answer.
_answering = threading.Lock()
os.register_at_fork(
    before=_answering.acquire, after_in_parent=_answering.release, after_in_child=_answering.release
)


@contextmanager
def metrics_of(settings: Settings) -> Iterator[None]:
    """Counted in processes that begin within the block, and told until its end. Never a reason to stop."""
    with ExitStack() as until_the_end:
        try:
            folder = until_the_end.enter_context(_folder())
        except OSError as error:
            log.error("metrics_not_exposed", of="serve", detail=error.strerror)
        else:
            until_the_end.enter_context(_told(settings, folder))
        yield


def tally_of_this_process() -> Tally:
    """What one of the processes counts with. Without room for its files it serves on uncounted."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        return Tally()
    try:
        for kind in KINDS:
            make_room(Path(folder) / f"{kind}_{os.getpid()}.db")
    except OSError as error:
        log.error("requests_not_counted", detail=error.strerror)
        return Tally()
    from serve.counters import Counters

    return Tally(Counters())


@contextmanager
def _folder() -> Iterator[Path]:
    """An empty folder, locked as long as this process lives; those of processes that are gone are removed."""
    for one in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        _remove_left_behind(one)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = os.open(folder / "lock_to_be", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / "lock_to_be").rename(folder / LOCK)  # whoever sees it sees it held
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _remove_left_behind(lock: Path) -> None:
    """The folder of a serve that was killed, for nobody holds its lock; somebody else's is left alone."""
    try:
        held = os.open(lock, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(lock.parent, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(held)


@contextmanager
def _told(settings: Settings, folder: Path) -> Iterator[None]:
    os.environ[FOLDER_VARIABLE] = str(folder)
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    from media_vm.adapters.exposition import BuildInfo, Shown, exposed, metrics_page

    registry = CollectorRegistry()
    registry.register(MultiProcessCollector(None, str(folder)))  # type: ignore[no-untyped-call]
    registry.register(BuildInfo("serve"))
    page = metrics_page(registry)

    def alone(accept: str) -> Shown:
        with _answering:
            fold(folder, KINDS)
            return page(accept)

    try:
        with exposed("serve", settings.metrics_bind, {"/metrics": alone}):
            yield
    finally:
        del os.environ[FOLDER_VARIABLE]
