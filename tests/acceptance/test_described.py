"""A picture described by whoever is set up, through real processes: from the environment to the callback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import canaries
from tests.acceptance.machine import Json, Machine, draw_pictures, machine_in, run_media_vm
from tests.stand_ins.google_vision import GoogleStandIn, google_over_grpc
from tests.stand_ins.model_server import ModelServer, model_server

CANARY = canaries.OPENAI_API_KEY


@dataclass(frozen=True)
class Described:
    """A machine that was set up with both stand-ins, and a logo that it has worked off."""

    machine: Machine
    google: GoogleStandIn
    model: ModelServer
    pending_id: int
    folder: Path


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    folder = tmp_path_factory.mktemp("described")
    with google_over_grpc() as google, model_server() as model:
        settings = {
            "MEDIA_VM_GOOGLE_ENDPOINT": google.endpoint,
            "GOOGLE_API_KEY": CANARY,
            "OPENAI_BASE_URL": f"{model.url}/v1",
            "OPENAI_API_KEY": CANARY,
            "MEDIA_VM_AI_PER_MINUTE": "6000",
            "MEDIA_VM_FEATURES": "background_removal",  # embeddings are calls too, which are counted
        }
        with machine_in(folder, **settings) as machine:
            logo = draw_pictures(tmp_path_factory.mktemp("drawn"))["logo"]
            pending_id = machine.upload("logo_image", logo)
            machine.decided(pending_id)
            yield Described(machine, google, model, pending_id, folder)


def test_both_are_asked_once_and_the_main_api_hears_it(described: Described) -> None:
    """In its one callback: nothing came later."""
    [call] = described.machine.calls(described.pending_id)
    status = described.machine.status(described.pending_id)
    answer = described.machine.serve.get(
        f"/api/media/analysis/{status['media_id']}", headers=described.machine.key
    )
    analysis: Json = answer.json()["analysis"]

    assert ("POST", 200, []) == (call["method"], call["status_code"], status["degraded"])
    assert (1, 1) == (len(described.google.asked), len(described.model.calls))
    assert "LOGO_DETECTION" in described.google.asked[0].features
    assert analysis["detected_objects"]
    assert analysis["alt_text"]


def test_who_said_it_and_what_it_cost_are_told(described: Described) -> None:
    """By the operator's commands, which find the same settings; on this machine it cost nothing."""
    story = described.machine.explain(described.pending_id)
    cost = run_media_vm(described.machine.surroundings, "ai", "cost")

    assert {"google", "openai"} <= {who for whose in story["analysis"]["provenance"].values() for who in whose}
    assert ["google", "openai"] == sorted(line.split()[0] for line in cost.stdout.splitlines()[2:4])


def test_no_key_is_left_anywhere(described: Described) -> None:
    """Neither in a log nor in the database nor beside a picture; `env` is the demo's own file of settings."""
    files = [file for file in described.folder.rglob("*") if file.is_file() and file.name != "env"]

    assert [] == [file.name for file in files if CANARY.encode() in file.read_bytes()]
    assert "worker.log" in {file.name for file in files}
