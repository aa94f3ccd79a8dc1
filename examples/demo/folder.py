"""The demo's own folder: locked while it runs, emptied at each start, and never somebody else's."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from examples.demo.options import Usage

LOCK = "demo.lock"


@contextmanager
def own_folder(folder: Path) -> Iterator[Path]:
    """The emptied folder, ours until the block ends. Usage: another demo runs in it, or it is no demo's."""
    lock = folder / LOCK
    if folder.exists() and not lock.exists() and any(folder.iterdir()):
        raise Usage(f"{folder} was not made by the demo, which would empty it: choose another DEMO_DATA_DIR")
    folder.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Usage(f"another demo is running in {folder}: stop it, or choose another DEMO_DATA_DIR") from None
        _empty(folder, lock)
        yield folder


def _empty(folder: Path, lock: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry != lock:
            entry.unlink()
