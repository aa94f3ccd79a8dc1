"""Programs that judge deploy/, and what its units say."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = DEPLOY / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
REMEDY = "the tests of deploy/ need systemd-analyze and shellcheck: scripts/get_deploy_tools.sh (as root)"
PROGRAM = "/opt/media-vm/current/bin/media-vm"


def run(*command: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A program of the system, with further variables."""
    program = shutil.which(str(command[0]))
    assert program is not None, REMEDY
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"} | more
    words = [program, *map(str, command[1:])]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=environment)


def said(unit: Path, name: str) -> list[str]:
    """Every value that a unit gives a directive."""
    return re.findall(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)


def seconds(unit: Path, name: str) -> float:
    """Of a directive that is a time."""
    (text,) = said(unit, name)
    number, word = re.fullmatch(r"(\d+)(min|h|)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"": 1, "min": 60, "h": 3600}[word]
