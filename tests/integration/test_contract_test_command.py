"""`media-vm contract-test`: a main API that keeps the contract passes, and each way of breaking it is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from media_vm import contract_test as story
from media_vm.adapters.asking import HttpAsking
from media_vm.cli import app
from media_vm.environment import variables
from media_vm.rules.contract import WANTS
from media_vm.secret_files import SECRETS
from media_vm.told_contract import is_kept
from tests.stand_ins.main_api import KEY, MainAPIStandIn, main_api

Break = Callable[[MainAPIStandIn], object]
THROWN_AWAY = (1, 2, 3)
CALLS = [one for one in WANTS if one.startswith(("calls.", "proxy."))]  # tests/unit/test_contract_calls.py


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SECRETS, *(f"{one}_FILE" for one in SECRETS), *variables()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr


@pytest.fixture
def api() -> Iterator[MainAPIStandIn]:
    with main_api() as stand_in:
        for image_id in (*THROWN_AWAY, 4, 5):
            stand_in.add(image_id)
        yield stand_in


@pytest.fixture(scope="module")
def asking() -> Iterator[HttpAsking]:
    """One for all: it reads every certificate that is trusted."""
    with closing(HttpAsking()) as made:
        yield made


def contract_test(api: MainAPIStandIn, *ids: int, key: str = KEY) -> Result:
    """With these ids to throw away."""
    given = [word for one in ids for word in ("--yes-write", str(one))]
    told = CliRunner().invoke(
        app, ("contract-test", "--url", api.url, "--json", *given), env={"MAIN_API_KEY": key}
    )
    assert key not in told.output
    return told


def verdicts(told: Result) -> dict[str, list[str]]:
    """Names by verdict."""
    found: dict[str, list[str]] = {}
    for one in json.loads(told.stdout)["requirements"]:
        found.setdefault(one["verdict"], []).append(one["requirement"])
    return found


def test_looking_changes_nothing(api: MainAPIStandIn) -> None:
    """What would write is said to be untested, and how it is tested."""
    told = contract_test(api)
    found = verdicts(told)

    assert (0, ["kept", "untested"]) == (told.exit_code, [*found])
    assert [one for one in WANTS if one.startswith(("calls.", "proxy.", "complete.", "cleanup."))] == sorted(
        (one for one in found["untested"] if one != "pending.data_type"), key=[*WANTS].index
    )
    assert {"GET"} == {one.split()[0] for one in api.asked}


def test_a_main_api_that_keeps_all_of_it(api: MainAPIStandIn) -> None:
    """Every requirement, each once; what is thrown away is gone, what is not is there."""
    told = contract_test(api, *THROWN_AWAY)

    assert 0 == told.exit_code, told.output
    untested = ["pending.data_type", *CALLS]
    assert {"kept": [one for one in WANTS if one not in untested], "untested": untested} == {
        verdict: sorted(names, key=[*WANTS].index) for verdict, names in verdicts(told).items()
    }
    assert {1: "processed", 2: "failed", 3: "processed", 4: "pending", 5: "pending"} == api.statuses


def _images(change: Callable[[list[dict[str, Any]]], object]) -> Break:
    """Something is wrong with the list's entries."""

    def listed(body: dict[str, Any]) -> dict[str, Any]:
        images = [dict(one) for one in body["images"]]
        change(images)
        return {"images": images, "total": len(images)}

    return lambda api: setattr(api, "listed", listed)


def _entry(**values: object) -> Break:
    """The last entry has these values; `...` takes a field away."""

    def change(images: list[dict[str, Any]]) -> None:
        last = images[-1] | values
        images[-1] = {name: value for name, value in last.items() if value is not ...}

    return _images(change)


def _set(**values: object) -> Break:
    def deviate(api: MainAPIStandIn) -> None:
        for name, value in values.items():
            setattr(api, name, value)

    return deviate


