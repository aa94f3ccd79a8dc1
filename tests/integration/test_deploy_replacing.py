"""What deploy/ has for `replace-urls` says nothing that the command, the settings and the contract do not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from media_vm.cli import app
from media_vm.environment import variables
from media_vm.replacing_ports import Counts
from media_vm.replacing_status import OVERDUE, Left, Staying
from media_vm.rules.replace_rights import READ, WRITTEN
from media_vm.rules.replacing import Stays
from media_vm.rules.temp_urls import DEFAULT_COLUMNS, columns_named
from media_vm.secret_files import SECRETS
from media_vm.told_columns import metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = DEPLOY / "systemd" / "media-vm-replace-urls.service"
CRON = DEPLOY / "cron" / "media-vm-replace-urls"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
COLUMNS = columns_named(DEFAULT_COLUMNS)


def test_options_are_the_commands_own() -> None:
    """Of the unit and of the crontab line."""
    told = CliRunner().invoke(app, ("replace-urls", "--help"), terminal_width=200).stdout

    for file in (UNIT, CRON):
        lines = [line for line in file.read_text().splitlines() if "replace" in line and not line.startswith("#")]
        used = {option for line in lines for option in re.findall(r" (--[a-z-]+)", line)}
        assert {"--yes", "--status", "--metrics"} == used
        assert all(option in told for option in used)


def test_the_unit_sets_what_is_a_setting() -> None:
    """A secret comes from a file that nobody else reads."""
    names = set(re.findall(r"^Environment=([A-Z_]+)=", UNIT.read_text(), re.MULTILINE))

    assert {"MAIN_API_DATABASE_URL_FILE", "MEDIA_VM_REPLACE_LOG_DIR"} == names
    assert names <= {*variables(), *(f"{name}_FILE" for name in SECRETS)}


def test_rights_are_those_that_are_asked_for() -> None:
    """Of `pending_images` and of the contract's five columns."""
    sql = (DEPLOY / "sql" / "replace_urls_user.sql").read_text()
    granted = {
        table: (set(read.split(", ")), set(written.split(", ")))
        for read, written, table in re.findall(
            r"GRANT SELECT \(([^)]*)\), UPDATE \(([^)]*)\)\s+ON festival\.(\w+)", sql
        )
    }

    assert (set(READ), set(WRITTEN)) == granted.pop("pending_images")
    assert {str(one) for one in COLUMNS} == {
        f"{table}.{name}" for table, (_, written) in granted.items() for name in written
    }
    assert all(written < read for read, written in granted.values())


def test_alerts_name_what_is_exported() -> None:
    """And the day after which --status exits with 1."""
    staying = dict.fromkeys(Stays, Staying(0, None))
    told = metrics(Left([Counts(COLUMNS[0], 3, 1, 1)], staying, 0, datetime(2026, 11, 21, tzinfo=UTC)))
    exported = set(re.findall(r"^(\w+)[ {]", told, re.MULTILINE))
    rules = ALERTS.read_text().partition("name: media-vm-replace-urls")[2]

    assert set(re.findall(r"media_vm_\w+", rules)) <= exported
    assert f'oldest_age_seconds{{state="{Stays.WAITING}"}} > {OVERDUE.total_seconds():.0f}\n' in rules
