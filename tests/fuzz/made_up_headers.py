"""Headers made up by hypothesis: those that serve reads, as clients send them and as nobody should."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.fuzz.stage import API_KEY, SECRET, SERVE_KEY

Headers = tuple[tuple[bytes, bytes], ...]
Text = SearchStrategy[str]


def some_bytes(most: int) -> SearchStrategy[bytes]:
    return st.binary(max_size=most)


def text_of(alphabet: str, most: int) -> Text:
    return st.text(alphabet, max_size=most)


def joined(parts: Text, separators: str, most: int) -> Text:
    pair = st.tuples(parts, st.sampled_from(separators))
    return st.lists(pair, max_size=most).map(lambda pairs: "".join(part + between for part, between in pairs))


def words(text: str) -> Text:
    """One of them."""
    return st.sampled_from(text.split())


def any_headers(tags: Sequence[str]) -> SearchStrategy[Headers]:
    ranges = joined(
        words("image/avif image/webp image/* */* image/jpeg IMAGE/AVIF image/avif;q=0 ;q=0.5 ;q=1 q= image/")
        | text_of('image/avfwebp*,;q=01."\\ \t', 20),
        ",,; ",
        6,
    )
    tag = st.sampled_from((*tags, "*", '""', 'W/"x"', '"unfinished')) | text_of('W/"abc, *', 12)
    part = joined(words("bytes= 0- -1 0-0 100-50 -0 99999999999999999999-"), ", -", 4)
    unit = st.builds("bytes={}-{}".format, st.integers(0, 3000) | st.just(""), st.integers(0, 3000) | st.just(""))
    schemes = st.sampled_from(("Bearer", "bearer", "Basic", "", "Bearer Bearer"))
    keys = st.sampled_from((API_KEY, SERVE_KEY, SECRET, "wrong", "schlüssel", ""))
    addresses = joined(words("127.0.0.1 192.0.2.7 198.51.100.9 ::1 2001:db8::7 evil"), ",,: ", 3)
    texts = {
        "accept": ranges,
        "if-none-match": joined(tag, ", ", 3),
        "if-range": tag,
        "range": part | unit | unit,
        "authorization": st.builds("{} {}".format, schemes, keys),
        "host": st.sampled_from(("media.example", "", "evil.example:99999", "a b", "[::1]"))
        | st.text(max_size=12),
        "x-request-id": text_of("abcXYZ0189._-", 70) | st.text(max_size=12),
        "cookie": joined(st.text(max_size=8), ";=", 4),
        "origin": st.sampled_from(("https://festival.example", "null", "https://evil.example", "*")),
        "access-control-request-method": st.sampled_from(("GET", "PUT", "")),
        "x-forwarded-for": addresses,
        "x-forwarded-proto": st.sampled_from(("https", "javascript")),
        "content-type": st.sampled_from(
            ("application/json", "text/plain", "multipart/form-data", "x", "a/b;c=\xff")
        ),
        "accept-encoding": st.sampled_from(("gzip", "br;q=1", "*;q=0")),
    }
    named = [st.tuples(st.just(name.encode()), text.map(_as_latin)) for name, text in texts.items()]
    spoilt = st.tuples(st.sampled_from([name.encode() for name in texts]), some_bytes(60).map(_without_ends))
    long = st.tuples(st.just(b"accept"), st.sampled_from((b"," * 8192, b"*/*," * 2000, b'"' * 9000)))
    return st.lists(st.one_of(*named, *named, spoilt, long), max_size=5).map(tuple)


def conditions(tags: Sequence[str]) -> SearchStrategy[Headers]:
    """What a browser, a player or a proxy asks for of a picture that it has, or has a part of."""
    tag = st.sampled_from(tags)
    part = st.builds("bytes={}-{}".format, st.integers(0, 2000) | st.just(""), st.integers(0, 2000) | st.just(""))
    return st.one_of(
        st.just({}),
        st.fixed_dictionaries({"if-none-match": tag | st.just("*")}),
        st.fixed_dictionaries({"range": part}, optional={"if-range": tag}),
        st.fixed_dictionaries({"accept": st.sampled_from(("image/avif,image/webp,*/*", "image/webp", "*/*"))}),
        st.just({"authorization": f"Bearer {SERVE_KEY}"}),
    ).map(lambda texts: tuple((name.encode(), text.encode()) for name, text in texts.items()))


def _as_latin(text: str) -> bytes:
    return _without_ends(text.encode("utf-8", "surrogatepass"))


def _without_ends(value: bytes) -> bytes:
    """A server passes on neither line ends nor NUL in a header, nor white space around it."""
    return value.translate(None, b"\r\n\0").strip()
