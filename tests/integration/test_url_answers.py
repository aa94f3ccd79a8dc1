"""Whether permanent URLs are served, asked over real sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from media_vm.adapters.url_answers import AT_ONCE, HttpAnswers
from media_vm.rules.replacing import UrlAnswer
from tests.hostile_server import Answer, HostileServer, hostile_server

SILENCE = UrlAnswer(None, "")


def answer(status: int, **headers: str) -> Answer:
    """Headers alone."""

    def act(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return act


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """Answers as a test says."""
    with hostile_server() as server:
        yield server


def answers_of(server: HostileServer, *paths: str, seconds: float = 5) -> list[UrlAnswer]:
    with closing(HttpAnswers(timedelta(seconds=seconds))) as answers:
        return list(answers.of([server.url + path for path in paths]))


def test_answers_come_in_the_order_of_the_urls(server: HostileServer) -> None:
    """Though some are asked at once; without a key, as a browser does."""
    for number in range(20):
        server.answers[f"/serve/{number}"] = answer(200 + number, Content_Type=f"image/{number}")

    found = answers_of(server, *(f"/serve/{number}" for number in range(20)))

    assert [UrlAnswer(200 + number, f"image/{number}") for number in range(20)] == found
    assert {"HEAD"} == {one.method for one in server.requests}
    assert not any("Authorization" in one.headers for one in server.requests)


@pytest.mark.parametrize("status", [405, 501])
def test_a_server_without_head_is_asked_by_get(server: HostileServer, status: int) -> None:
    """Whose body is not read: it may be endless."""

    def endless(request: BaseHTTPRequestHandler) -> None:
        if request.command == "HEAD":
            answer(status)(request)
            return
        request.send_response(200)
        request.send_header("Content-Type", "image/webp")
        request.send_header("Content-Length", str(10**12))
        request.end_headers()
        request.wfile.write(b"x" * 100_000)

    server.answers["/serve/7"] = endless

    assert [UrlAnswer(200, "image/webp")] == answers_of(server, "/serve/7")
    assert ["HEAD", "GET"] == [one.method for one in server.requests]


def test_no_redirect_is_followed(server: HostileServer) -> None:
    """Neither to another host nor to the same."""
    server.answers["/serve/7"] = answer(302, Location="/serve/8", Content_Type="image/png")

    assert [UrlAnswer(302, "image/png")] == answers_of(server, "/serve/7")
    assert ["/serve/7"] == [one.path for one in server.requests]


def test_one_that_never_ends_its_answer_is_silent(server: HostileServer) -> None:
    """The whole exchange has a deadline, however often a header comes."""
    sent = []

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(90):
            request.wfile.write(f"X-{number}: y\r\n".encode())
            sent.append(number)
            time.sleep(0.1)
        request.wfile.write(b"Content-Type: image/png\r\nContent-Length: 0\r\n\r\n")

    server.answers["/serve/7"] = drip

    assert [SILENCE] == answers_of(server, "/serve/7", seconds=0.5)
    assert len(sent) < 90


def test_what_is_no_http_is_silent(server: HostileServer) -> None:
    """As is a port where nobody listens."""

    def lie(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"220 smtp.example ready\r\n")
        request.close_connection = True

    server.answers["/serve/7"] = lie
    assert [SILENCE] == answers_of(server, "/serve/7")

    with closing(HttpAnswers()) as answers:
        assert [SILENCE] == list(answers.of(["http://127.0.0.1:1/serve/7?size=detail"]))


def test_who_stops_iterating_asks_no_more(server: HostileServer) -> None:
    """But for those under way."""

    def hang_up(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.05)
        request.close_connection = True

    server.answers["/serve/7"] = hang_up
    with closing(HttpAnswers(timedelta(seconds=5))) as answers:
        found = answers.of([f"{server.url}/serve/7"] * 200)
        next(found)
        found.close()  # type: ignore[attr-defined]

    assert len(server.requests) <= 6 * AT_ONCE
