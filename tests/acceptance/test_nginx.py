"""The shipped nginx in front of the real serve: who gets what out of its cache, and what never goes into it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from tests.acceptance.machine import Machine
from tests.private_nginx import Front

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
WEBP_ONLY = "image/webp,*/*"
HIT = 'nginx;desc="hit"'
_NUMBERS = count(1)


@pytest.fixture(scope="module")
def client(front: Front) -> Iterator[httpx.Client]:
    """A client of nginx that says no Accept of its own."""
    with httpx.Client(base_url=front.url, timeout=30, trust_env=False) as one:
        del one.headers["Accept"]
        yield one


@pytest.fixture(scope="module")
def media_id(machine: Machine, uploaded: dict[str, int]) -> str:
    """The media id of the photo."""
    found: str = machine.status(uploaded["photo"])["media_id"]
    return found


@pytest.fixture
def fresh() -> str:
    """A parameter that serve ignores and that nobody asked with before."""
    return f"test={next(_NUMBERS)}"


def is_hit(answer: httpx.Response) -> bool:
    timing: str = answer.headers.get("server-timing", "")
    return timing == HIT


def size_of(answer: httpx.Response) -> str:
    """The size that serve names the file by."""
    return answer.headers["content-disposition"].removesuffix('"').rsplit("-", 1)[1].split(".")[0]


@pytest.mark.parametrize(
    ("first", "second", "types"),
    [
        ("*/*", CHROME, ("image/jpeg", "image/avif")),
        (CHROME, "*/*", ("image/avif", "image/jpeg")),
        (None, WEBP_ONLY, ("image/jpeg", "image/webp")),
        (CHROME, WEBP_ONLY, ("image/avif", "image/webp")),
        (WEBP_ONLY, CHROME, ("image/webp", "image/avif")),
        (CHROME, "image/avif;q=0,image/webp;q=0,*/*", ("image/avif", "image/jpeg")),
    ],
)
def test_who_asks_first_decides_for_nobody_else(
    client: httpx.Client, media_id: str, fresh: str, first: str | None, second: str, types: tuple[str, str]
) -> None:
    """A cache that one client primed gives the next one the format that it names, kept or not."""
    url = f"/serve/{media_id}?size=grid&{fresh}"
    answers = [
        client.get(url, headers={"Accept": accept} if accept else {}) for accept in (first, second, first, second)
    ]
    assert [*types, *types] == [one.headers["content-type"] for one in answers]
    assert [False, False, True, True] == [is_hit(one) for one in answers]
    assert {"Accept"} == {one.headers["vary"] for one in answers}


@pytest.mark.parametrize("odd", [[("Accept", "*/*"), ("Accept", "image/avif")]])
def test_serve_is_asked_for_what_nginx_read(
    machine: Machine, client: httpx.Client, media_id: str, fresh: str, odd: list[tuple[str, str]]
) -> None:
    """A header that the two read differently fills the cache with what nginx made of it, or with nothing wrong."""
    url = f"/serve/{media_id}?size=grid&{fresh}"
    assert "image/avif" == machine.serve.get(url, headers=odd).headers["content-type"]
    primed = client.get(url, headers=odd)
    assert "image/jpeg" == client.get(url).headers["content-type"]
    assert primed.headers["content-type"] == client.get(url, headers=odd).headers["content-type"]


def test_browsers_of_one_kind_share_what_is_kept(client: httpx.Client, media_id: str, fresh: str) -> None:
    """Not the header's spelling but what it asks for is in the key."""
    url = f"/serve/{media_id}?size=grid&{fresh}"
    client.get(url, headers={"Accept": CHROME})
    firefox = client.get(url, headers={"Accept": "image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.5"})
    assert ("image/avif", True) == (firefox.headers["content-type"], is_hit(firefox))


@pytest.mark.parametrize(
    ("attack", "victim", "expected"),
    [
        ("size[]=thumbnail", "", "detail"),
        ("size%5B%5D=thumbnail", "", "detail"),
        ("size=grid&size=thumbnail", "size=grid", "grid"),
        ("size=grid&size[]=thumbnail", "size=grid", "grid"),
        ("size=grid?size=thumbnail", "size=grid", "grid"),
        ("SIZE=thumbnail&size=grid", "size=thumbnail", "thumbnail"),
    ],
)
def test_no_parameter_poisons_the_cache(
    client: httpx.Client, media_id: str, fresh: str, attack: str, victim: str, expected: str
) -> None:
    """A URL that serve reads otherwise than nginx's own $arg_size would is no key of anybody else's picture."""
    poison = client.get(f"/serve/{media_id}?{attack}&{fresh}")
    assert 200 == poison.status_code
    answers = [client.get(f"/serve/{media_id}?{victim}&{fresh}") for _ in range(2)]
    assert [expected, expected] == [size_of(one) for one in answers]


