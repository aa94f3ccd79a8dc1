"""The listener for whoever watches: it finds a port, and is never a reason to stop."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from media_vm.adapters.exposition import BuildInfo, Shown, exposed, metrics_page
from media_vm.rules.endpoints import Bind


def broken(_: str) -> Shown:
    raise RuntimeError("canary")


@pytest.fixture(scope="module")
def where() -> Iterator[str]:
    """Three pages, on the next port after one that is taken."""
    registry = CollectorRegistry()
    registry.register(BuildInfo("worker"))
    pages = {"/metrics": metrics_page(registry), "/broken": broken}
    with socket.create_server(("127.0.0.1", 0)) as holder, capture_logs() as told:
        taken = Bind(*holder.getsockname())
        with exposed("worker", taken, pages) as bind:
            assert bind is not None and bind.port > taken.port
            assert ["metrics_port_taken", "metrics_exposed"] == [line["event"] for line in told]
            yield f"http://{bind}"


def asked(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, trust_env=False)


def test_metrics_are_told_in_the_form_that_is_asked_for(where: str) -> None:
    """Prometheus's own, or OpenMetrics; kept by nobody in between."""
    plain, open_ = (
        asked(f"{where}/metrics"),
        asked(f"{where}/metrics?x=1", Accept="application/openmetrics-text;version=1.0.0"),
    )

    assert (200, 200, "no-store") == (plain.status_code, open_.status_code, plain.headers["Cache-Control"])
    assert 'media_vm_build_info{component="worker",' in plain.text
    assert ("text/plain", True) == (
        plain.headers["Content-Type"].partition(";")[0],
        open_.text.endswith("# EOF\n"),
    )


def test_there_is_nothing_else(where: str) -> None:
    """A HEAD has no body; what was never there is said to be so, and what breaks tells nobody why."""
    with socket.create_connection(("127.0.0.1", int(where.rpartition(":")[2]))) as client:
        client.sendall(b"HEAD /metrics HTTP/1.0\r\n\r\n")
        head = client.makefile("rb").read()
    elsewhere, broken_page = asked(f"{where}/etc/passwd"), asked(f"{where}/broken")

    assert (True, True) == (head.startswith(b"HTTP/1.0 200 "), head.endswith(b"\r\n\r\n"))
    assert (404, "here is only /metrics, /broken\n") == (elsewhere.status_code, elsewhere.text)
    assert (500, "the log says why\n") == (broken_page.status_code, broken_page.text)
    assert 501 == httpx.post(f"{where}/metrics", trust_env=False).status_code


@pytest.mark.parametrize("bind", [Bind("192.0.2.1", 9464), Bind("nobody.invalid", 9464)])
def test_where_nobody_can_listen_the_work_goes_on(bind: Bind) -> None:
    """One loud line, and nothing more."""
    with capture_logs() as told, exposed("serve", bind, {}) as where:
        pass

    assert where is None
    assert [("metrics_not_exposed", "error", str(bind))] == [
        (line["event"], line["log_level"], line["at"]) for line in told
    ]
