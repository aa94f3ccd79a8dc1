"""deploy/install.sh on a machine that has a database: what becomes of both. Programs are stand-ins."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from media_vm.adapters.seed_preview import Migration
from media_vm.told_migrating import migration_json
from migrations.seed_copy import Copied
from tests.deploy_tools import DEPLOY, run

SCRIPT = """set -eu
HERE=$1 FOUND=$2 MIGRATES=$3 ROOT="" DRY="" NO_NGINX="" WORK=$4
for part in telling files release services tables; do . "$HERE/deploy/install/$part.sh"; done
RELEASES=$WORK/releases CURRENT=$WORK/current id=new new_release="" has_database=yes new_site="" installed_nginx=""
of_new_release() {
    echo "ran $*" >>"$WORK/ran"
    case $* in *--check*) cat "$FOUND"; return 1 ;; esac
    echo "what migrate says"
    return "$MIGRATES"
}
put() { wrote=""; }
setting() { :; }
nginx() { :; }
optional_keys() { :; }
on() { echo "does $1 is switched on"; }
does() { echo "does $1"; shift; case "$*" in point_at* | "rm -rf $WORK/"*) "$@" ;; esac; }
goes_live
tells_the_end
[ -z "$failed" ] || exit 1
"""
NEEDED = Migration("0085", "0100", None)
RUNNING = Migration(None, "0100", Copied(), needs_take_over=True)


class Machine:
    """A folder with a new release, and the one before it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("old", "new"):
            (folder / "releases" / name).mkdir(parents=True)
            (folder / "releases" / name / ".complete").touch()

    def runs(self, name: str) -> None:
        """This release is current."""
        (self.folder / "current").symlink_to(f"releases/{name}")

    def installs(self, found: Migration, migrates: int = 0) -> subprocess.CompletedProcess[str]:
        """What `migrate --check --json` tells, and how `migrate` ends."""
        told = self.folder / "found"
        told.write_text(json.dumps(migration_json(found) | {"is_dry_run": True}, indent=1))
        script = self.folder / "script"
        script.write_text(SCRIPT)
        return run("sh", script, DEPLOY.parent, told, str(migrates), self.folder)

    @property
    def current(self) -> str:
        return str((self.folder / "current").readlink())

    @property
    def ran(self) -> list[str]:
        return (self.folder / "ran").read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_failed_migration_leaves_what_runs_as_it_is(machine: Machine) -> None:
    """New code would find old tables: nothing is moved, restarted or removed, and the remedy is told."""
    machine.runs("old")

    told = machine.installs(NEEDED, migrates=1)

    assert (1, "releases/old") == (told.returncode, machine.current), told.stdout + told.stderr
    assert "does" not in told.stdout
    assert "what migrate says" in told.stdout
    assert "Run install.sh again once the database is right" in told.stdout


def test_tables_come_before_the_release(machine: Machine) -> None:
    """By the new one's program; the one that ran until now stays for the way back."""
    machine.runs("old")
    (machine.folder / "releases" / "failed-since").mkdir()

    told = machine.installs(NEEDED)

    assert (0, "releases/new") == (told.returncode, machine.current), told.stdout + told.stderr
    assert ["ran migrate --check --json", "ran migrate"] == machine.ran
    assert {"old", "new"} == {path.name for path in (machine.folder / "releases").iterdir()}


def test_a_running_system_is_left_alone(machine: Machine) -> None:
    """Its database may have our name: it is looked at, nothing starts, no site is enabled, the way on is told."""
    told = machine.installs(RUNNING)

    assert (0, "releases/new") == (told.returncode, machine.current), told.stdout + told.stderr
    assert ["ran migrate --check --json"] == machine.ran
    assert not any(
        word in told.stdout for word in ("switched on", "started anew", "site is enabled", "nginx reads")
    )
    assert "Taking over the running system" in told.stdout.partition("left for you:")[2]


def test_nothing_takes_over_by_itself() -> None:
    """No script passes the option; it is only ever told to a person."""
    passed = [
        line
        for path in (DEPLOY / "install").iterdir()
        for line in path.read_text().splitlines()
        if "--take-over" in line and ("of_new_release" in line or "exec" in line)
    ]

    assert [] == passed