@pytest.mark.parametrize(
    ("attack", "poisoned"),
    [
        ({"Range": "bytes=0-9"}, 206),
        ({"If-None-Match": "*"}, 304),
        ({"Accept-Encoding": "gzip, br"}, 200),
        ({"Cookie": "a=b", "X-Forwarded-Host": "evil.example", "X-Original-URL": "/livez"}, 200),
    ],
)
def test_no_header_poisons_the_cache(
    client: httpx.Client, media_id: str, fresh: str, attack: dict[str, str], poisoned: int
) -> None:
    """What is kept is the whole picture, whatever the first one asked for."""
    url = f"/serve/{media_id}?size=grid&{fresh}"
    assert poisoned == client.get(url, headers=attack).status_code
    answer = client.get(url)
    assert (200, int(answer.headers["content-length"])) == (answer.status_code, len(answer.content))
    assert "image/jpeg" == answer.headers["content-type"]
    assert client.get(f"/serve/{media_id}?size=grid").content == answer.content


def test_a_path_is_kept_whatever_its_query_and_accept(client: httpx.Client, media_id: str) -> None:
    """The form for CDNs names its format, so that one kept answer is for all."""
    first = client.get(f"/serve/{media_id}/small.webp", headers={"Accept": CHROME})
    again = client.get(f"/serve/{media_id}/small.webp?size=thumbnail&whatever", headers={"Accept": "*/*"})
    assert ("image/webp", "small", False) == (first.headers["content-type"], size_of(first), is_hit(first))
    assert (first.content, True) == (again.content, is_hit(again))
    version = first.headers["etag"].strip('"')[:8]
    versioned = client.get(f"/serve/{media_id}/v{version}/small.webp")
    assert "public, max-age=31536000, immutable" == versioned.headers["cache-control"]
    assert is_hit(client.get(f"/serve/{media_id}/v{version}/small.webp"))


@pytest.mark.parametrize("path", ["?size=grid&", "/grid.webp?", "/manifest.json?"])
def test_made_up_origins_do_not_fill_the_cache(client: httpx.Client, media_id: str, fresh: str, path: str) -> None:
    """Where pages of every origin are let in, whoever names another one gets what is kept already."""
    url = f"/serve/{media_id}{path}{fresh}"
    client.get(url)
    answers = [client.get(url, headers={"Origin": f"https://{fresh[5:]}-{n}.example"}) for n in range(5)]
    assert [(True, "*")] * 5 == [(is_hit(one), one.headers["access-control-allow-origin"]) for one in answers]


def test_a_page_may_ask_whether_it_may_revalidate(client: httpx.Client, media_id: str) -> None:
    """Its browser's question reaches serve with its origin."""
    asks = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    answer = client.options(f"/serve/{media_id}/manifest.json", headers=asks)
    assert (204, "GET, HEAD") == (answer.status_code, answer.headers["access-control-allow-methods"])


def test_a_browser_that_has_the_picture_gets_304_from_the_cache(
    client: httpx.Client, media_id: str, fresh: str
) -> None:
    """By any of its tags, also before anything is kept; another format's tag brings the picture."""
    url = f"/serve/{media_id}?size=grid&{fresh}"
    tags = {
        accept: client.get(f"{url}&other", headers={"Accept": accept}).headers["etag"]
        for accept in (CHROME, "*/*")
    }
    for _ in range(2):
        known = client.get(url, headers={"Accept": CHROME, "If-None-Match": f'"x", W/{tags[CHROME]}'})
        assert (304, b"", tags[CHROME]) == (known.status_code, known.content, known.headers["etag"])
        assert ("Accept", "public, max-age=31536000") == (known.headers["vary"], known.headers["cache-control"])
    other = client.get(url, headers={"Accept": CHROME, "If-None-Match": tags["*/*"]})
    assert (200, "image/avif") == (other.status_code, other.headers["content-type"])


def test_head_and_get_share_what_is_kept(client: httpx.Client, media_id: str, fresh: str) -> None:
    """A HEAD has GET's headers and no body, and brings the whole picture into the cache."""
    url = f"/serve/{media_id}?size=grid&{fresh}"
    head, get = client.head(url), client.get(url)
    assert (200, b"") == (head.status_code, head.content)
    assert (str(len(get.content)), True) == (head.headers["content-length"], is_hit(get))
    for name in ("etag", "vary", "content-type", "content-disposition", "cache-control"):
        assert get.headers[name] == head.headers[name]


