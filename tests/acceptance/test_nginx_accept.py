"""What the shipped nginx reads out of `Accept`, beside the rule that decides for serve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from media_vm.rules.accept import accepted_formats
from media_vm.rules.pictures import Format
from tests.private_nginx import HOST, SHIPPED, free_port, nginx_in_front
from tests.unit.test_accept_headers import BROWSERS, MALFORMED, PROGRAMS, RULES

SAYS_WHAT_IT_READ = """
server {{
    listen {host}:{port};
    large_client_header_buffers 4 16k;
    return 200 "$media_vm_avif$media_vm_webp";
}}
"""
TYPES = ("image/avif", "image/webp", "image/*", "*/*")
WEIGHTS = (";q=0", ";q=0.5", " ; Q = 1.000", ";q=0.000", ";q=1.001")
SIGNS = ("q", "=", ";", ",", ", ", " ", "\t", "0", "1", ".", '"', '="', '";', "\\", "a=b", "x", "-")
PIECES = st.sampled_from((*TYPES, *WEIGHTS, *SIGNS))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HTTPConnection]:
    """A connection to an nginx that answers what it read; serve is not asked, and so not there."""
    port = free_port()
    more = SAYS_WHAT_IT_READ.format(host=HOST, port=port)
    with nginx_in_front(tmp_path_factory.mktemp("accept"), free_port(), more=more):
        connection = HTTPConnection(HOST, port, timeout=30)
        yield connection
        connection.close()


def read_by_nginx(connection: HTTPConnection, accept: str) -> frozenset[Format]:
    connection.putrequest("GET", "/", skip_accept_encoding=True)
    connection.putheader("Accept", accept)
    connection.endheaders()
    answer = connection.getresponse()
    found = re.findall("image/([a-z]+),", answer.read().decode())
    assert answer.status == 200
    return frozenset(map(Format, found))


@pytest.mark.parametrize(
    "accept",
    [
        pytest.param(header, id=name)
        for table in (BROWSERS, PROGRAMS, RULES)
        for name, (header, _) in table.items()
    ],
)
def test_nginx_reads_accept_as_serve_does(reader: HTTPConnection, accept: str) -> None:
    """Of every browser and program, and in every way RFC 9110 has to ask for a format and to refuse it."""
    stripped = accept.strip(" \t")  # as a server gets it
    assert accepted_formats(stripped) == read_by_nginx(reader, stripped)


def test_nginx_knows_todays_browsers_by_heart() -> None:
    """Each line of the first map is one browser's header, whole; what it makes of it the test above asks."""
    lines = re.findall("'~([^']+)' image/avif,image/webp;", (SHIPPED / "media-vm/http.conf").read_text())
    known = [[name for name, (header, _) in BROWSERS.items() if re.search(line, header)] for line in lines]
    assert [["Chrome 85"], ["Firefox 128"], ["Safari 17"], ["Safari 16"]] == known


@pytest.mark.parametrize(
    "accept",
    [
        pytest.param(header, id=name)
        for name, (header, _) in MALFORMED.items()
        if header.isascii() and header.isprintable()  # others are no header, or end one
    ],
)
def test_nginx_promises_nothing_for_a_malformed_header(reader: HTTPConnection, accept: str) -> None:
    """It may find less than serve would, never more."""
    stripped = accept.strip(" \t")
    assert read_by_nginx(reader, stripped) <= accepted_formats(stripped)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
@example('image/avif"x";q=0,image/avif')
@example('im"x"age/avif;q=0,image/avif')
def test_nginx_never_finds_a_format_that_serve_does_not(reader: HTTPConnection, accept: str) -> None:
    """Whatever a header is made of, who does not ask for a format never gets it out of the cache."""
    stripped = accept.strip(" \t")
    assert read_by_nginx(reader, stripped) <= accepted_formats(stripped)
