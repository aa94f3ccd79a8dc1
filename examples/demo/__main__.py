"""`python -m examples.demo`: start everything, upload pictures, watch them, show what became of them, stay up.

Exit codes: 0 all pictures decided or stopped by hand, 1 a process died or a picture is still undecided, 2 usage.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import closing
from types import FrameType

from rich.console import Console

from examples.demo.addresses import choose_addresses
from examples.demo.folder import own_folder
from examples.demo.gathering import gather
from examples.demo.live import display
from examples.demo.options import Options, Usage
from examples.demo.outcomes import outcomes_of
from examples.demo.processes import ProcessEnded, Processes
from examples.demo.programs import Surroundings, start_all
from examples.demo.report import invite, report
from examples.demo.status import StatusDoor
from examples.demo.uploading import upload_all
from examples.demo.watching import watch

FINE, PROBLEM, USAGE = 0, 1, 2
LOOK_AFTER_PROCESSES_EVERY = 0.5  # seconds


def main() -> int:
    """The demo from the environment's ONCE, PHOTOS and DEMO_DATA_DIR; returns the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
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
    pictures = gather(options.photos)
    with own_folder(options.data_dir) as folder, closing(Processes(folder)) as processes:
        surroundings = Surroundings(folder, choose_addresses(lambda line: console.print(line, style="yellow")))
        console.print(f"starting the example main API, serve and a worker; their logs are in {folder}")
        start_all(surroundings, processes)
        began = time.monotonic()
        uploads = upload_all(pictures, surroundings.addresses.main_api)
        with closing(StatusDoor(surroundings.addresses.serve, surroundings.media_vm_key)) as door:
            is_settled = watch(uploads, door, display(console), processes.check)
        seconds = time.monotonic() - began
        report(outcomes_of(uploads, surroundings.database_url), seconds, console)
        if options.once:
            return FINE if is_settled else PROBLEM
        invite(surroundings, console)
        while True:
            time.sleep(LOOK_AFTER_PROCESSES_EVERY)
            processes.check()


def _stop(_: int, __: FrameType | None) -> None:
    """The first signal ends the demo; while its processes end, further ones change nothing."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
