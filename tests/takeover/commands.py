"""media VM's commands as an operator types them, in processes of their own or in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner

from media_vm.cli import app
from tests.acceptance.machine import free_port
from tests.faults.ledger_api import KEY

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 1200


@dataclass(frozen=True)
class Commands:
    """How media VM is set up."""

    database_url: str
    storage: Path
    main_api_url: str

    @property
    def environment(self) -> dict[str, str]:
        given = {
            "DATABASE_URL": self.database_url,
            "MEDIA_VM_STORAGE_DIR": str(self.storage),
            "MAIN_API_URL": self.main_api_url,
            "MAIN_API_KEY": KEY,
            "MEDIA_VM_BACKOFF_SECONDS": "0.2",
            "MEDIA_VM_CPU_SLOTS": "4",
            "PYTHONPATH": str(ROOT),
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, **given}

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and standard output."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode in (0, 1), err
        assert "Traceback" not in err, err
        return process.returncode, out

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Under way."""
        command = [sys.executable, "-m", "media_vm", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, text=True, stdout=pipe, stderr=pipe, cwd=ROOT)

    def adopt(self, *arguments: str) -> Any:
        """Its whole JSON."""
        return json.loads(self.run("adopt", "--json", *arguments)[1])

    @contextmanager
    def serving(self) -> Iterator[httpx.Client]:
        """The real serve on a free port."""
        port = free_port()
        more = {"MEDIA_VM_SERVE_PORT": str(port), "MEDIA_VM_CPU_SLOTS": "1"}
        quiet = subprocess.DEVNULL
        command = [sys.executable, "-m", "media_vm", "serve"]
        process = subprocess.Popen(
            command, env=self.environment | more, stdout=quiet, stderr=quiet, cwd=ROOT, start_new_session=True
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
                _wait_until_alive(client, process)
                yield client
        finally:
            process.terminate()
            process.wait(60)


class CommandsHere(Commands):
    """The same without a process of its own for what nobody kills: starting takes longer than a small run."""

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and standard output."""
        told = CliRunner().invoke(app, arguments, env=self.environment)
        assert told.exit_code in (0, 1), told.output
        return told.exit_code, told.stdout


def _wait_until_alive(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        assert process.poll() is None, "serve ended before it answered"
        try:
            client.get("/livez")
            return
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("serve did not answer within a minute")
