"""Progress as it happens: a table that is drawn anew on a terminal, a line for every change elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from examples.demo.status import Status
from examples.demo.uploading import Upload

Show = Callable[[Mapping[Upload, Status]], None]
Display = AbstractContextManager[Show]
COLOURS = {"completed": "green", "failed": "red"}


def display(console: Console) -> Display:
    """How this console shows progress."""
    return _drawn(console) if console.is_terminal else _told(console)


@contextmanager
def _drawn(console: Console) -> Iterator[Show]:
    with Live(console=console, auto_refresh=False, vertical_overflow="ellipsis") as live:
        yield lambda board: live.update(_table(board), refresh=True)


@contextmanager
def _told(console: Console) -> Iterator[Show]:
    told: dict[Upload, str] = {}

    def show(board: Mapping[Upload, Status]) -> None:
        for upload, status in board.items():
            if told.get(upload) != status.sentence:
                told[upload] = status.sentence
                far = "" if status.percent is None else f"{status.percent} % "
                console.print(Text(f"{upload.picture.label}: {far}{status.sentence}"), soft_wrap=True)

    yield show


def _table(board: Mapping[Upload, Status]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for upload, status in board.items():
        bar = "" if status.percent is None else ProgressBar(total=100, completed=status.percent, width=16)
        grid.add_row(Text(upload.picture.label), bar, Text(status.sentence, COLOURS.get(status.status, "")))
    return grid
