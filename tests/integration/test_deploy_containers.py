"""deploy/compose.yaml and deploy/Dockerfile: nothing in them that is not there, nothing that runs as root."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from typer.testing import CliRunner

from media_vm.cli import app
from media_vm.environment import variables
from media_vm.secret_files import SECRETS
from tests.deploy_tools import DEPLOY, run

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "worker", "serve")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
STAGES = re.findall(r"^FROM (\S+) AS (\S+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", [*OURS, "main-api"])
def test_nothing_of_ours_is_writable_or_privileged(name: str) -> None:
    """But volumes and /tmp; serve's volume neither."""
    service = SERVICES[name]

    assert (True, ["ALL"], ["no-new-privileges:true"], ["/tmp"]) == (
        service["read_only"],
        service["cap_drop"],
        service["security_opt"],
        service["tmpfs"],
    )
    assert ["storage:/srv/media-vm:ro"] == SERVICES["serve"]["volumes"]


def test_all_that_stays_up_is_asked_how_it_is() -> None:
    """And waits for the database, with its tables."""
    assert {"migrate"} == {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert all(
        "service_completed_successfully" == SERVICES[name]["depends_on"]["migrate"]["condition"]
        for name in ("worker", "serve")
    )


def test_who_watches_reaches_metrics_from_beside() -> None:
    """Each listens beyond its own loopback, on a port that is not published; the worker is asked itself."""
    worker, serve = SERVICES["worker"], SERVICES["serve"]
    bound = [worker["environment"].get("MEDIA_VM_WORKER_BIND"), serve["environment"].get("MEDIA_VM_METRICS_BIND")]

    assert ["0.0.0.0:9465", "0.0.0.0:9464"] == bound
    assert (None, ["127.0.0.1:3001:3001"]) == (worker.get("ports"), serve["ports"])
    assert "http://127.0.0.1:9465/readyz" in worker["healthcheck"]["test"][-1]


@pytest.mark.parametrize("name", OURS)
def test_commands_and_settings_are_ours(name: str) -> None:
    """Each runs a command that there is, with settings that there are."""
    (command,) = SERVICES[name]["command"]
    names = {one.removesuffix("_FILE") if one.endswith("_FILE") else one for one in SERVICES[name]["environment"]}

    assert 0 == CliRunner().invoke(app, (command, "--help")).exit_code
    assert names <= {*variables(), *SECRETS}
    assert ("database-owner-url" in SERVICES[name]["secrets"]) == (name == "migrate")


def test_keys_are_made_once(tmp_path: Path) -> None:
    """One for every secret that compose.yaml names, in a folder for its owner alone."""
    script = tmp_path / "make_keys.sh"
    shutil.copy(DEPLOY / "compose" / "make_keys.sh", script)
    first, second = run("sh", script), run("sh", script)
    made = {path.name for path in (tmp_path / "keys").iterdir()}

    assert (0, 0, "") == (first.returncode, second.returncode, second.stdout)
    assert made == set(COMPOSE["secrets"])
    assert {f"./compose/keys/{name}" for name in made} == {one["file"] for one in COMPOSE["secrets"].values()}
    assert 0o40700 == (tmp_path / "keys").stat().st_mode
    assert "deploy/compose/keys/\n" in (DEPLOY.parent / ".gitignore").read_text()


def test_images_are_of_one_version() -> None:
    """By their full tag: what is built tomorrow is what was built today, but for Debian's security updates."""
    base = re.search(r"^ARG PYTHON=(\S+)$", DOCKERFILE, re.MULTILINE)

    assert base is not None
    assert all(re.search(r":\d+\.\d+\.\d+", image) for image in (base.group(1), SERVICES["database"]["image"]))
    assert {"${PYTHON}"} == {image for image, name, _ in STAGES if name in ("build", "running")}


def test_no_image_runs_as_root() -> None:
    """The last word of every stage that something runs from."""
    users = {name: re.findall(r"^USER (\S+)$", body, re.MULTILINE) for _, name, body in STAGES}

    assert "10001:10001" == users["running"][-1] == users["example"][-1]
    assert [] == users["media-vm"]


def test_what_is_copied_is_there_and_sent() -> None:
    """deploy/Dockerfile.dockerignore lets through what the stages copy, all of it locked packages and our code."""
    sent = set(re.findall(r"^!(.*)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE))
    copied = {
        part
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
        for part in line.split()
    }

    assert all((DEPLOY.parent / part).exists() for part in copied)
    assert {part.partition("/")[0] for part in copied} == sent
    assert all(
        "--require-hashes" in line or line.endswith(" .") for line in re.findall(r"pip install .*", DOCKERFILE)
    )
