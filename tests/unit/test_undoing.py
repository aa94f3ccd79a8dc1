"""The undo log's lines, and what is put back of an entry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from media_vm.rules.replacing import Place
from media_vm.rules.temp_urls import Column
from media_vm.rules.undoing import Entry, Now, Undoing, Undone, entry_of, line_of, time_of, undoing_of

LOGO = Column("artist_profiles", "logo_path")
SITE = Column("site_media", "media_path")
PATH, URL = "/temp_images/logos/4-logo-7.png", "https://media.example/serve/7?size=detail"
PLACES = (Place(LOGO, (("user_id", 4),)), Place(SITE, (("id", 9), ("tenant", "a'b"))))
ENTRY = Entry(3, PATH, URL, "2026-11-21 20:00:00.123456", PLACES)
COLUMNS = (LOGO, SITE)


@pytest.mark.parametrize("entry", [ENTRY, Entry(3, PATH, URL, None, ())])
def test_a_line_is_read_back(entry: Entry) -> None:
    """Whole, in one line."""
    assert "\n" not in line_of(entry)
    assert entry == entry_of(line_of(entry), COLUMNS)


def changed(**fields: Any) -> str:
    return json.dumps({**json.loads(line_of(ENTRY)), **fields})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no entry"),
        ("{}", "no entry"),
        (changed(image_id="3"), "no entry"),
        (changed(image_id=True), "no entry"),
        (changed(image_id=0), "no entry"),
        (changed(image_id=2**63), "no entry"),
        (changed(image_path=URL), "no entry"),
        (changed(url="javascript:alert(1)"), "no entry"),
        (changed(url="https://x y"), "no entry"),
        (changed(updated_at="yesterday"), "no entry"),
        (changed(updated_at=7), "no entry"),
        (changed(places={}), "no entry"),
        (changed(places=[7]), "names no row"),
        (changed(places=[{"column": "site_media.media_path", "key": {}}]), "names no row"),
        (changed(places=[{"column": "site_media.media_path", "key": {"id": None}}]), "names no row"),
        (changed(places=[{"column": "site_media.media_path", "key": {"id": True}}]), "names no row"),
        (changed(places=[{"column": "site_media.media_path", "key": {"id=1 OR 1": 1}}]), "names no row"),
        (changed(places=[{"column": "site_media.x`", "key": {"id": 1}}]), r"table\.column"),
        (changed(places=[{"column": "users.password", "key": {"id": 1}}]), "does not name users.password"),
    ],
)
def test_a_line_that_somebody_else_wrote_is_refused(line: str, problem: str) -> None:
    """Nothing of it reaches SQL."""
    with pytest.raises(ValueError, match=problem):
        entry_of(line, COLUMNS)


@pytest.mark.parametrize(
    ("values", "status", "expected", "verdict"),
    [
        ((URL, URL), "complete", Undoing(ENTRY, PLACES, (), True), Undone.PUT_BACK),
        ((URL, "mine"), "complete", Undoing(ENTRY, PLACES[:1], PLACES[1:], True), Undone.PUT_BACK),
        ((URL, PATH), "complete", Undoing(ENTRY, PLACES[:1], (), True), Undone.PUT_BACK),
        ((PATH, PATH), "complete", Undoing(ENTRY, (), (), True), Undone.PUT_BACK),
        ((PATH, None), "complete", Undoing(ENTRY, (), PLACES[1:], True), Undone.PUT_BACK),
        ((URL, URL), "pending", Undoing(ENTRY, PLACES, (), False), Undone.PUT_BACK),
        (("mine", None), "complete", Undoing(ENTRY, (), PLACES, False), Undone.CHANGED),
        ((PATH, PATH), "processed", Undoing(ENTRY, (), (), False), Undone.NOTHING),
        ((URL, URL), None, Undoing(ENTRY, (), PLACES, False), Undone.CHANGED),
    ],
)
def test_what_is_put_back(
    values: tuple[str | None, str | None], status: str | None, expected: Undoing, verdict: Undone
) -> None:
    """What still holds the URL; the image is processed again unless somebody changed all of its places. Of an
    image that is not there, or has another path, nothing: that is another database's log."""
    undoing = undoing_of(ENTRY, Now(dict(zip(PLACES, values, strict=True)), status))

    assert expected == undoing
    assert verdict == undoing.verdict


def test_a_completed_unplaced_image_is_processed_again() -> None:
    """It had no places."""
    entry = Entry(3, PATH, URL, None, ())

    assert Undoing(entry, (), (), is_reopened=True) == undoing_of(entry, Now({}, "complete"))
    assert Undone.NOTHING == undoing_of(entry, Now({}, "processed")).verdict


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21 20:00:00", "2026-11-21 20:00:00"),
        ("2026-11-21 20:00:00.5", "2026-11-21 20:00:00.5"),
        ("0000-00-00 00:00:00", None),
        ("2026-11-21T20:00:00", None),
        ("2026-11-21 20:00:00' OR 1", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_time_is(text: str | None, expected: str | None) -> None:
    """As databases write it; MySQL's zero is none."""
    assert expected == time_of(text)
