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
PATIENCE_SECONDS_FOR_ABSENT = 20


def watch(
    uploads: Sequence[Upload],
    door: StatusDoor,
    display: Display,
    check: Callable[[], None],
    say: Callable[[str], None],
) -> bool:
    """Show every change; returns whether all are decided. check: raises if a process died."""
    board = {upload: Status() for upload in uploads if upload.pending_id is not None}
    undecided = deque(board)
    until = time.monotonic() + PATIENCE_SECONDS + PATIENCE_SECONDS_A_PICTURE * len(board)
    has_explained = False
    with display as show:
        while undecided and time.monotonic() < until:
            check()
            time.sleep(LOOK_EVERY)
            _look(undecided, board, door)
            show(board)
            absent = [board[upload] for upload in undecided if board[upload].is_absent]
            if absent and len(absent) == len(undecided) and not has_explained:
                has_explained = True
                until = min(until, time.monotonic() + PATIENCE_SECONDS_FOR_ABSENT)
                say(f"{absent[0].error}; such a file is given up only while others arrive")
    return not undecided


def _look(undecided: deque[Upload], board: dict[Upload, Status], door: StatusDoor) -> None:
    """Ask for the next few; who is still undecided queues up again."""
    for _ in range(min(ASKED_AT_ONCE, len(undecided))):
        upload = undecided.popleft()
        assert upload.pending_id is not None
        board[upload] = door.ask(upload.pending_id)
        if not board[upload].is_decided:
            undecided.append(upload)
