"""Requests made up by hypothesis: URLs, headers and bodies of every kind that a server on the open net hears."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, quote_from_bytes

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from media_vm.rules.signing import signed_query
from serve.problems import PROBLEM_TYPES
from tests.fuzz.made_up_headers import (
    Headers,
    any_headers,
    conditions,
    joined,
    some_bytes,
    text_of,
    words,
)
from tests.fuzz.stage import API_KEY, SECRET

Text = SearchStrategy[str]

_NEVER_EXPIRES = 99_999_999_999
_EACH = 8


@dataclass(frozen=True, slots=True)
class Sent:
    """One request. site: which of the stage's it goes to; target: path and query as in the first line."""

    site: str
    method: str
    target: bytes
    headers: Headers
    body: bytes

    @property
    def raw(self) -> bytes:
        """As it goes over a socket; the server closes it after its answer."""
        names = {name.lower() for name, _ in self.headers}
        own = [(b"host", b"media.example"), (b"content-length", str(len(self.body)).encode())]
        headers = [*(header for header in own if header[0] not in names), *self.headers, (b"connection", b"close")]
        lines = [b"%s %s HTTP/1.1" % (self.method.encode(), self.target), *(b"%s: %s" % one for one in headers)]
        return b"\r\n".join([*lines, b"", self.body])


def requests(tags: Sequence[str]) -> SearchStrategy[list[Sent]]:
    """For an application; every byte of URL and headers may be anything that a server passes on.

    Some calls, each with each of some sets of headers: to make one up takes far longer than to answer it.
    """
    sites = st.sampled_from(("open", "open", "open", "closed"))
    pictures = st.builds(Sent, sites, st.sampled_from(("GET", "GET", "HEAD")), _GOOD, st.just(()), st.just(b""))
    anything = st.builds(Sent, sites, _METHODS, _TARGETS, st.just(()), _BODIES)
    calls = st.builds(_called, _CALLS, st.sampled_from((True, True, True, False)))
    heads = st.builds(lambda one, others: one + others, conditions(tags), any_headers(tags))
    return st.builds(
        lambda some, ways: [_with(one, headers) for one in some for headers in ways],
        st.lists(st.one_of(pictures, pictures, anything, calls), min_size=1, max_size=_EACH),
        st.lists(heads, min_size=1, max_size=_EACH),
    )


def raw_requests(tags: Sequence[str]) -> SearchStrategy[list[bytes]]:
    """For a socket: the same as bytes, some with a part of them exchanged for others."""
    whole = requests(tags).map(lambda some: [sent.raw for sent in some])
    return whole | st.builds(_spoilt, whole, st.floats(0, 1), st.integers(0, 8), some_bytes(12))


def _called(call: tuple[str, str, bytes], has_key: bool) -> Sent:
    """One of the main API's calls, mostly with its key."""
    method, target, body = call
    key = ((b"authorization", f"Bearer {API_KEY}".encode()),) if has_key else ()
    return Sent("open", method, target.encode(), key, body)


def _with(sent: Sent, headers: Headers) -> Sent:
    """A key is sent once."""
    others = tuple(one for one in headers if not sent.headers or one[0] != b"authorization")
    return replace(sent, headers=sent.headers + others)


def _spoilt(requests: list[bytes], where: float, cut: int, instead: bytes) -> list[bytes]:
    places = [(request, int(where * len(request))) for request in requests]
    return [request[:at] + instead + request[at + cut :] for request, at in places]


def _encoded(text: Text) -> Text:
    """Some of it percent-encoded, once or twice."""
    once = text.map(lambda plain: quote(plain, safe="/"))
    return text | once | once.map(lambda plain: quote(plain, safe="/")) | text.map(lambda plain: quote(plain, ""))


