"""deploy/systemd: what systemd says of the units, and what they say of media VM."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from media_vm import worker
from media_vm.cli import app
from media_vm.environment import variables
from media_vm.secret_files import SECRETS
from media_vm.settings import Settings
from serve import main as serve_main
from tests.deploy_tools import DEPLOY, PROGRAM, SERVICES, UNITS, run, said, seconds

WORKER = UNITS / "media-vm-worker@.service"
SERVE = UNITS / "media-vm-serve.service"
PAGE = DEPLOY.parent / "docs" / "operator.md"
HARDENED = re.compile(
    r"^(?:Protect|Private|Restrict|Lock|MemoryDeny|NoNew|Capability|SystemCall|ProcSubset|RemoveIPC).*$",
    re.MULTILINE,
)
MOST = 2.5
MEASURED_WITH = "systemd 252"


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Without a word of warning."""
    for unit in UNITS.iterdir():
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, "/bin/true"))

    verified = run("systemd-analyze", "verify", *sorted(tmp_path.iterdir()))

    assert (0, "") == (verified.returncode, verified.stdout + verified.stderr)


def test_exposure_is_what_the_page_says() -> None:
    """At most 2.5 of 10 by any systemd, and by the one that it was measured with the figure of the page."""
    scores = set()
    for unit in SERVICES:
        told = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit).stdout
        scores.add(re.search(r"exposure level for .*: ([\d.]+)", told).group(1))  # type: ignore[union-attr]
    stated = re.search(r"`systemd-analyze security` gives each unit ([\d.]+)", PAGE.read_text())

    assert stated is not None
    assert all(float(score) <= MOST for score in scores)
    if MEASURED_WITH in run("systemd-analyze", "--version").stdout:
        assert {stated.group(1)} == scores


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_all_are_hardened_alike(unit: Path) -> None:
    """None has fewer restrictions than the others, and none has a capability."""
    least = set.intersection(*(set(HARDENED.findall(one.read_text())) for one in SERVICES))
    most = set(HARDENED.findall(unit.read_text()))

    assert {"CapabilityBoundingSet=", "SystemCallFilter=@system-service", "ProtectSystem=strict"} <= least
    assert most - least <= {"SystemCallFilter=landlock_create_ruleset landlock_add_rule landlock_restrict_self"}
    assert ["media-vm"] == said(unit, "User")


def test_children_may_still_lock_themselves_in() -> None:
    """Their calls are in no set of systemd 252's: refused, they look like a kernel without Landlock."""
    allowed = [name for line in said(WORKER, "SystemCallFilter") for name in line.split()]

    assert {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"} <= set(allowed)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_secrets_come_as_credentials(unit: Path) -> None:
    """Each variable names a credential that the unit loads, and each credential is named by a variable."""
    loaded = dict(one.split(":") for one in said(unit, "LoadCredential"))
    named = {
        name: value
        for line in said(unit, "Environment")
        for name, value in (one.split("=") for one in line.split())
        if name.endswith("_FILE")
    }

    assert {f"%d/{name}" for name in loaded} == set(named.values())
    assert all(path == f"/etc/media-vm/{name}" for name, path in loaded.items())
    assert {name.removesuffix("_FILE") for name in named} <= set(SECRETS)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_commands_and_settings_are_there(unit: Path) -> None:
    """What a unit starts is a command of ours; what it sets is a setting."""
    commands = set(re.findall(rf"{PROGRAM} ([a-z-]+)", unit.read_text()))
    codes = {CliRunner().invoke(app, (name, "--help")).exit_code for name in commands}
    sets = re.findall(
        r"(?:^Environment=| )([A-Z_]+)=", "\n".join(f"Environment={x}" for x in said(unit, "Environment"))
    )

    assert (1, {0}) == (len(commands), codes)
    assert {name.removesuffix("_FILE") for name in sets} <= {*variables(), *SECRETS}


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_nothing_wants_its_keys_when_they_are_gone(unit: Path) -> None:
    """systemd 252 takes the credentials away before it runs what follows the end: permission denied."""
    assert [] == said(unit, "ExecStop(?:Post)?")


def test_only_who_must_knows_the_databases_owner() -> None:
    """Worker and serve can drop no table."""
    owners = {unit.name for unit in SERVICES if "database-owner-url" in unit.read_text()}

    assert {"media-vm-migrate.service", "media-vm-backup.service"} == owners


def test_every_start_migrates() -> None:
    """Also after an older dump was restored: a unit that counts as running would not be started once more."""
    assert [] == said(UNITS / "media-vm-migrate.service", "RemainAfterExit")
    assert all("media-vm-migrate.service" in said(unit, "Wants")[0] for unit in (WORKER, SERVE))
    assert all("media-vm-migrate.service" in said(unit, "After")[0] for unit in (WORKER, SERVE))


def test_no_unit_takes_a_running_system_over() -> None:
    """That is an operator's word."""
    assert not any("take-over" in path.read_text() for path in UNITS.iterdir())


def test_stopping_has_the_time_it_needs() -> None:
    """Longer than each grants itself; only the main process is told, for its children are amid a step."""
    assert seconds(WORKER, "TimeoutStopSec") >= worker.GRACE.total_seconds() + 10
    assert seconds(SERVE, "TimeoutStopSec") >= serve_main._STOP_SECONDS + 5
    assert [["mixed"], ["mixed"]] == [said(unit, "KillMode") for unit in (WORKER, SERVE)]


def test_the_watchdog_is_longer_than_a_slow_turn() -> None:
    """Three times a step's deadline, as the unit says; half of it is what a worker warns below."""
    deadline = Settings.model_fields["step_seconds"].default

    assert 3 * deadline == seconds(WORKER, "WatchdogSec")
    assert (["notify"], ["exec"]) == (said(WORKER, "Type"), said(SERVE, "Type"))


def test_a_childs_hunger_is_not_the_workers_end() -> None:
    """systemd would stop the whole unit when the kernel ends one child for its memory."""
    assert ["continue"] == said(WORKER, "OOMPolicy")
