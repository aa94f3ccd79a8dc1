"""Peers that are no packages of ours: made on demand as bench/peers/ names them, in a folder never committed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.comparison import NotMeasured
from bench.table import PEERS

BUILT: Final = Path(__file__).parents[1] / ".bench"
SECONDS: Final = 600.0


def has_node() -> bool:
    """Can peers of npm's be run on this machine?"""
    return shutil.which("node") is not None and shutil.which("npm") is not None


def node_packages() -> Path:
    """The folder whose node_modules hold what package.json names. NotMeasured."""
    wanted, there = (PEERS / "package.json").read_text(), BUILT / "installed.json"
    if not there.exists() or there.read_text() != wanted:
        BUILT.mkdir(exist_ok=True)
        (BUILT / "package.json").write_text(wanted)
        _run("npm", ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"])
        there.write_text(wanted)
    return BUILT


def thumbor_program() -> Path:
    """thumbor in a virtual environment of its own, of the files whose hashes thumbor.lock has. NotMeasured."""
    lock, folder = PEERS / "thumbor.lock", BUILT / "thumbor"
    there = folder / "installed.lock"
    if not there.exists() or there.read_text() != lock.read_text():
        BUILT.mkdir(exist_ok=True)
        _run("venv", [sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run("pip", [*pip, "--require-hashes", "--requirement", str(lock)])
        there.write_text(lock.read_text())
    return folder / "bin" / "thumbor"


def _run(name: str, command: Sequence[str]) -> None:
    run = subprocess.run(command, cwd=BUILT, capture_output=True, text=True, timeout=SECONDS, check=False)
    if run.returncode:
        raise NotMeasured(f"{name} cannot install a peer: {run.stderr[-300:]}")
