"""The bar on a terminal's last line."""

from __future__ import annotations

import io

from media_vm.progress_bar import ERASE, ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is() -> None:
    """Each time over what stood there; more than all of it is all of it."""
    terminal = Terminal()
    bar = ProgressBar(terminal, 4)
    bar.show(1)
    bar.hide()
    bar.show(5)

    assert [
        "",
        "[########                      ] 1/4  25%",
        "",
        "[##############################] 5/4 100%",
    ] == terminal.getvalue().split(ERASE)


def test_nobody_else_sees_a_bar() -> None:
    """Cron mails what it prints; nor is there one where there is nothing to do."""
    for stream, total in ((io.StringIO(), 4), (Terminal(), 0)):
        bar = ProgressBar(stream, total)
        bar.show(1)
        bar.hide()
        assert "" == stream.getvalue()
