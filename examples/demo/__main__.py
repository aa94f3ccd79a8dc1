"""`python -m examples.demo`: start everything, upload pictures, watch them, show what became of them, stay up.

Exit codes: 0 all pictures decided or stopped by hand, 1 a process died or a picture is still undecided, 2 usage.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from types import FrameType

from rich.console import Console
from rich.text import Text

from examples.demo.addresses import choose_addresses
from examples.demo.folder import own_folder
from examples.demo.gathering import Picture, gather
from examples.demo.live import display
from examples.demo.options import Options, Usage
from examples.demo.outcomes import outcomes_of
from examples.demo.processes import ProcessEnded, Processes
from examples.demo.programs import Surroundings, start_all
from examples.demo.report import invite, look_back, report
from examples.demo.status import StatusDoor
from examples.demo.uploading import upload_all
from examples.demo.watching import watch

FINE, PROBLEM, USAGE = 0, 1, 2
LOOK_AFTER_PROCESSES_EVERY = 0.5  # seconds


def main() -> int:
    """The demo from the environment's ONCE, PHOTOS and DEMO_DATA_DIR; returns the exit code."""
    # Not a terminal: plain lines, wide enough that no table is cut.
    is_terminal = sys.stdout.isatty()
    console = Console(force_terminal=is_terminal, width=None if is_terminal else 160, highlight=False)
    try:
        return demonstrate(Options.from_environment(os.environ), console)
    except Usage as error:
        print(f"demo: {error}", file=sys.stderr)
        return USAGE
    except ProcessEnded as error:
        print(f"demo: {error}", file=sys.stderr)
        return PROBLEM
    except KeyboardInterrupt:
        console.print("stopped")
        return FINE


def demonstrate(options: Options, console: Console) -> int:
    """The whole demo; Usage, ProcessEnded."""

    def say(line: str) -> None:
        console.print(Text(line, "yellow"), soft_wrap=True)

    pictures = gather(options.photos, say)
    with own_folder(options.data_dir) as folder, closing(Processes(folder)) as processes:
        _end_on_signals(processes)
        surroundings = Surroundings(folder, choose_addresses(say))
        console.print(f"starting the example main API, serve and a worker; their logs are in {folder}")
        start_all(surroundings, processes)
        try:
            is_settled = work_off(pictures, surroundings, processes, console, say)
        except KeyboardInterrupt:
            say("finishing the steps under way; Ctrl-C again ends at once")
            raise
        if options.once:
            look_back(surroundings, console)
            return FINE if is_settled else PROBLEM
        invite(surroundings, console)
        while True:
            time.sleep(LOOK_AFTER_PROCESSES_EVERY)
            processes.check()


def work_off(
    pictures: Sequence[Picture],
    surroundings: Surroundings,
    processes: Processes,
    console: Console,
    say: Callable[[str], None],
) -> bool:
    """Upload, watch and report; returns whether all pictures are decided. ProcessEnded."""
    began = time.monotonic()
    uploads = upload_all(pictures, surroundings.addresses.main_api)
    with closing(StatusDoor(surroundings.addresses.serve, surroundings.media_vm_key)) as door:
        is_settled = watch(uploads, door, display(console), processes.check, say)
    seconds = time.monotonic() - began
    report(outcomes_of(uploads, surroundings.database_url), seconds, console)
    return is_settled


def _end_on_signals(processes: Processes) -> None:
    """A first signal ends the demo, a second one the wait for its processes; further ones change nothing."""

    def hurry(_: int, __: FrameType | None) -> None:
        processes.hurry()

    def stop(_: int, __: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, hurry)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


if __name__ == "__main__":
    sys.exit(main())
