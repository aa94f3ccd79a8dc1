"""What becomes of a processed row, by its path, its media and its URL's answer."""

from __future__ import annotations

import pytest

from media_vm.rules.replacing import (
    Orphan,
    Outcome,
    Place,
    Processed,
    Stays,
    Upload,
    UrlAnswer,
    Verdict,
    checked,
    orphan_of,
    plan,
    stays,
    why_not_served,
)
from media_vm.rules.temp_urls import Column

BASE = "https://media.example/serve"
PATH = "/temp_images/profiles/456-profile-789.jpg"
URL = f"{BASE}/789?size=detail"
IMAGE = Processed(1, PATH, "789", None)
SELF = Upload(1, "processed", "789")
PLACE = Place(Column("user_profiles", "profile_image_path"), (("user_id", 456),))


def planned(
    image: Processed = IMAGE, *places: Place, others: tuple[Upload, ...] = (), completes: bool = False
) -> Outcome:
    return plan(image, places, (SELF, *others), BASE, completes_unplaced=completes)


def test_a_path_that_stands_somewhere_is_replaced() -> None:
    """There, by the permanent URL."""
    assert Outcome(IMAGE, Verdict.REPLACED, URL, (PLACE,)) == planned(IMAGE, PLACE)


def test_a_path_that_stands_nowhere_is_unplaced() -> None:
    """Completed on request alone; that never keeps one from being replaced."""
    assert Outcome(IMAGE, Verdict.UNPLACED, URL) == planned()
    assert Outcome(IMAGE, Verdict.COMPLETED, URL) == planned(completes=True)
    assert Verdict.REPLACED == planned(IMAGE, PLACE, completes=True).verdict


@pytest.mark.parametrize(
    ("image", "verdict", "why"),
    [
        (Processed(1, PATH, "", None), Verdict.UNREADABLE, "its permanent_url names no media"),
        (Processed(1, PATH, "soon", None), Verdict.UNREADABLE, "its permanent_url names no media"),
        (Processed(1, "", "789", None), Verdict.NOT_TEMP, "its image_path is no temp path"),
        (Processed(1, URL, "789", None), Verdict.NOT_TEMP, "its image_path is no temp path"),
    ],
)
def test_what_cannot_be_read_is_left(image: Processed, verdict: Verdict, why: str) -> None:
    """And needs a person."""
    assert Outcome(image, verdict, why=why) == planned(image, PLACE, completes=True)
    assert verdict.needs_a_person and not verdict.is_wanted


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        (Upload(7, "processed", "790"), Verdict.CONTESTED),
        (Upload(7, "pending", ""), Verdict.CONTESTED),
        (Upload(7, "complete", "790"), Verdict.CONTESTED),
        (Upload(7, "failed", ""), Verdict.REPLACED),
        (Upload(7, "complete", f"{BASE}/789"), Verdict.REPLACED),
        (Upload(1, "processed", "790"), Verdict.REPLACED),
    ],
)
def test_a_path_that_two_uploads_claim_is_left(other: Upload, verdict: Verdict) -> None:
    """Unless the other one failed, or is of the same media; nobody is one's own rival."""
    outcome = planned(IMAGE, PLACE, others=(other,))

    assert verdict == outcome.verdict
    assert ("pending image 7 has the same path" if verdict is Verdict.CONTESTED else "") == outcome.why


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (UrlAnswer(200, "image/jpeg"), None),
        (UrlAnswer(200, " IMAGE/avif; q=1"), None),
        (UrlAnswer(200, "text/html"), "its URL answers 200 with something that is no picture"),
        (UrlAnswer(200, ""), "its URL answers 200 with something that is no picture"),
        (UrlAnswer(206, "image/jpeg"), "its URL answers 206"),
        (UrlAnswer(301, "image/jpeg"), "its URL answers 301; redirects are not followed"),
        (UrlAnswer(404, "image/jpeg"), "its URL answers 404"),
        (UrlAnswer(None, ""), "its URL does not answer"),
    ],
)
def test_what_is_served(answer: UrlAnswer, why: str | None) -> None:
    """A picture with 200, and nothing else."""
    assert why == why_not_served(answer)


@pytest.mark.parametrize(
    ("planned_", "status", "verdict"),
    [
        (Verdict.REPLACED, 200, Verdict.REPLACED),
        (Verdict.REPLACED, 404, Verdict.NOT_SERVED),
        (Verdict.REPLACED, 410, Verdict.GONE),
        (Verdict.COMPLETED, 404, Verdict.NOT_SERVED),
        (Verdict.COMPLETED, 410, Verdict.COMPLETED),
    ],
)
def test_what_an_answer_makes_of_it(planned_: Verdict, status: int, verdict: Verdict) -> None:
    """A deleted picture that is shown nowhere leaves nothing to do; one that is shown is nobody's to replace."""
    outcome = checked(Outcome(IMAGE, planned_, URL), UrlAnswer(status, "image/jpeg"))

    assert verdict == outcome.verdict
    assert (verdict is planned_) == (outcome.why == "")


@pytest.mark.parametrize(
    ("image", "shown", "expected"),
    [
        (IMAGE, {PATH}, Stays.WAITING),
        (IMAGE, {PATH.upper()}, Stays.UNPLACED),
        (Processed(1, PATH, "soon", None), set(), Stays.WAITING),
        (Processed(1, URL, "789", None), set(), Stays.WAITING),
    ],
)
def test_why_an_image_stays(image: Processed, shown: set[str], expected: Stays) -> None:
    """A row that somebody has to correct waits for that."""
    assert expected == stays(image, shown)


@pytest.mark.parametrize(
    ("uploads", "expected"),
    [
        ((), Orphan(PLACE, PATH, None)),
        ((Upload(1, "failed", ""),), Orphan(PLACE, PATH, "failed")),
        ((Upload(2, "complete", "7"), Upload(1, "failed", "")), Orphan(PLACE, PATH, "complete")),
        ((Upload(1, "pending", ""),), None),
        ((Upload(1, "processed", "7"), Upload(2, "failed", "")), None),
    ],
)
def test_what_nothing_will_replace_is_an_orphan(uploads: tuple[Upload, ...], expected: Orphan | None) -> None:
    """With what became of its newest upload, if there was one."""
    assert expected == orphan_of(PLACE, PATH, uploads)


def test_which_verdicts_need_a_person() -> None:
    """What every day brings does not: a picture that was exchanged twice, while we looked, or deleted."""
    assert [Verdict.NOT_TEMP, Verdict.UNREADABLE, Verdict.CONTESTED, Verdict.NOT_SERVED] == [
        one for one in Verdict if one.needs_a_person
    ]
    assert [Verdict.REPLACED, Verdict.COMPLETED] == [one for one in Verdict if one.is_wanted]
