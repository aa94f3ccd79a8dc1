"""Runs of `scripts/replace_temp_urls.py` as cron makes them: whole, killed, two at once, beside users' edits."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from typer.testing import CliRunner

from media_vm.cli import app

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "replace_temp_urls.py"
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Cron:
    """How it is set up. logs: the folder of undo logs."""

    database_url: str
    base_url: str
    logs: Path

    @property
    def environment(self) -> dict[str, str]:
        given = {
            "MAIN_API_DATABASE_URL": self.database_url,
            "SMART_MEDIA_BASE_URL": self.base_url,
            "MEDIA_VM_REPLACE_LOG_DIR": str(self.logs),
            "PYTHONPATH": str(ROOT),
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, **given}

    def start(self, *arguments: str, printing: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Under way; what it prints is read at its end, or goes elsewhere: a pipe that nobody reads fills up."""
        command = [sys.executable, str(SCRIPT), "--json", *arguments]
        return subprocess.Popen(command, env=self.environment, text=True, stdout=printing, stderr=printing)

    def run(self, *arguments: str) -> Any:
        """Its whole JSON."""
        return finished(self.start(*arguments))

    def killed(self, *arguments: str, after_lines: int) -> bool:
        """kill -9 once it has logged so many images more; False: it had come to its end before."""
        process, before = self.start(*arguments, printing=subprocess.DEVNULL), {*self.logged()}
        while process.poll() is None:
            new = [one for one in self.logged() if one not in before]
            if sum(one.read_bytes().count(b"\n") for one in new) >= after_lines:
                break
            time.sleep(0.001)
        process.kill()
        process.wait()
        return process.returncode < 0

    def logged(self) -> list[Path]:
        """Undo logs, oldest first."""
        return sorted(self.logs.glob("*.jsonl"))

    def undo(self) -> Any:
        """Everything that any run replaced."""
        named = [word for one in self.logged() for word in ("--undo", str(one))]
        told = self.run("--yes", *named)
        for one in self.logged():
            one.unlink()
        return told


def finished(process: subprocess.Popen[str]) -> Any:
    """What it printed. A traceback is nothing that cron should ever mail."""
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode in (0, 1), err
    assert "Traceback" not in err, err
    return json.loads(out)


class CronHere(Cron):
    """The same without a process of its own for runs that nobody kills: starting takes longer than a small run."""

    def run(self, *arguments: str) -> Any:
        """Its whole JSON."""
        told = CliRunner().invoke(app, ["replace-urls", "--json", *arguments], env=self.environment)
        assert told.exit_code in (0, 1), told.output
        return json.loads(told.stdout)


@dataclass
class Users:
    """People who choose another profile picture while cron is at work. chosen: the last choice of each."""

    engine: Engine
    profiles: int
    seed: int = 1
    every_seconds: float = 0.02
    chosen: dict[int, str] = field(default_factory=dict)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Until the block ends."""
        ending, chance = threading.Event(), random.Random(f"{self.seed}-{len(self.chosen)}")

        def choose() -> None:
            while not ending.wait(self.every_seconds):
                self.choose(chance.randint(1, self.profiles))

        thread = threading.Thread(target=choose)
        thread.start()
        try:
            yield
        finally:
            ending.set()
            thread.join()

    def choose(self, user: int) -> None:
        """A new temp path, as an upload leaves it, committed when this returns."""
        path = f"/temp_images/profiles/{user}-profile-{1_800_000_000 + len(self.chosen)}.png"
        statement = text("UPDATE user_profiles SET profile_image_path = :path WHERE user_id = :user")
        with self.engine.begin() as connection:
            connection.execute(statement, {"path": path, "user": user})
        self.chosen[user] = path
