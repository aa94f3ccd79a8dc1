"""Contract §3 and the proxy as the main API sees them: what is right is kept, and each slip has a name."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from media_vm.contract_calls import MediaVM, calls
from media_vm.rules.checkup_answers import Answered, Exchange, Unanswered
from media_vm.rules.contract import WANTS, Verdict

VM, API, KEY = "https://media.example", "https://api.example", "vm-key"
PICTURE = {"content-type": "image/avif", "etag": '"1"', "content-disposition": "inline", "vary": "Accept"}
LISTED, STATUS, SERVED, PROXIED, PLAIN, AGAIN = range(6)
NAMES = [name for name in WANTS if name.startswith(("calls.", "proxy."))]
PROXY = NAMES[3:]


class World:
    """Answers as media VM and a main API do, but for those that a test gives."""

    def __init__(self, changes: Mapping[int, Answered] | None = None, refusal: int = 401) -> None:
        self.methods: set[str] = set()
        proxied = PICTURE | {"cache-control": "public, max-age=3600"}
        right: dict[int, Answered] = {
            LISTED: Exchange(200, {}, b'{"success":true,"items":[{"media_id":"7"}],"next_after":null}'),
            STATUS: Exchange(200, {}, json.dumps({"id": 1, "status": "processing", "steps": {}}).encode()),
            SERVED: Exchange(200, PICTURE | {"cache-control": "public, max-age=31536000"}, b"picture"),
            PROXIED: Exchange(200, proxied, b"picture"),
            PLAIN: Exchange(200, proxied | {"content-type": "image/jpeg"}, b"jpeg"),
            AGAIN: Exchange(304),
        }
        self._answers = right | dict(changes or {})
        self._refusal = Exchange(refusal)

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        body: str | None = None,
        most: int = 0,
    ) -> Answered:
        """By where it goes."""
        given = headers or {}
        self.methods.add(method)
        if url.startswith(f"{VM}/api/") and given.get("Authorization") != f"Bearer {KEY}":
            return self._refusal
        if url.startswith(API):
            which = AGAIN if "If-None-Match" in given else PLAIN if given["Accept"] == "*/*" else PROXIED
        else:
            which = SERVED if "/serve/" in url else STATUS if "/status/" in url else LISTED
        return self._answers[which]


def verdicts(world: World, *pending: int) -> dict[str, Verdict]:
    return {one.name: one.verdict for one in calls(MediaVM(world, VM, KEY, "strange"), API, pending)}


def test_what_is_right_is_kept() -> None:
    """All of it, by looking alone."""
    world = World()

    assert dict.fromkeys(NAMES, Verdict.KEPT) == verdicts(world, 1)
    assert {"GET"} == world.methods


def test_without_an_address_nothing_is_asked() -> None:
    """And it is said how to test it."""
    found = list(calls(None, API, (1,)))

    assert [(name, Verdict.UNTESTED) for name in NAMES] == [(one.name, one.verdict) for one in found]
    assert {"--media-vm URL says where media VM is"} == {one.saw for one in found}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({LISTED: Unanswered("it cannot be reached")}, "calls.reached"),
        ({LISTED: Exchange(401)}, "calls.reached"),
        ({LISTED: Exchange(200, {}, b"[]")}, "calls.reached"),
        ({STATUS: Exchange(503)}, "calls.status"),
        ({STATUS: Exchange(200, {}, b'{"id":2,"status":"x","steps":{}}')}, "calls.status"),
        ({STATUS: Exchange(200, {}, b'{"id":1}')}, "calls.status"),
        ({PROXIED: Exchange(502)}, "proxy.picture"),
        ({PROXIED: Exchange(200, PICTURE | {"etag": '"2"'}, b"picture")}, "proxy.picture"),
        ({PROXIED: Exchange(200, PICTURE, b"another")}, "proxy.picture"),
        ({PLAIN: Exchange(200, PICTURE)}, "proxy.accept"),
        ({PROXIED: Exchange(200, {**PICTURE, "vary": "Origin"}, b"picture")}, "proxy.accept"),
        ({AGAIN: Exchange(200, PICTURE, b"picture")}, "proxy.revalidates"),
        ({PROXIED: Exchange(200, PICTURE | {"cache-control": "max-age=31536000"}, b"picture")}, "proxy.age"),
        ({PROXIED: Exchange(200, PICTURE, b"picture")}, "proxy.age"),
    ],
)
def test_each_slip_has_a_name(changes: dict[int, Answered], name: str) -> None:
    """Of the answers that a browser would get, too."""
    assert Verdict.BROKEN is verdicts(World(changes), 1)[name]


def test_a_media_vm_that_lets_everybody_in() -> None:
    """Its key is not set, or a proxy adds it."""
    assert Verdict.BROKEN is verdicts(World(refusal=200), 1)["calls.key"]


def test_a_main_api_without_a_proxy_is_fine() -> None:
    """Pages may name media VM itself."""
    found = verdicts(World({PROXIED: Exchange(404)}), 1)

    assert dict.fromkeys(PROXY, Verdict.UNTESTED) == {name: found[name] for name in PROXY}


def test_what_is_not_there_yet_is_untested() -> None:
    """No picture is completed, none is pending; or media VM has not polled."""
    none = verdicts(World({LISTED: Exchange(200, {}, b'{"items":[]}')}))
    unseen = verdicts(World({STATUS: Exchange(404)}), 1)

    assert {Verdict.UNTESTED} == {none[name] for name in ("calls.status", *PROXY)}
    assert Verdict.KEPT is unseen["calls.status"]
