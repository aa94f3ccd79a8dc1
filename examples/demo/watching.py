"""Watches the uploads until each is decided, or patience ends."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from examples.demo.live import Display
from examples.demo.status import Status, StatusDoor
from examples.demo.uploading import Upload

LOOK_EVERY = 0.3  # seconds
ASKED_AT_ONCE = 20  # of a large folder only some at each look: the cores are for the pictures
PATIENCE_SECONDS, PATIENCE_SECONDS_A_PICTURE = 60, 15


def watch(uploads: Sequence[Upload], door: StatusDoor, display: Display, check: Callable[[], None]) -> bool:
    """Show every change; returns whether all are decided. check: raises if a process died."""
    board = {upload: Status() for upload in uploads if upload.pending_id is not None}
    undecided = deque(board)
    until = time.monotonic() + PATIENCE_SECONDS + PATIENCE_SECONDS_A_PICTURE * len(board)
    with display as show:
        while undecided and time.monotonic() < until:
            check()
            time.sleep(LOOK_EVERY)
            _look(undecided, board, door)
            show(board)
    return not undecided


def _look(undecided: deque[Upload], board: dict[Upload, Status], door: StatusDoor) -> None:
    """Ask for the next few; who is still undecided queues up again."""
    for _ in range(min(ASKED_AT_ONCE, len(undecided))):
        upload = undecided.popleft()
        assert upload.pending_id is not None
        board[upload] = door.ask(upload.pending_id)
        if not board[upload].is_decided:
            undecided.append(upload)
