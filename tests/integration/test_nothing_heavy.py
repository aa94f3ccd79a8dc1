"""What is loaded before anybody is asked, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("made", ["media_vm.cli, media_vm.build, serve.main", "media_vm.build_vision"])
def test_nothing_heavy_is_loaded_before_somebody_is_asked(made: str) -> None:
    """Google's client is 60 MB, the other a second; `--help`, `serve` and a worker without a provider have
    neither. A worker that is set up has them when it asks."""
    told = run(f"import sys, {made}\n{SETUP[made]}\nprint({HEAVY} & {{*sys.modules}})")

    assert "set()\n" == told


HEAVY = "{'openai', 'httpx2', 'google.cloud.vision', 'google.cloud.vision_v1', 'grpc', 'google.auth', 'requests'}"
SETUP = {
    "media_vm.cli, media_vm.build, serve.main": "",
    "media_vm.build_vision": """
from media_vm.settings import Settings
from media_vm.imaging.pool import ChildPool
from sqlalchemy import create_engine
given = {"OPENAI_API_KEY": "k", "GOOGLE_API_KEY": "k", "OLLAMA_BASE_URL": "http://127.0.0.1:9"}
settings, engine, children = Settings.model_validate(given), create_engine("sqlite://"), ChildPool(1)
from media_vm.build_embedder import build_embedder
till = media_vm.build_vision.build_till(settings, engine, worker="w", now=None, pause=None)
with media_vm.build_vision.build_vision(settings, children, till) as vision:
    with build_embedder(settings, till) as embedder:
        assert vision.is_configured and embedder.dim == 1536
""",
}


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