_METHODS = st.sampled_from(
    ("GET",) * 12 + ("HEAD",) * 3 + ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "get")
)
_IDS = (
    st.integers(1, 9).map(str)
    | st.integers(1, 9).map(str)
    | words("0 -1 01 1.0 1e3 +1 １ ٣ null NaN 9999 999999999999999999 9223372036854775807 9223372036854775808")
    | st.integers(10**17, 10**400).map(str)
    | text_of("0123456789abcdef-./%", 12)
)
_SIZES = words("thumbnail small grid detail header zoom medium large huge GRID grid%20 detail?size=grid")
_FORMATS = words("avif webp jpeg jpg png gif AVIF svg+xml")
_FACES = st.sampled_from(("removed", "original", "green", ""))
_ODD = st.text(max_size=12) | text_of("size=format&bgv[]?%3F/\\\0\r\n'\"<>;", 24)
_NAMES = words(
    "size size[] size%5B%5D Size format format[] bg bg[] v exp sig x status data_type after limit user_id"
)
_VALUES = _SIZES | _FORMATS | _FACES | _IDS | st.sampled_from(("detail?size=thumbnail", "00000000")) | _ODD
_PAIR = st.tuples(_NAMES, _encoded(_VALUES)).map("=".join)
_QUERIES = (
    st.just("")
    | joined(_PAIR, "&&&?;", 5)
    | st.builds(lambda media_id: signed_query(SECRET.encode(), media_id, _NEVER_EXPIRES)[1:], st.integers(1, 9))
    | st.binary(max_size=60).map(quote_from_bytes)
    | st.integers(1, 5000).map(lambda most: "size=grid&" * (most // 10))
)
_PICTURES = st.builds(
    "{}/{}".format, st.sampled_from(("/serve", "/serve", "/api/images", "//serve", "/SERVE")), _IDS
)
_PATHS = (
    _PICTURES
    | st.builds("/serve/{}/{}.{}".format, _IDS, _SIZES, _FORMATS)
    | st.builds("/serve/{}/v{}/{}.nobg.{}".format, _IDS, text_of("0123456789abcdef", 9), _SIZES, _FORMATS)
    | st.builds("/serve/{}/manifest.json{}".format, _IDS, st.sampled_from(("", "", "/", "x")))
    | words("/ /livez /readyz /docs /openapi.json /metrics /problems /static/smart-image.js /static/../app.py *")
    | st.sampled_from(sorted(PROBLEM_TYPES)).map("/problems/{}".format)
    | st.builds("/api/media/{}/{}".format, words("status retry analysis focal alt wake"), _IDS)
    | _encoded(_ODD).map("/serve/{}".format)
    | _encoded(joined(_ODD, "/.", 4)).map("/{}".format)
)
_TARGETS = st.builds(
    lambda path, query: f"{path}?{query}".encode() if query else path.encode(),
    _PATHS | _PATHS | _PATHS | _encoded(_PATHS),
    _QUERIES,
)
_SOME = st.integers(1, 9)
_ASKED = st.lists(
    st.tuples(st.sampled_from(("size", "size[]", "format", "bg", "v", "x")), _SIZES | _FORMATS | _FACES).map(
        "=".join
    ),
    max_size=2,
).map("&".join)
_GOOD = st.one_of(
    st.builds("{}/{}?size={}".format, st.sampled_from(("/serve", "/serve", "/api/images")), _SOME, _SIZES),
    st.builds("/serve/{}?{}".format, _SOME, _ASKED),
    st.builds(
        "/serve/{}{}&{}".format, st.just(1), st.just(signed_query(SECRET.encode(), 1, _NEVER_EXPIRES)), _ASKED
    ),
    st.builds("/serve/{}/{}.{}".format, _SOME, _SIZES, _FORMATS),
    st.builds("/serve/{}".format, _SOME),
    st.builds("/serve/{}/manifest.json".format, _SOME),
).map(str.encode)

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_FRACTIONS = st.floats(0, 1) | st.floats() | st.sampled_from((-1, 10**400, True, None, "0.5", [0.5], 5e-324))
_WORDS = st.text(max_size=40) | st.sampled_from(("", " ", "<b>x", "\0", "\ud800", "x" * 501, "\u202e")) | _JSON
_MEMBERS = st.fixed_dictionaries(
    {},
    optional={
        "x": _FRACTIONS,
        "y": _FRACTIONS,
        "bg": _FACES | _JSON,
        "alt_text": _WORDS,
        "pending_image_ids": st.lists(st.integers(-1, 2**64) | _JSON, max_size=5) | _JSON,
        "__proto__": _JSON,
    },
)
_POINTS = st.fixed_dictionaries({"x": st.floats(0, 1), "y": st.floats(0, 1)})
_BODIES = (
    st.just(b"")
    | (_JSON | _MEMBERS).map(lambda value: json.dumps(value).encode())
    | some_bytes(40)
    | st.sampled_from(
        (b"{", b"[" * 9000, b'{"x":' * 3000, b'{"x":1e999,"y":-1e999}', b"\xef\xbb\xbf{}", b"0" * 66_000)
    )
)


def _as_json(members: SearchStrategy[Any]) -> SearchStrategy[bytes]:
    return members.map(lambda value: json.dumps(value).encode())


_LISTED = joined(_PAIR, "&", 3).map("/api/media?{}".format)
_CALLS = st.one_of(
    st.tuples(st.just("GET"), _LISTED, st.just(b"")),
    st.tuples(
        st.just("GET"),
        st.builds(
            "/api/media/{}/{}".format, st.sampled_from(("status", "analysis")), _IDS | _IDS.map("10{}".format)
        ),
        st.just(b""),
    ),
    st.tuples(st.just("POST"), st.builds("/api/media/retry/{}".format, _IDS.map("10{}".format)), _BODIES),
    st.tuples(st.just("POST"), st.just("/api/media/wake"), _as_json(_MEMBERS) | _BODIES),
    st.tuples(
        st.just("PUT"),
        st.builds("/api/media/{}/{}".format, st.sampled_from(("focal", "background", "alt")), _IDS),
        _as_json(_MEMBERS) | _as_json(_POINTS) | _BODIES,
    ),
    st.tuples(st.just("DELETE"), _IDS.map("/api/media/{}".format), _BODIES),
).map(lambda call: (call[0], quote(call[1], safe="/?&=%+"), call[2]))
