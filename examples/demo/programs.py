"""The programs of one demo and the environment of each: nothing of the reader's own leaks in, no key is shared."""

from __future__ import annotations

import os
import secrets
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from examples.demo.addresses import HOST, Addresses
from examples.demo.processes import ProcessEnded, Processes, Program

# What a Python program needs of the machine; a DATABASE_URL or an OPENAI_API_KEY of the reader's is none of it.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
# A hostile file is only condemned after a second look, and an absent one after a day: here within seconds.
# And a demo is done when its pictures are.
HASTE = {
    "MEDIA_VM_FEATURES": "background_removal",
    "MEDIA_VM_CONFIRM_SECONDS": "2",
    "MEDIA_VM_GIVE_UP_SECONDS": "5",
    "MEDIA_VM_BACKOFF_SECONDS": "1",
}
START_SECONDS = 60
LOOK_EVERY = 0.1  # seconds


@dataclass(frozen=True)
class Surroundings:
    """Where one demo lives and the keys it made for itself. settings: media VM's, besides these. database,
    main_api_database: URLs, where a SQLite file in the folder is not wanted."""

    folder: Path
    addresses: Addresses
    settings: Mapping[str, str] = field(default_factory=lambda: HASTE)
    main_api_key: str = field(default_factory=secrets.token_urlsafe, repr=False)
    media_vm_key: str = field(default_factory=secrets.token_urlsafe, repr=False)
    database: str | None = field(default=None, repr=False)
    main_api_database: str | None = field(default=None, repr=False)

    @property
    def database_url(self) -> str:
        """Media VM's database."""
        return self.database or f"sqlite:///{self.folder}/media_vm.db"

    @property
    def main_api_database_url(self) -> str:
        """The example main API's database."""
        return self.main_api_database or f"sqlite:///{self.main_api_folder}/main_api.db"

    @property
    def main_api_folder(self) -> Path:
        """Where the example main API keeps its temp files."""
        return self.folder / "main_api"

    @property
    def smart_media_base_url(self) -> str:
        """What permanent URLs begin with: the example main API's proxy."""
        return f"{self.addresses.main_api}/api/images"

    @property
    def media_vm_settings(self) -> dict[str, str]:
        """Media VM's variables, worker and serve alike."""
        return {
            "DATABASE_URL": self.database_url,
            "MEDIA_VM_STORAGE_DIR": str(self.folder / "storage"),
            "MAIN_API_URL": self.addresses.main_api,
            "MAIN_API_KEY": self.main_api_key,
            "MEDIA_VM_API_KEY": self.media_vm_key,
            "MEDIA_BACKEND_URL": self.addresses.serve,
            "MAIN_API_DATABASE_URL": self.main_api_database_url,
            "SMART_MEDIA_BASE_URL": self.smart_media_base_url,
            "MEDIA_VM_SERVE_HOST": HOST,
            "MEDIA_VM_SERVE_PORT": str(self.addresses.serve_port),
            **self.settings,
        }

    @property
    def example_settings(self) -> dict[str, str]:
        """The example main API's variables."""
        return {
            "MAIN_API_KEY": self.main_api_key,
            "MEDIA_VM_API_KEY": self.media_vm_key,
            "EXAMPLE_HOST": HOST,
            "EXAMPLE_PORT": str(self.addresses.main_api_port),
            "EXAMPLE_DATA_DIR": str(self.main_api_folder),
            "EXAMPLE_DATABASE_URL": self.main_api_database_url,
            "MEDIA_VM_URL": self.addresses.serve,
            "MEDIA_BACKEND_URL": self.addresses.serve,
            "SMART_MEDIA_BASE_URL": self.smart_media_base_url,
        }

    def program(self, name: str, *arguments: str) -> Program:
        """A `media-vm` command."""
        return Program(name, ("media_vm", *arguments), _machine() | self.media_vm_settings)

    def example(self) -> Program:
        """The example main API."""
        return Program("main_api", ("examples.main_api",), _machine() | self.example_settings)


def start_all(surroundings: Surroundings, processes: Processes) -> None:
    """Migrate, start all three and wait until both servers answer. ProcessEnded."""
    write_env_file(surroundings)
    processes.run(surroundings.program("migrate", "migrate"))
    processes.start(surroundings.example())
    for name in ("serve", "worker"):
        processes.start(surroundings.program(name, name))
    wait_for(f"{surroundings.addresses.main_api}/upload", processes)
    wait_for(f"{surroundings.addresses.serve}/readyz", processes)


def write_env_file(surroundings: Surroundings) -> Path:
    """Media VM's variables for a shell to source; its keys are for the owner's eyes alone."""
    path = surroundings.folder / "env"
    path.touch(mode=0o600)
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in surroundings.media_vm_settings.items()]
    path.write_text("".join(lines))
    return path


def wait_for(url: str, processes: Processes) -> None:
    """Until a server answers 200. ProcessEnded if a process ends first or none answers within START_SECONDS."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        processes.check()
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(LOOK_EVERY)
    raise ProcessEnded(f"{url} did not answer within {START_SECONDS} s")


def _machine() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}
