"""What page tests take from npm: axe-core and React, in a folder of their own (`.npm`, never committed)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WANTED = Path(__file__).parent / "npm" / "package.json"
INSTALLED = ROOT / ".npm"
PACKAGE = ROOT / "serve" / "static"
SECONDS = 300.0


def node_modules() -> Path:
    """The folder with the versions that `npm/package.json` names, our own package among them as a site has it.

    Skips the test on a machine without node or without a registry; under CI that fails it.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        _go_without("there is no node and npm on this machine")
    there = INSTALLED / "package.json"
    if not there.exists() or there.read_text() != WANTED.read_text():
        INSTALLED.mkdir(exist_ok=True)
        shutil.copy(WANTED, there)
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        run = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, timeout=SECONDS, check=False)
        if run.returncode:
            there.unlink()
            _go_without(f"npm cannot install: {run.stderr[-300:]}")
    modules = INSTALLED / "node_modules"
    shutil.copytree(PACKAGE, modules / "media-vm-smart-image", dirs_exist_ok=True)
    return modules


def run_node(modules: Path, code: str) -> str:
    """What this ES module prints, run beside the packages."""
    command = ["node", "--input-type=module", "--eval", code]
    run = subprocess.run(command, cwd=modules.parent, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (0, "") == (run.returncode, run.stderr)
    return run.stdout


def _go_without(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
