"""What `explain` says of the answer that a browser gets now."""

from __future__ import annotations

import pytest

from media_vm.rules.browser import Kept, Sight, Standing, seen

WHOLE = Kept("grid", "avif", "library/1.avif", is_whole=True)
SMALL = Kept("thumbnail", "jpeg", "library/1.jpg", is_whole=True)
GONE = Kept("grid", "webp", "library/1.webp", is_whole=False)


def _seen(*kept: Kept, is_deleted: bool = False, has_failed: bool = False, **more: str) -> Sight:
    return seen(Standing(7, is_deleted, has_failed, kept, **more))


def test_what_is_there_is_sent() -> None:
    """In the formats that files are there in; also where the item failed later."""
    assert Sight(200, "avif, jpeg in 2 sizes", None, ("avif", "jpeg")) == _seen(WHOLE, SMALL)
    assert 200 == _seen(WHOLE, has_failed=True).status


def test_a_file_that_is_not_there_is_a_503() -> None:
    """Of some, 200 for the others; of all, 503 for everything. A person has to look in either case."""
    some, all_of_them = _seen(WHOLE, GONE), _seen(GONE)

    assert (200, ("avif",), ("library/1.webp",)) == (some.status, some.formats, some.missing)
    assert "avif in 1 size; 503 for the rest: 1 of 2 files are not there or not whole" == some.says
    assert (503, ()) == (all_of_them.status, all_of_them.formats)
    assert all(one.to_do and "media-vm fsck --yes" in one.to_do for one in (some, all_of_them))


def test_a_deleted_one_is_gone_whatever_is_left_of_it() -> None:
    """Its files go a little later than the picture."""
    assert Sight(410, "it was deleted", None) == _seen(WHOLE, is_deleted=True)


def test_one_that_is_being_made_is_not_ready() -> None:
    """It says what is awaited, and until when."""
    begins = _seen(step="resize_optimize")
    waits = _seen(step="retrieve_file", next_try="2026-01-01T00:00:00.000Z", error="transient: busy: 503")

    assert Sight(404, "not ready: resize_optimize is awaited", None) == begins
    assert "not ready: retrieve_file is awaited, next try 2026-01-01T00:00:00.000Z" == waits.says
    assert waits.to_do is None


@pytest.mark.parametrize(
    ("error", "words"),
    [("misconfigured: key: refused", "`media-vm doctor`"), ("outage: main_api: away", "`media-vm status`")],
)
def test_what_others_have_to_put_right_is_named(error: str, words: str) -> None:
    """Of an item that waits, by the kind of its error."""
    told = _seen(step="retrieve_file", error=error).to_do

    assert told and words in told


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("permanent: truncated: it ends early", "uploaded again"),
        ("absent: empty: no bytes", "uploaded again"),
        ("poison: killed: thrice", "report the file"),
        ("transient: busy: 503", "`media-vm retry 7`"),
        ("storage full", "`media-vm retry 7`"),
    ],
)
def test_after_a_failure_the_kind_says_what_helps(error: str, words: str) -> None:
    """Other bytes, where these were at fault; else another try."""
    told = _seen(has_failed=True, error=error)

    assert (410, "it could not be processed") == (told.status, told.says)
    assert told.to_do and words in told.to_do


def test_who_is_healed_by_itself_may_be_waited_for() -> None:
    """The next round's time is told, and how to have it at once."""
    told = _seen(has_failed=True, error="timeout: slow: 60 s", heal_at="2026-01-01T00:00:00.000Z").to_do

    assert told and told.startswith("nothing until 2026-01-01T00:00:00.000Z")
    assert "`media-vm retry 7`" in told
