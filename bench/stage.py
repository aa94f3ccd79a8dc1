"""The real thing on the loopback: example main API, serve and workers, as `make run` starts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.comparison import NotMeasured
from examples.demo.addresses import choose_addresses
from examples.demo.gathering import Picture
from examples.demo.processes import Processes
from examples.demo.programs import Surroundings, wait_for
from examples.demo.uploading import upload_all

ONE_PROCESS = {"MEDIA_VM_CPU_SLOTS": "1"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A running example main API and one process of serve, on a SQLite database of their own."""

    surroundings: Surroundings
    processes: Processes

    def upload(self, pictures: Sequence[Picture]) -> list[int]:
        """Upload all; returns the pending image ids. NotMeasured if the main API refuses one."""
        uploads = upload_all(pictures, self.surroundings.addresses.main_api)
        for one in uploads:
            if one.pending_id is None:
                raise NotMeasured(f"{one.picture.name}: {one.refusal}")
        return [one.pending_id for one in uploads if one.pending_id is not None]

    def work(self, settings: Mapping[str, str]) -> None:
        """A worker with these settings, until nothing is left to do. ProcessEnded if it fails."""
        worker = self.surroundings.program("worker", "worker", "--once")
        self.processes.run(replace(worker, variables={**worker.variables, **settings}))


@contextmanager
def set_stage(folder: Path) -> Iterator[Stage]:
    """Everything started; everything ended at the end. ProcessEnded."""
    folder.mkdir()
    surroundings = Surroundings(folder, choose_addresses(lambda _: None), ONE_PROCESS)
    with closing(Processes(folder)) as processes:
        processes.run(surroundings.program("migrate", "migrate"))
        processes.start(surroundings.example())
        processes.start(surroundings.program("serve", "serve"))
        wait_for(f"{surroundings.addresses.main_api}/upload", processes)
        wait_for(f"{surroundings.addresses.serve}/readyz", processes)
        yield Stage(surroundings, processes)
