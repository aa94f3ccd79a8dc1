"""The shipped nginx in front of a serve that shows pictures by signed URLs alone, its cache left on by mistake."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from media_vm.rules.signing import signed_query
from tests import canaries
from tests.integration.test_serve_granian import START, environment, wait_until_alive
from tests.private_nginx import free_port, nginx_in_front

KEY = canaries.SERVE_SECRET
KEPT = 'nginx;desc="hit"'


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of nginx; behind it media 789, for who has a signed URL."""
    folder, port = tmp_path_factory.mktemp("signed"), free_port()
    variables = environment(folder, port) | {"MEDIA_VM_SERVE_SECRETS": KEY}
    process = subprocess.Popen([sys.executable, "-c", START], env=variables)
    try:
        wait_until_alive(f"http://127.0.0.1:{port}", process)
        with (
            nginx_in_front(folder / "nginx", port) as front,
            httpx.Client(base_url=front.url, timeout=30, trust_env=False) as one,
        ):
            yield one
    finally:
        process.terminate()  # killed, it would leave its own process behind
        process.wait(60)


@pytest.fixture
def signature() -> str:
    """Of media 789, for an hour."""
    return signed_query(KEY.encode(), 789, int(time.time()) + 3600).removeprefix("?")


@pytest.mark.parametrize("path", ["/serve/789?size=grid&", "/serve/789/grid.avif?", "/serve/789/manifest.json?"])
def test_who_has_a_signature_leaves_nothing_for_who_has_none(
    client: httpx.Client, signature: str, path: str
) -> None:
    """What is for somebody is asked of serve every time, and a URL without its signature stays a 403."""
    signed = [client.get(path + signature) for _ in range(2)]
    assert [200, 200] == [one.status_code for one in signed]
    assert all(one.headers["cache-control"].startswith("private, max-age=") for one in signed)
    assert KEPT not in [one.headers.get("server-timing") for one in signed]
    expiry, _ = signature.split("&")
    for without in ("", expiry, f"{expiry}&sig=", f"{expiry}&sig=0"):
        assert (403, "no-store") == ((no := client.get(path + without)).status_code, no.headers["cache-control"])


def test_a_signature_that_nginx_does_not_see_is_respected_too(client: httpx.Client, signature: str) -> None:
    """Serve decodes a parameter's name and nginx does not: `private` alone keeps the answer out of the cache."""
    url = "/serve/789?size=grid&" + signature.replace("sig=", "%73ig=")
    answers = [client.get(url) for _ in range(2)]
    assert [200, 200] == [one.status_code for one in answers]
    assert KEPT not in [one.headers.get("server-timing") for one in answers]


def test_a_browser_that_has_a_signed_picture_gets_304(client: httpx.Client, signature: str) -> None:
    """Past the cache the browser's own headers reach serve: its tag, and the part that it asks for."""
    url = f"/serve/789/grid.avif?{signature}"
    whole = client.get(url)
    known = client.get(url, headers={"If-None-Match": whole.headers["etag"]})
    assert (304, b"") == (known.status_code, known.content)
    part = client.get(url, headers={"Range": "bytes=1-2"})
    assert (206, whole.content[1:3]) == (part.status_code, part.content)
