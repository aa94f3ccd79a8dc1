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
HERE=$1 FOUND=$2 MIGRATES=$3 ROOT="" DRY="" NO_NGINX="" WORK=$4 SYSTEMD=${5:-}
for part in telling files release services tables; do . "$HERE/deploy/install/$part.sh"; done
RELEASES=$WORK/releases CURRENT=$WORK/current UNDER_WAY=$WORK/under-way
id=new new_release="" has_database=yes new_site="" installed_nginx=""
of_new_release() {
    echo "ran $*" >>"$WORK/ran"
    case $* in *--check*) cat "$FOUND"; return 1 ;; esac
    echo "what migrate says"
    return "$MIGRATES"
}
put() { wrote=""; }
setting() { :; }
nginx() { [ "$SYSTEMD" != "refuses its site" ]; }
optional_keys() { :; }
has_systemd() { [ -n "$SYSTEMD" ]; }
on() { [ "$SYSTEMD" != "ends it" ] || exit 9; echo "does $1 is switched on"; }
does() { echo "does $1"; shift; begins; case "$*" in point_at* | "rm -rf $WORK/"*) "$@" ;; esac; }
goes_live
tells_the_end
[ -z "$failed" ] || exit 1
"""
MAKES = """set -eu
HERE=$1 WORK=$2 PATH=$2:$PATH
. "$HERE/deploy/install/telling.sh"
. "$HERE/deploy/install/database.sh"
password() { echo "password-of-$1"; }
lets_in() { :; }
make_database
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

    def installs(self, found: Migration, migrates: int = 0, systemd: str = "") -> subprocess.CompletedProcess[str]:
        """What `migrate --check --json` tells, and how `migrate` ends. systemd: empty where there is none; what
        goes wrong by it."""
        told = self.folder / "found"
        told.write_text(json.dumps(migration_json(found) | {"is_dry_run": True}, indent=1))
        script = self.folder / "script"
        script.write_text(SCRIPT)
        return run("sh", script, DEPLOY.parent, told, str(migrates), self.folder, systemd)

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


def test_what_a_run_that_broke_off_began_is_finished(machine: Machine) -> None:
    """It made the release current and ended before anything was started from it; a third run has nothing to do."""
    machine.runs("old")

    ends = [machine.installs(NEEDED, systemd=how) for how in ("ends it", "fine", "fine")]

    assert [9, 0, 0] == [one.returncode for one in ends], ends[1].stderr
    assert "releases/new" == machine.current
    followed = ("reads its units anew", "started anew", "nginx reads its site")
    assert not (machine.folder / "under-way").exists()
    assert [[], [*followed], []] == [[one for one in followed if f"{one}\n" in end.stdout] for end in ends]


def test_a_site_that_nginx_refuses_is_told(machine: Machine) -> None:
    """The next run finds nothing new, and would not try again."""
    machine.runs("old")
    (machine.folder / "under-way").touch()

    told = machine.installs(NEEDED, systemd="refuses its site")

    assert (0, False) == (told.returncode, "nginx reads its site" in told.stdout)
    assert "- nginx refuses its configuration" in told.stdout.partition("left for you:")[2]


def test_nothing_takes_over_by_itself() -> None:
    """No script passes the option; it is only ever told to a person."""
    passed = [
        line
        for path in (DEPLOY / "install").iterdir()
        for line in path.read_text().splitlines()
        if "--take-over" in line and ("of_new_release" in line or "exec" in line)
    ]

    assert [] == passed


def test_no_command_is_called_with_a_password(tmp_path: Path) -> None:
    """Everybody on the machine sees those of all commands (ps); the statements go in by standard input."""
    for name, then in (("sed", 'exec /usr/bin/env -i /bin/sed "$@"'), ("mariadb", 'cat >"${0%/*}/statements"')):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "$0 $*" >>"${{0%/*}}/called"\n{then}\n')
        program.chmod(0o755)
    script = tmp_path / "script"
    script.write_text(MAKES)

    made = run("sh", script, DEPLOY.parent, tmp_path)

    assert (0, "") == (made.returncode, made.stderr)
    assert "IDENTIFIED BY 'password-of-database-owner-url'" in (tmp_path / "statements").read_text()
    assert "IDENTIFIED BY 'password-of-database-url'" in (tmp_path / "statements").read_text()
    assert "password-of" not in (tmp_path / "called").read_text()
    assert not (tmp_path / "passwords").exists()
