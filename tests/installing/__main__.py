"""`python -m tests.installing`: deploy/install.sh in a Debian of its own, twice without an init, twice with one.

Needs root, debootstrap, systemd-nspawn (systemd-container) and Debian's and Python's packages; takes some minutes.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.installing.roots import REPOSITORY, Booted, Chroot, fresh_debian

URLS = ("MAIN_API_URL=http://127.0.0.1:9", "MEDIA_BACKEND_URL=http://media.festival.example")
INSTALL = ("env", *URLS, "/src/deploy/install.sh")
ASK = "import urllib.request as u; print(u.urlopen('http://127.0.0.1/readyz', timeout=30).status)"
TOOLS = ("debootstrap", "systemd-nspawn", "nsenter")
WORKER = "media-vm-worker@1.service"
UNITS = (
    "media-vm-serve.service",
    WORKER,
    "media-vm-backup.timer",
)


def main() -> int:
    """0: all is as it should be."""
    options = argparse.ArgumentParser(prog="python -m tests.installing", description=__doc__)
    options.add_argument("--keep", action="store_true", help="leave the Debian where it is")
    keeps = options.parse_args().keep
    if missing := [name for name in TOOLS if shutil.which(name) is None]:
        print(f"there is no {', '.join(missing)}: apt-get install debootstrap systemd-container", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="media-vm-installing-", dir="/var/tmp"))
    try:
        root = fresh_debian(folder / "root")
        return 1 if [*_without_init(Chroot(root)), *_with_systemd(root)] else 0
    finally:
        if keeps:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _without_init(chroot: Chroot) -> list[str]:
    print(f"{REPOSITORY.name} in a fresh Debian, without an init:", flush=True)
    problems = _twice(chroot, "no systemd runs here")
    print("nginx:", (told := chroot.run("nginx", "-t")).stdout.splitlines()[-1])
    return problems + (["nginx does not take its site"] if told.returncode else [])


def _with_systemd(root: Path) -> list[str]:
    print("the same Debian, booted:", flush=True)
    with Booted(root) as booted:
        problems = _twice(booted, "switched on")
        for unit in UNITS:
            state = booted.until(("systemctl", "is-active", unit), "active")
            print(f"{unit:28} {state}")
            problems += [] if state == "active" else [unit]
        ready = booted.until(("python3", "-c", ASK), "200")
        print(f"/readyz through nginx        {ready}")
        told = booted.run("systemctl", "show", "-P", "StatusText", WORKER).stdout.strip()
        print(f"the worker tells systemd     {told}")
    return problems + ([] if ready == "200" and told else ["/readyz, or the worker's status"])


def _twice(where: Chroot | Booted, expected: str) -> list[str]:
    """The first run as it tells it; the second must leave every file as it was."""
    first, before = where.run(*INSTALL), where.files()
    print(first.stdout, flush=True)
    second, after = where.run(*INSTALL), where.files()
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    print("second run:", "no file changed" if not changed else f"changed: {changed}", flush=True)
    problems = [] if expected in first.stdout else [f"the first run does not say {expected!r}"]
    problems += [] if "nothing was to be changed" in second.stdout else ["the second run found something to do"]
    return problems + [one.stdout for one in (first, second) if one.returncode] + changed


if __name__ == "__main__":
    sys.exit(main())
