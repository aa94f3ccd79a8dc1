"""A set-up of which `media-vm doctor` has nothing to say, until a test breaks one part."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import certifi
import openai  # noqa: F401 - a second of importing belongs to no test's budget
import pytest
from typer.testing import CliRunner, Result

from media_vm.cli import app
from media_vm.environment import variables
from media_vm.secret_files import SECRETS
from media_vm.vision import google_client, model_wire  # noqa: F401 - nor does this
from tests.integration.databases import prepare
from tests.stand_ins.certificate import PUBLIC_NAME, self_signed
from tests.stand_ins.google_vision import GoogleStandIn, Refusal, google_over_rest
from tests.stand_ins.main_api import KEY, MainAPIStandIn, main_api
from tests.stand_ins.model_bodies import Model
from tests.stand_ins.model_server import ModelServer, model_server

CANARY = "canary-0123456789"


class Home:
    """A healthy set-up, of which a test breaks one part."""

    def __init__(self, folder: Path, api: MainAPIStandIn, public: str, model: ModelServer, google: str) -> None:
        self.folder, self.api, self.model = folder, api, model
        self.storage = folder / "storage"
        self.key_file = folder / "main_key"
        self.database = folder / "media_vm.db"
        self.settings = {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "MEDIA_VM_STORAGE_DIR": str(self.storage),
            "MAIN_API_URL": api.url,
            "MAIN_API_KEY_FILE": str(self.key_file),
            "MEDIA_VM_API_KEY": f"own-{CANARY}",
            "MEDIA_BACKEND_URL": public,
            "MEDIA_VM_DISK_FLOOR_BYTES": "1000000",
            "MEDIA_VM_CPU_SLOTS": "1",
            "OPENAI_API_KEY": f"sk-{CANARY}",
            "OPENAI_BASE_URL": f"{model.url}/v1",
            "GOOGLE_API_KEY": CANARY,
            "MEDIA_VM_GOOGLE_ENDPOINT": google,
            "MEDIA_VM_GOOGLE_TRANSPORT": "rest",
        }

    def doctor(self, *arguments: str, **changes: str) -> Result:
        """Nothing that it prints holds a secret."""
        told = CliRunner().invoke(app, ("doctor", *arguments), env=self.settings | changes)
        assert CANARY not in told.output and KEY not in told.output
        return told

    def found(self, area: str, **changes: str) -> tuple[int, dict[str, tuple[str, str]]]:
        """The exit code, and what is not well in an area: state, and what was seen with the remedy."""
        told = self.doctor("--only", area, "--json", **changes)
        assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
        story = json.loads(told.stdout)
        assert told.exit_code == story["exit"]
        ill = [one for one in story["checks"] if one["state"] != "ok"]
        return told.exit_code, {one["what"]: (one["state"], f"{one['seen']} → {one['remedy']}") for one in ill}

    def one(self, area: str, **changes: str) -> tuple[int, str, str, str]:
        """The same of the only thing that is not well: exit code, what, state, words."""
        code, ill = self.found(area, **changes)
        assert 1 == len(ill), ill
        [(what, (state, said))] = ill.items()
        return code, what, state, said


@dataclass(frozen=True, slots=True)
class Others:
    """Whoever is asked over the network. public: of serve, behind TLS. trusted: the certificate's own, which
    is valid for a day."""

    public: str
    trusted: str
    model: ModelServer
    google: GoogleStandIn


@contextmanager
def others(folder: Path) -> Iterator[Others]:
    """Running until the block ends. folder: for the certificate."""
    certificate = self_signed(folder)
    with main_api(certificate) as public, model_server() as model, google_over_rest() as google:
        model.models = [Model("gpt-5.4-mini"), Model("text-embedding-3-small")]
        google.answer = Refusal("INVALID_ARGUMENT")  # what Google says to a request for nothing
        yield Others(public.url.replace("127.0.0.1", PUBLIC_NAME), str(certificate.chain), model, google)


@contextmanager
def set_up(folder: Path, monkeypatch: pytest.MonkeyPatch, others: Others) -> Iterator[Home]:
    """Healthy, in this folder; the environment holds nothing else."""
    for name in (*SECRETS, *(f"{one}_FILE" for one in SECRETS), *variables()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    monkeypatch.setattr(certifi, "where", lambda: others.trusted)
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: look_up("127.0.0.1" if host == PUBLIC_NAME else host, *a, **k)
    )
    with main_api() as api:
        api.add(1)
        made = Home(folder, api, others.public, others.model, others.google.endpoint)
        for area in ("bulk", "library", "quarantine"):
            (made.storage / area).mkdir(parents=True)
        made.key_file.write_text(KEY)
        made.key_file.chmod(0o600)
        prepare(made.settings["DATABASE_URL"])
        yield made
