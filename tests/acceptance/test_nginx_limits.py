"""The shipped nginx and clients that are slow, many or malformed: all others get their pictures."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPResponse

import httpx
import pytest

from serve.problems import PROBLEM_TYPES
from tests import canaries
from tests.acceptance.machine import Machine, wait_until
from tests.private_nginx import HOST, PATIENCE_SECONDS, SHIPPED, Front, nginx_in_front
from tests.slow_clients import Begin, half_a_body, half_a_head, never_reads, slow_clients

# The same limits, reached sooner.
SOONER = {
    "client_header_timeout 10s;": "client_header_timeout 1s;",
    "client_body_timeout 10s;": "client_body_timeout 1s;",
    "rate=50r/s": "rate=1r/m",
    "burst=100": "burst=2",
    "limit_conn media_vm_connections 256;": "limit_conn media_vm_connections 3;",
}


@pytest.fixture(scope="module")
def strict(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """An nginx with low limits in front of the same serve."""
    port = machine.surroundings.addresses.serve_port
    with nginx_in_front(tmp_path_factory.mktemp("strict"), port, SOONER) as running:
        yield running


@pytest.fixture(scope="module")
def picture(machine: Machine, uploaded: dict[str, int]) -> str:
    """The photo's path."""
    return f"/serve/{machine.status(uploaded['photo'])['media_id']}?size=detail"


def test_two_hundred_slow_clients_keep_nobody_from_a_picture(front: Front, picture: str) -> None:
    """New visitors get theirs while slow ones hold headers, bodies and answers; the bench tells how soon."""
    counts: dict[Begin, int] = {half_a_head: 120, half_a_body: 60, never_reads: 20}
    each_on_its_own = httpx.Limits(max_keepalive_connections=0)
    with (
        slow_clients((HOST, front.port), counts, picture),
        httpx.Client(base_url=front.url, timeout=30, trust_env=False, limits=each_on_its_own) as client,
    ):
        answers = [client.get(f"{picture}&visitor={visitor}") for visitor in range(20)]
    assert [200] * 20 == [one.status_code for one in answers]


@pytest.mark.parametrize("begin", [half_a_head, half_a_body])
def test_who_does_not_go_on_is_hung_up_on(strict: Front, picture: str, begin: Begin) -> None:
    """A request that does not come is waited for so long and no longer: here, for a second."""
    with slow_clients((HOST, strict.port), {begin: 1}, picture) as [connection]:
        connection.settimeout(PATIENCE_SECONDS)
        assert b"" == read_to_the_end(connection)


def read_to_the_end(connection: socket.socket) -> bytes:
    """All that comes; a reset is an end too."""
    received = bytearray()
    with suppress(ConnectionResetError):
        while some := connection.recv(65_536):
            received += some
    return bytes(received)


def test_one_address_does_not_take_all_connections(strict: Front, picture: str) -> None:
    """Above its share it hears 429 as a problem, with a time to come again."""
    answers: list[httpx.Response] = []
    with httpx.Client(base_url=strict.url, timeout=30, trust_env=False) as client:

        def is_refused() -> bool:
            """The slow ones hold on for a second: a busy machine may need another try."""
            with slow_clients((HOST, strict.port), {half_a_body: 3}, picture):
                answers.append(client.get(picture))
            return answers[-1].status_code != 200

        wait_until(is_refused)
    refused = answers[-1]
    assert (429, "1", "no-store") == (
        refused.status_code,
        refused.headers["retry-after"],
        refused.headers["cache-control"],
    )
    assert "/problems/too-many-requests" == refused.json()["type"]


def test_a_stranger_uses_up_nobody_elses_writes(strict: Front, machine: Machine) -> None:
    """Behind the main API's own address: with another key, with none, and with one too long to be counted by."""
    others = [
        {"Authorization": "Bearer wrong"},
        {},
        *({"Authorization": f"Bearer {n}{'x' * 600}"} for n in range(4)),
    ]
    with httpx.Client(base_url=strict.url, timeout=30, trust_env=False) as client:
        told = [client.post("/api/media/wake", json={}, headers=other).status_code for other in others * 4]
        ours = client.post("/api/media/wake", json={}, headers=machine.key).status_code
    assert ([429] * 6, 202) == (told[-6:], ours)


def test_only_what_changes_something_is_rationed(strict: Front, machine: Machine, picture: str) -> None:
    """A few writes at once are let through, further ones hear 429; reading goes on."""
    with httpx.Client(base_url=strict.url, timeout=30, trust_env=False) as client:
        writes = [client.post("/api/media/wake", json={}, headers=machine.key).status_code for _ in range(12)]
        reads = [client.get(picture).status_code for _ in range(12)]
    assert {202, 429} >= set(writes)
    assert 429 == writes[-1]
    assert [200] * 12 == reads


@pytest.mark.parametrize(
    ("request_head", "status", "slug"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400, "malformed"),
        (b"GET /serve/1\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed"),
        (b"GET /serve/1?" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "url-too-long"),
        (b"GET /serve/1 HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431, "malformed"),
        (b"POST /api/media/wake HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n", 413, "too-large"),
        (b"GET /media-vm-refused HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, "not-found"),
    ],
)
def test_what_nginx_refuses_itself_is_a_problem_too(
    front: Front, request_head: bytes, status: int, slug: str
) -> None:
    """No HTML, no version, nothing that may be kept; its page is one of serve's."""
    with socket.create_connection((HOST, front.port), timeout=30) as connection:
        connection.sendall(request_head)
        answer = HTTPResponse(connection)
        answer.begin()
        said = json.loads(answer.read())
    assert (status, "application/problem+json") == (answer.status, answer.getheader("content-type"))
    assert ("no-store", "nginx") == (answer.getheader("cache-control"), answer.getheader("server"))
    shared = [answer.getheader(f"access-control-{name}") for name in ("allow-origin", "expose-headers")]
    assert ["*", "Retry-After, X-Request-ID"] == shared
    assert (f"/problems/{slug}", status) == (said["type"], said["status"])
    assert answer.getheader("x-request-id") == said["request_id"]
    assert PROBLEM_TYPES[slug].title == said["title"]


def test_what_nginx_says_has_a_page_at_serve() -> None:
    """The types and titles in its configuration are serve's own."""
    said = re.findall(
        r'(\w+) \'"type":"/problems/([a-z-]+)","title":"([^"]+)"\'', (SHIPPED / "media-vm/http.conf").read_text()
    )
    expected = [
        ("default" if slug == "malformed" else str(PROBLEM_TYPES[slug].status), slug, PROBLEM_TYPES[slug].title)
        for _, slug, _ in said
    ]
    assert (7, expected) == (len(said), said)


def test_the_log_holds_no_query(front: Front, machine: Machine, picture: str) -> None:
    """A signature in a URL is nobody's to read afterwards."""
    named = {"X-Request-ID": "signed-for-one"}
    httpx.get(f"{front.url}{picture}&sig={canaries.SIGNATURE}", headers=named, trust_env=False)
    log = front.folder / "access.log"
    wait_until(lambda: "signed-for-one" in log.read_text())  # lines are written together, once a second
    assert "canary" not in log.read_text()
