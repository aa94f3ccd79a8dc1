"""`media-vm contract-test` against the example main API and the two receivers, each as the process that it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from examples.demo.options import ROOT
from media_vm.cli import app
from media_vm.rules.contract import WANTS
from tests.acceptance.machine import Machine, free_port
from tests.stand_ins.main_api import JPEG

KEY = "key-of-this-test"
PATIENCE_SECONDS = 60
RECEIVERS = ROOT / "examples" / "receivers"
NODE = "the receiver in Node needs node: apt-get install nodejs"


def node() -> str:
    found = shutil.which("node")
    if found is None and not os.environ.get("CI"):
        pytest.skip(NODE)
    assert found is not None, NODE
    return found


@pytest.fixture(params=["example", "python", "node"])
def main_api(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """One of the three with five pictures pending; its URL."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "MAIN_API_KEY": KEY, "PORT": str(port), "DATA_DIR": str(tmp_path)}
    environment |= {"EXAMPLE_PORT": str(port), "EXAMPLE_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for number in range(5):
        folder = tmp_path / "temp_images" / "products"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"7-product-1700000000-{number}.jpg").write_bytes(JPEG)
    commands = {
        "example": lambda: [sys.executable, "-m", "examples.main_api"],
        "python": lambda: [sys.executable, str(RECEIVERS / "receiver.py")],
        "node": lambda: [node(), str(RECEIVERS / "receiver.mjs")],
    }
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(commands[request.param](), env=environment, cwd=tmp_path) as process:
        try:
            _await(url, process)
            if request.param == "example":
                _upload(url)
            yield url
        finally:
            process.terminate()


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            httpx.get(f"{url}/api/media/pending/all", trust_env=False)
            return
        except httpx.TransportError:
            assert process.poll() is None and time.monotonic() < ends, "it did not start"
            time.sleep(0.05)


def _upload(url: str) -> None:
    for _ in range(5):
        files = {"product_image": ("boat.jpg", JPEG, "image/jpeg")}
        assert httpx.patch(f"{url}/users/me", files=files, trust_env=False).status_code == 200


def test_each_of_them_keeps_the_contract(main_api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In writing mode, requirement by requirement; `data_type` none of them tells."""
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    words = (
        "contract-test",
        "--url",
        main_api,
        "--json",
        *(word for one in "135" for word in ("--yes-write", one)),
    )
    told = CliRunner().invoke(app, words, env={"MAIN_API_KEY": KEY})

    found = {one["requirement"]: one["verdict"] for one in json.loads(told.stdout)["requirements"]}
    untold = [one for one in WANTS if one.startswith(("pending.data_type", "calls.", "proxy."))]
    assert dict.fromkeys(WANTS, "kept") | dict.fromkeys(untold, "untested") == found
    assert 0 == told.exit_code


@pytest.mark.parametrize("main_api", ["python", "node"], indirect=True)
def test_a_receiver_holds_a_key_to_its_body(main_api: str) -> None:
    """And remembers over other calls; a picture that is processed is never cleaned up."""
    asked = {"base_url": main_api, "headers": {"Authorization": f"Bearer {KEY}"}, "trust_env": False}
    with httpx.Client(**asked) as media_vm:  # type: ignore[arg-type]  # one dict of three kinds

        def complete(media_id: object, key: str) -> httpx.Response:
            headers = {"Idempotency-Key": key}
            return media_vm.post("/api/media/complete/2", json={"media_id": media_id}, headers=headers)

        statuses = [
            complete("789", "a").status_code,
            complete("790", "a").status_code,
            complete(789, "b").status_code,
            media_vm.delete("/api/media/cleanup/2", headers={"Idempotency-Key": "c"}).status_code,
            media_vm.delete("/api/media/cleanup/2").status_code,
        ]

        assert [200, 422, 400, 409, 400] == statuses
        assert [1, 3, 4, 5] == [one["id"] for one in media_vm.get("/api/media/pending/all").json()["images"]]


def test_the_calls_and_the_proxy_of_a_whole_machine(
    machine: Machine, uploaded: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example before a real serve with real pictures; nothing is pending there, and nothing is written."""
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    keys = {
        "MAIN_API_KEY": machine.surroundings.main_api_key,
        "MEDIA_VM_API_KEY": machine.surroundings.media_vm_key,
    }
    addresses = machine.surroundings.addresses
    words = ("contract-test", "--url", addresses.main_api, "--media-vm", addresses.serve, "--json")
    told = CliRunner().invoke(app, words, env=keys)

    found = {one["requirement"]: one for one in json.loads(told.stdout)["requirements"]}
    calls = [name for name in WANTS if name.startswith(("calls.", "proxy."))]
    assert ["kept", "kept", "untested", "kept", "kept", "kept", "kept"] == [
        found[name]["verdict"] for name in calls
    ]
    assert 0 == told.exit_code