BROKEN: dict[str, tuple[Break, str]] = {
    "a page for people": (_set(listed=lambda _: b"<html>"), "pending.answers"),
    "a bare list": (_set(listed=lambda body: body["images"]), "pending.shape"),
    "a page of the list": (_set(listed=lambda body: {**body, "total": 25}), "pending.shape"),
    "no key needed": (_set(lets_in=lambda method, _: method == "GET"), "pending.key"),
    "a 404 without the key": (_set(refusal=404), "pending.key"),
    "an id in words": (_entry(id="5"), "pending.id"),
    "an id twice": (_images(lambda images: images.append(images[0])), "pending.id"),
    "no user": (_entry(user_id=...), "pending.user_id"),
    "a whole URL": (_entry(image_path="https://cdn.example/temp_images/a.jpg"), "pending.image_path"),
    "a way up": (_entry(image_path="/temp_images/../.env"), "pending.image_path"),
    "no name": (_entry(original_name=None), "pending.original_name"),
    "no type": (_entry(mime_type="jpg"), "pending.mime_type"),
    "what is done is listed": (_entry(status="processed"), "pending.status"),
    "a local time": (_entry(created_at="2026-01-01 10:00:00"), "pending.created_at"),
    "a time of its own kind": (_entry(created_at=1767261600), "pending.created_at"),
    "another data type": (_entry(data_type="banner"), "pending.data_type"),
    "a temp file for who has the key": (_set(temp_needs_key=True), "temp.open"),
    "a temp file elsewhere": (
        _set(found=lambda body: (302, {"Location": "https://cdn.example/a.jpg"}, body)),
        "temp.open",
    ),
    "an empty temp file": (_set(found=lambda _: (200, {}, b"")), "temp.bytes"),
    "a page as temp file": (_set(found=lambda _: (200, {}, b"<html>")), "temp.bytes"),
    "a temp file compressed": (_set(found=lambda body: (200, {"Content-Encoding": "gzip"}, body)), "temp.bytes"),
    "a context for everybody": (
        _set(context=(200, {}), lets_in=lambda _, path: path.startswith("/api/media/context")),
        "context",
    ),
    "a context that is a list": (_set(context=(200, [])), "context"),
    "complete for everybody": (_set(lets_in=lambda method, _: method == "POST"), "complete.key"),
    "cleanup for everybody": (_set(lets_in=lambda method, _: method == "DELETE"), "cleanup.key"),
    "complete that refuses and acts": (_set(acts_unasked=True), "complete.key"),
    "cleanup that refuses and acts": (_set(acts_unasked=True), "cleanup.key"),
    "success as a number": (
        _set(completed=lambda told, _: (told[0], told[1] | {"success": 1})),
        "complete.answers",
    ),
    "a media id as a number": (
        _set(completed=lambda told, _: (told[0], told[1] | {"media_id": float(told[1].get("media_id", 0))})),
        "complete.answers",
    ),
    "no success": (_set(completed=lambda told, _: (told[0], {})), "complete.answers"),
    "another picture's id": (
        _set(completed=lambda told, _: (told[0], told[1] | {"imageId": 77})),
        "complete.answers",
    ),
    "a repeat that fails": (
        _set(completed=lambda told, times: told if times == 1 else (500, {})),
        "complete.repeat",
    ),
    "a repeat in conflict with itself": (
        _set(completed=lambda told, times: told if times == 1 else (409, told[1])),
        "complete.repeat",
    ),
    "a repeat that acts": (
        _set(completed=lambda told, times: (told[0], told[1] | {"status": f"processed {times} times"})),
        "complete.repeat",
    ),
    "what is completed stays listed": (_set(stays_listed=True), "complete.unlisted"),
    "no update": (_set(wants_no_update=True), "complete.update"),
    "no late completion": (_set(wants_no_update=True), "complete.late"),
    "an unknown id fails": (
        _set(completed=lambda told, _: (500, {}) if told[0] == 404 else told),
        "complete.unknown",
    ),
    "an unknown id is cleaned up": (
        _set(cleaned=lambda told, _: (200, {"success": True}) if told[0] == 404 else told),
        "cleanup.unknown",
    ),
    "a cleanup without words": (_set(cleaned=lambda told, _: (204, b"")), "cleanup.answers"),
    "a second cleanup fails": (
        _set(cleaned=lambda told, times: told if times == 1 else (404, {})),
        "cleanup.repeat",
    ),
    "what is cleaned up stays listed": (_set(stays_listed=True), "cleanup.unlisted"),
    "the file stays": (_set(keeps_file=True), "cleanup.file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_deviation_is_named(api: MainAPIStandIn, asking: HttpAsking, name: str) -> None:
    """With what was seen and what the contract wants."""
    deviate, requirement = BROKEN[name]
    deviate(api)
    seen = list(story.contract_test(story.Target(asking, api.url, KEY, lambda: str(uuid4())), THROWN_AWAY))

    [named] = [one for one in seen if one.name == requirement]
    assert ("broken", WANTS[requirement]) == (named.verdict, named.wants)
    assert named.saw and not is_kept(seen)


def test_every_requirement_is_broken_by_some_test() -> None:
    """But for a list that forgets, which no single answer shows, and for what is only advised."""
    assert {"pending.repeats", "tls", "temp.name", *CALLS} == {*WANTS} - {
        requirement for _, requirement in BROKEN.values()
    }


def test_a_list_that_forgets(api: MainAPIStandIn) -> None:
    """What was listed once has to come again."""
    bodies = iter(range(100))
    api.listed = lambda body: body if next(bodies) == 0 else {"images": [], "total": 0}
    told = contract_test(api)

    assert ["pending.repeats"] == verdicts(told)["broken"]


def test_a_403_and_a_name_that_says_nothing_are_advised_against(api: MainAPIStandIn) -> None:
    """Media VM works with both."""
    api.refusal = 403
    api.images[5]["image_path"] = "/uploads/5.jpg"
    told = contract_test(api)

    assert (0, ["pending.key", "temp.name"]) == (told.exit_code, verdicts(told)["advice"])


def test_only_a_pending_image_is_thrown_away(api: MainAPIStandIn) -> None:
    """Nothing is written before that is known, not even for the other ids."""
    gone, twice = contract_test(api, 1, 99), contract_test(api, 1, 1)

    assert (2, 2) == (gone.exit_code, twice.exit_code)
    assert "99 is not in the pending list" in gone.stderr
    assert {"GET"} == {one.split()[0] for one in api.asked}


def test_a_wrong_key_and_a_main_api_that_is_away(api: MainAPIStandIn) -> None:
    """One requirement says it, and nothing more is asked."""
    wrong = contract_test(api, key="another-key")
    api.url = "http://127.0.0.1:9"

    assert (1, ["pending.answers"]) == (wrong.exit_code, verdicts(wrong)["broken"])
    assert "it answers 401: it refuses this MAIN_API_KEY" in wrong.stdout
    assert ["pending.answers"] == verdicts(contract_test(api))["broken"]


def test_what_is_needed_to_begin(api: MainAPIStandIn) -> None:
    """A key, from the environment alone, and a URL."""
    no_key = CliRunner().invoke(app, ("contract-test", "--url", api.url))
    no_url = CliRunner().invoke(app, ("contract-test", "--url", "festival"), env={"MAIN_API_KEY": KEY})

    assert (2, 2) == (no_key.exit_code, no_url.exit_code)
    assert "MAIN_API_KEY is missing" in no_key.stderr


def test_a_person_reads_what_was_seen_and_what_is_wanted(api: MainAPIStandIn) -> None:
    """The latter where the two differ; a terminal is safe from what the other side says."""
    api.images[5]["mime_type"] = "jpg\x1b[2J"
    told = CliRunner().invoke(app, ("contract-test", "--url", api.url), env={"MAIN_API_KEY": KEY})

    lines = told.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if "pending.mime_type" in line)
    assert "broken   pending.mime_type: entry 5: mime_type 'jpg\\x1b[2J' is no image type" == lines[at]
    assert "         the contract wants: mime_type is a text such as image/jpeg" == lines[at + 1]
    assert lines[-1].endswith("1 broken, 21 untested")
