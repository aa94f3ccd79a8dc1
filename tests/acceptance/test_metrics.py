"""What serve and a worker tell of themselves, asked of the running processes."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from media_vm.replacing_ports import Counts
from media_vm.replacing_status import Left, Staying
from media_vm.rules.checklist import Step
from media_vm.rules.replacing import Stays
from media_vm.rules.temp_urls import DEFAULT_COLUMNS, columns_named
from media_vm.told_columns import metrics as columns_told
from tests.acceptance.machine import Machine, wait_until
from tests.exposed import (
    ALERTS,
    DEPLOY,
    alerts,
    asked_by_panels,
    families,
    label_names,
    names_in,
    series_names,
    value,
)

ADDED_BY_PROMETHEUS = {"instance", "job", "le"}
ASKED = 'media_vm_serve_requests_total{route="picture",status="200"}'
PROMTOOL = shutil.which("promtool") or shutil.which("promtool", path=DEPLOY.parent / ".promtool")


@pytest.fixture(scope="module")
def told(machine: Machine, uploaded: dict[str, int]) -> str:
    """Everything that is exported, once pictures were made and shown."""
    for pending_id in uploaded.values():
        machine.serve.get(f"/serve/{machine.status(pending_id)['media_id']}?size=zoom")
    columns = [Counts(column, 3, 1, 1) for column in columns_named(DEFAULT_COLUMNS)]
    wait_until(lambda: value(machine.watched("serve"), ASKED) > 0)
    staying = dict.fromkeys(Stays, Staying(1, datetime.now(UTC)))
    of_replacing = columns_told(Left(columns, staying, 1, datetime.now(UTC)))
    return "\n".join((machine.watched("serve"), machine.watched("worker"), of_replacing))


@pytest.mark.parametrize("expressions", [[rule["expr"] for rule in alerts()], asked_by_panels()])
def test_alerts_and_panels_name_what_is_exported(told: str, expressions: list[str]) -> None:
    """By the metrics' names and by the labels'; but a cap is told only where there is one."""
    named = [names_in(expression) for expression in expressions]
    exported = series_names(told) | {"media_vm_ai_daily_cap_usd"}

    assert set() == {name for metrics, _ in named for name in metrics} - exported
    assert set() == {name for _, labels in named for name in labels} - label_names(told) - ADDED_BY_PROMETHEUS


def test_every_alert_has_a_line_in_the_runbook() -> None:
    """Where its annotation says that it is."""
    page = (DEPLOY.parent / "docs" / "operator.md").read_text()

    assert [f'docs/operator.md, "{rule["alert"]}"' for rule in alerts()] == [
        rule["annotations"]["runbook"] for rule in alerts()
    ]
    assert [] == [rule["alert"] for rule in alerts() if f"| `{rule['alert']}` |" not in page]
    assert {"critical", "warning", "info"} == {rule["labels"]["severity"] for rule in alerts()}


def test_every_family_has_a_panel(told: str) -> None:
    """An operator finds all that we tell on the dashboard; of what every Python process tells, the memory."""
    ours = {name for name in families(told) if name.startswith("media_vm_")}
    named = {name for expression in asked_by_panels() for name in names_in(expression)[0]}

    assert set() == {name for name in ours if not named & {name, f"{name}_bucket"}}


def test_what_was_done_is_counted(machine: Machine, uploaded: dict[str, int], told: str) -> None:
    """Each good picture was fetched, measured, made and told about; each bad one is there by its kind."""
    completed = 'media_vm_worker_steps_total{{kind="",result="completed",step="{}"}}'

    assert 3 <= min(value(told, completed.format(step.value)) for step in Step)
    assert 3 <= value(told, 'media_vm_worker_callbacks_total{event="complete",outcome="answered"}')
    assert 1 <= value(told, 'media_vm_worker_steps_total{kind="permanent",result="failed",step="retrieve_file"}')
    assert value(told, 'media_vm_media{status="completed"}') >= 3 > value(told, "media_vm_stuck_items")
    assert (1, 1) == (value(told, "media_vm_database_up"), value(told, "media_vm_workers_alive"))
    assert 0 < value(told, "media_vm_storage_floor_bytes") < value(told, "media_vm_storage_free_bytes")


def test_requests_are_added_up_over_processes(machine: Machine, uploaded: dict[str, int], told: str) -> None:
    """Each on a connection of its own, so that it is any process's."""
    media_id = machine.status(uploaded["profile"])["media_id"]
    url = f"{machine.surroundings.addresses.serve}/serve/{media_id}"
    refused = 'media_vm_serve_requests_total{route="picture",status="416"}'
    before = value(told, refused)
    for _ in range(20):
        httpx.get(url, headers={"Range": "bytes=99999999-"}, trust_env=False)

    wait_until(lambda: value(machine.watched("serve"), refused) >= before + 20)
    assert 20 == value(machine.watched("serve"), refused) - before


def test_a_worker_says_that_it_is_ready(machine: Machine, uploaded: dict[str, int]) -> None:
    """To whoever restarts it."""
    assert '{"status":"ready"}' == machine.watched("worker", "/readyz")


def test_no_secret_and_no_id_is_told(machine: Machine, told: str) -> None:
    """Neither a key of the machine's, nor a media's id or name as a label."""
    surroundings = machine.surroundings

    assert not any(key in told for key in (surroundings.main_api_key, surroundings.media_vm_key))
    assert set() == label_names(told) & {"id", "media_id", "user_id", "pending_image_id", "path", "url", "worker"}
    assert ".jpg" not in told and str(surroundings.folder) not in told


@pytest.mark.skipif(PROMTOOL is None, reason="there is no promtool: scripts/get_promtool.sh (as root)")
def test_prometheus_takes_it_all(machine: Machine, told: str, tmp_path: Path) -> None:
    """Its own tool finds nothing wrong with rules, panels and names."""
    asked = [expression.replace("$__rate_interval", "5m") for expression in asked_by_panels()]
    records = [{"record": f"panel:{number}", "expr": one} for number, one in enumerate(asked)]
    panels = tmp_path / "panels.yaml"
    panels.write_text(str({"groups": [{"name": "panels", "rules": records}]}))
    checked = [
        subprocess.run([str(PROMTOOL), "check", "rules", file], capture_output=True, text=True, check=False)
        for file in (ALERTS, panels)
    ]
    linted = [
        subprocess.run(
            [str(PROMTOOL), "check", "metrics"],
            input=machine.watched(program),
            capture_output=True,
            text=True,
            check=False,
        )
        for program in ("serve", "worker")
    ]

    assert [0, 0] == [one.returncode for one in checked], [one.stderr for one in checked]
    assert [(0, ""), (0, "")] == [(one.returncode, one.stderr) for one in linted]
