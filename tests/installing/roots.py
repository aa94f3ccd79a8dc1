"""A Debian in a folder: entered by chroot, or booted with a systemd of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 120.0
SRC = ("deploy", "media_vm", "serve", "migrations", "requirements", "pyproject.toml", "README.md", "LICENSE")
LOOKED_AT = ("etc", "opt/media-vm", "usr/local", "srv", "var/lib/media-vm", "var/backups")
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt",
}
LANDLOCK = "landlock_create_ruleset landlock_add_rule landlock_restrict_self"
Done = subprocess.CompletedProcess[str]


def fresh_debian(root: Path) -> Path:
    """A small one with systemd, with this machine's ways to the package registries, and with our tree in /src."""
    packages = "--include=systemd-sysv,dbus,ca-certificates"
    subprocess.run(
        ["debootstrap", "--variant=minbase", packages, "bookworm", root], check=True, capture_output=True
    )
    for name in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
        shutil.copyfile(Path("/") / name, root / name)
    for part in SRC:
        place = REPOSITORY / part
        copy = shutil.copytree if place.is_dir() else shutil.copy
        (root / "src").mkdir(exist_ok=True)
        copy(place, root / "src" / part)
    return root


class Chroot:
    """Without an init; Debian's own way to say "install, start nothing" (101 is "forbidden") is in place."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._policy = root / "usr/sbin/policy-rc.d"

    def run(self, *command: str) -> Done:
        """One command inside, in a process namespace of its own, so that nothing outlives it."""
        self._policy.write_text("#!/bin/sh\nexit 101\n")
        self._policy.chmod(0o755)
        enter = ("unshare", "--mount", "--pid", "--fork", f"--mount-proc={self.root}/proc", "chroot", self.root)
        try:
            return _run(*enter, *command)
        finally:
            self._policy.unlink()

    def files(self) -> dict[str, tuple[int, int, int]]:
        """Mode, owner and time of everything that an installation may touch."""
        paths = [path for part in LOOKED_AT for path in (self.root / part).rglob("*") if path.suffix != ".pyc"]
        found = {str(path.relative_to(self.root)): path.lstat() for path in paths if path.name != "__pycache__"}
        return {name: (one.st_mode, one.st_uid, one.st_mtime_ns) for name, one in found.items()}


class Booted:
    """With systemd as its first process, and no network but its own loopback."""

    def __init__(self, root: Path) -> None:
        self._chroot = Chroot(root)
        self.files = self._chroot.files

    def __enter__(self) -> Self:
        options = ("--quiet", "--boot", "--register=no", "--keep-unit", "--private-network")
        # nspawn's own filter would take Landlock away from the worker's children.
        command = ("systemd-nspawn", *options, f"--system-call-filter={LANDLOCK}", "-D", self._chroot.root)
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._nspawn = subprocess.Popen(command, start_new_session=True, **pipes)  # type: ignore[call-overload]
        self.until(("systemctl", "is-system-running"), "running")
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._init(), signal.SIGRTMIN + 4)  # systemd's word for "power off"
        try:
            self._nspawn.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()

    def run(self, *command: str) -> Done:
        """One command beside its services."""
        return _run("nsenter", "-t", str(self._init()), "-a", *command)

    def until(self, command: Sequence[str], expected: str) -> str:
        """What it says in the end; patience is longer than what is started again after a failure takes."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while (told := self.run(*command).stdout.strip()) != expected and time.monotonic() < ends:
            time.sleep(1)
        return told

    def _init(self) -> int:
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children")
        ends = time.monotonic() + PATIENCE_SECONDS
        while not (found := children.read_text().split()):
            assert self._nspawn.poll() is None, "systemd-nspawn ended"
            assert time.monotonic() < ends, "nothing was booted"
            time.sleep(0.1)
        return int(found[0])


def _run(*command: str | Path) -> Done:
    out = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.run(command, text=True, check=False, env=ENVIRONMENT, **out)  # type: ignore[call-overload, no-any-return]