def test_a_part_of_a_picture_comes_from_serve(client: httpx.Client, media_id: str, fresh: str) -> None:
    """One range gives 206 with its bytes, several the whole; neither is kept, nor given in place of what is."""
    url = f"/serve/{media_id}?size=grid&{fresh}"
    first = client.get(url, headers={"Range": "bytes=10-19"})
    whole = client.get(url)
    assert (206, f"bytes 10-19/{len(whole.content)}") == (first.status_code, first.headers["content-range"])
    assert (whole.content[10:20], False) == (first.content, is_hit(whole))
    last = client.get(url, headers={"Range": "bytes=-5", "If-Range": whole.headers["etag"]})
    assert (206, whole.content[-5:]) == (last.status_code, last.content)
    for headers in ({"Range": "bytes=0-1,3-4"}, {"Range": "bytes=0-1", "If-Range": '"other"'}):
        assert (200, whole.content) == ((other := client.get(url, headers=headers)).status_code, other.content)
    beyond = client.get(url, headers={"Range": f"bytes={len(whole.content)}-"})
    assert (416, f"bytes */{len(whole.content)}") == (beyond.status_code, beyond.headers["content-range"])
    assert ["no-store"] == beyond.headers.get_list("cache-control")
    assert is_hit(client.get(url))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/serve/987654321", 404),
        ("/serve/987654321/grid.webp", 404),
        ("/serve/{media_id}?size=huge", 400),
        ("/serve/{media_id}/grid.gif", 400),
        ("/serve/0", 404),
        ("/serve/{media_id}%0a", 404),
    ],
)
def test_errors_are_not_kept(client: httpx.Client, media_id: str, path: str, status: int) -> None:
    """Each is asked of serve anew, and says what serve says."""
    answers = [client.get(path.format(media_id=media_id)) for _ in range(2)]
    assert [(status, "no-store")] * 2 == [(one.status_code, one.headers["cache-control"]) for one in answers]
    assert answers[0].json()["request_id"] != answers[1].json()["request_id"]


def test_who_shows_a_key_is_answered_by_serve(client: httpx.Client, media_id: str, fresh: str) -> None:
    """What a key opens is not kept, and what is kept is not given to a key."""
    url, key = f"/serve/{media_id}?size=grid&{fresh}", {"Authorization": "Bearer someone"}
    asked = [key, key, {}, key, {}]
    assert [False, False, False, False, True] == [is_hit(client.get(url, headers=one)) for one in asked]
    signed = f"{url}&exp=4102444800&sig=abc"
    assert [False, False] == [is_hit(client.get(signed)) for _ in range(2)]


def test_every_request_has_its_own_id(machine: Machine, client: httpx.Client, media_id: str, fresh: str) -> None:
    """A harmless id of the client's reaches serve and comes back, from the cache too; any other is replaced."""
    url = f"/serve/{media_id}?size=grid&{fresh}"
    for number in range(2):
        given = client.get(url, headers={"X-Request-ID": f"mine-{number}"})
        assert [f"mine-{number}"] == given.headers.get_list("x-request-id")
    forged = client.get("/serve/987654321", headers={"X-Request-ID": 'a"b'})
    [made] = forged.headers.get_list("x-request-id")
    assert (32, made) == (len(made), forged.json()["request_id"])
    told = client.get("/serve/987654321", headers={"X-Request-ID": "mine-3"})
    assert ("mine-3", "mine-3") == (told.headers["x-request-id"], told.json()["request_id"])


def test_a_kept_answer_says_how_old_it_is(client: httpx.Client, media_id: str, fresh: str) -> None:
    """`Date` is serve's, from when it was made: a browser adds no minute of its own to the one in nginx."""
    url = f"/serve/{media_id}?size=grid&{fresh}"
    first = client.get(url)
    time.sleep(1.1)  # dates have seconds
    again = client.get(url)
    assert (first.headers.get_list("date"), True) == (again.headers.get_list("date"), is_hit(again))


def test_what_is_no_picture_passes_through(machine: Machine, client: httpx.Client) -> None:
    """The main API's calls and the open routes, each answered by serve."""
    assert (200, {"status": "alive"}) == ((answer := client.get("/livez")).status_code, answer.json())
    assert 401 == client.post("/api/media/wake", json={}).status_code
    assert 202 == client.post("/api/media/wake", json={}, headers=machine.key).status_code
    assert 405 == client.put("/serve/1").status_code


def test_text_is_sent_packed_to_who_can_unpack_it(client: httpx.Client, media_id: str, fresh: str) -> None:
    """A manifest out of the cache too, and the copy of it is known again; pictures stay as they are."""
    for url in (f"/serve/{media_id}/manifest.json?{fresh}", "/static/smart-image.js"):
        plain = client.get(url, headers={"Accept-Encoding": "identity"})
        packed = client.get(url)
        again = client.get(url, headers={"If-None-Match": packed.headers["etag"]})
        assert (None, "gzip") == (plain.headers.get("content-encoding"), packed.headers["content-encoding"])
        assert {"Accept-Encoding"} == {one.headers["vary"] for one in (plain, packed)}
        assert (plain.content, 304) == (packed.content, again.status_code)
        assert packed.num_bytes_downloaded < len(plain.content) / 2
    assert "content-encoding" not in client.get(f"/serve/{media_id}?size=grid&{fresh}").headers


def test_every_cdn_finds_the_name_that_it_purges_a_media_by(
    client: httpx.Client, media_id: str, fresh: str
) -> None:
    """Serve says `Cache-Tag`; bunny and Fastly read others. Out of the cache too."""
    answers = [client.get(f"/serve/{media_id}?size=grid&{fresh}") for _ in range(2)]
    for name in ("cache-tag", "cdn-tag", "surrogate-key"):
        assert [f"media-{media_id}"] * 2 == [one.headers[name] for one in answers]
