"""What this machine gives its processes, for `media-vm doctor`; read from the kernel, of containers too."""

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from media_vm.rules.checkup_machine import MachineFacts
from media_vm.rules.checkup_settings import SecretFile

CGROUP = Path("/sys/fs/cgroup")


def look_at_machine() -> MachineFacts:
    """The smaller of what the machine has and what our control group may use."""
    limits = [one for one in (_machine_memory(), _number(CGROUP / "memory.max")) if one is not None]
    return MachineFacts(
        memory=min(limits, default=None),
        cores=min(float(len(os.sched_getaffinity(0))), _quota()),
        open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    )


def secret_files(environment: Mapping[str, str], variables: Sequence[str]) -> list[SecretFile]:
    """The files that these variables name, where they name one."""
    named = [(one, environment[one]) for one in variables if environment.get(one)]
    return [SecretFile(variable, path, _mode(path)) for variable, path in named]


def _mode(path: str) -> int | None:
    try:
        return stat.S_IMODE(os.stat(path).st_mode)  # noqa: PTH116 - a name from the environment, as it came
    except (OSError, ValueError):
        return None


def _machine_memory() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


def _quota() -> float:
    """Cores' worth of time that the control group may take."""
    try:
        given, period = (CGROUP / "cpu.max").read_text().split()
        return int(given) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return float("inf")


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None
