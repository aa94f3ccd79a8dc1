"""Google Vision's client over TLS, as in production: the key as the library sends it, a token signed here."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.errors import ProviderDown
from media_vm.rules.pictures import DataType
from media_vm.vision.google import GoogleSetup, GoogleVision, Transport
from media_vm.vision.google_probe import PROBE
from tests import canaries
from tests.stand_ins.certificate import self_signed
from tests.stand_ins.google_vision import Certificate, GoogleStandIn, google_over_grpc, google_over_rest

KEY = canaries.GOOGLE_API_KEY
SERVERS = {Transport.GRPC: google_over_grpc, Transport.REST: google_over_rest}
ONE_LOOK = """
import sys
from datetime import timedelta
from pathlib import Path
from media_vm.rules.pictures import DataType
from media_vm.vision.google import GoogleSetup, GoogleVision, Transport
from media_vm.vision.google_probe import PROBE

endpoint, transport, key, file = sys.argv[1:]
setup = GoogleSetup(endpoint, Transport(transport), key or None, Path(file) if file else None)
print(GoogleVision(setup, lambda _: None, timedelta(seconds=10)).look(PROBE, DataType.PRODUCT).labels[0].name)
"""


@dataclass(frozen=True)
class Papers:
    """Files: who the server is, and a service account."""

    certificate: Certificate
    account: Path


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    folder = tmp_path_factory.mktemp("papers")
    certificate = self_signed(folder)
    account = {
        "type": "service_account",
        "client_email": "media-vm@project.iam.gserviceaccount.com",
        "private_key": certificate.key.read_text(),
        "private_key_id": "1",
        "token_uri": "http://127.0.0.1:9/token",
    }
    (folder / "account.json").write_text(json.dumps(account))
    return Papers(certificate, folder / "account.json")


@pytest.fixture(params=Transport)
def server(request: pytest.FixtureRequest, papers: Papers) -> Iterator[tuple[Transport, GoogleStandIn]]:
    """Once over each transport."""
    with SERVERS[request.param](papers.certificate) as running:
        yield request.param, running


def look(server: tuple[Transport, GoogleStandIn], papers: Papers, *, key: str = "", file: str = "") -> str:
    """In a process of its own: gRPC reads the certificates that it trusts but once."""
    trust = str(papers.certificate.chain)
    trusting = {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": trust, "REQUESTS_CA_BUNDLE": trust, "PATH": ""}
    command = [sys.executable, "-c", ONE_LOOK, server[1].endpoint, server[0].value, key, file]
    done = subprocess.run(command, env=trusting, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.strip() or done.stderr


def test_the_key_goes_by_its_header(server: tuple[Transport, GoogleStandIn], papers: Papers) -> None:
    """And nothing else that would say who we are."""
    assert "Art" == look(server, papers, key=KEY)
    (asked,) = server[1].asked

    assert PROBE == asked.picture
    assert KEY == asked.headers["x-goog-api-key"]
    assert "authorization" not in asked.headers


def test_a_service_accounts_token_is_signed_here(server: tuple[Transport, GoogleStandIn], papers: Papers) -> None:
    """Its own token endpoint, where nobody is, is not asked."""
    assert "Art" == look(server, papers, file=str(papers.account))
    (asked,) = server[1].asked

    kind, token = asked.headers["authorization"].split()
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert ("Bearer", "media-vm@project.iam.gserviceaccount.com") == (kind, claims["iss"])
    assert "x-goog-api-key" not in asked.headers


def test_a_server_that_is_not_trusted_gets_nothing(server: tuple[Transport, GoogleStandIn]) -> None:
    """Neither the key nor the picture."""
    setup = GoogleSetup(server[1].endpoint, server[0], KEY)

    with closing(GoogleVision(setup, lambda _: None, timedelta(seconds=2))) as google, pytest.raises(ProviderDown):
        google.look(PROBE, DataType.PRODUCT)

    assert [] == server[1].asked
