"""A bar on a terminal's last line, out of the way of what is printed above it."""

from __future__ import annotations

from typing import TextIO

WIDTH = 30
ERASE = "\r\x1b[K"


class ProgressBar:
    """Nothing at all where the stream is no terminal. total: what `done` will be at the end."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream = stream
        self._total = total
        self._is_shown = stream.isatty() and total > 0

    def show(self, done: int) -> None:
        """So far; more than the total counts as all of it."""
        if self._is_shown:
            part = min(1.0, done / self._total)
            bar = "#" * round(WIDTH * part)
            self._stream.write(f"{ERASE}[{bar:<{WIDTH}}] {done}/{self._total} {part:4.0%}")
            self._stream.flush()

    def hide(self) -> None:
        """Before anything else is printed."""
        if self._is_shown:
            self._stream.write(ERASE)
            self._stream.flush()
