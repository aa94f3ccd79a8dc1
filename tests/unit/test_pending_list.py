"""The main API's pending list, which comes from outside: one bad entry never spoils the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from media_vm.adapters.pending_list import LARGEST_ID, read_pending
from media_vm.values import PendingImage

# The example of contract §2, letter for letter.
ENTRY: Mapping[str, Any] = {
    "id": 123,
    "user_id": 456,
    "image_path": "/temp_images/profiles/456-profile-789.jpg",
    "original_name": "my-photo.jpg",
    "mime_type": "image/jpeg",
    "status": "pending",
    "created_at": "2024-01-01T10:00:00Z",
}
IMAGE = PendingImage(
    id=123,
    user_id=456,
    image_path="/temp_images/profiles/456-profile-789.jpg",
    original_name="my-photo.jpg",
    mime_type="image/jpeg",
    created_at=datetime(2024, 1, 1, 10, tzinfo=UTC),
    data_type=None,
)


def read_one(**changes: object) -> PendingImage:
    """The one good entry of a list of one."""
    images, bad = read_pending({"images": [{**ENTRY, **changes}], "total": 1})
    assert [] == bad
    return images[0]


def test_an_entry_of_the_contract_is_read() -> None:
    """Every field finds its place; fields that nobody knows are ignored."""
    assert IMAGE == read_one(status="whatever", surprise={"deep": []})


@pytest.mark.parametrize("body", [None, [], "images", {}, {"images": None}, {"images": {}}, {"total": 25}])
def test_what_is_no_list_is_refused(body: object) -> None:
    """The whole answer is wrong, and says what it should be."""
    with pytest.raises(ValueError, match="it should be"):
        read_pending(body)


NO_IDS: list[object] = [None, True, False, 0, -1, 1.0, "123", LARGEST_ID + 1, 10**400, [], float("nan")]
NO_PATHS: list[object] = [
    *(None, 7, True, ["/x"], "", "/" + "x" * 500, "/../x"),
    *("//elsewhere.example/x", "/x\ud800", "/x\0"),
]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(None, id="null"),
        pytest.param([ENTRY], id="a list"),
        pytest.param("entry", id="a text"),
        pytest.param({}, id="empty"),
        *(
            pytest.param({**ENTRY, name: value}, id=f"{name}={str(value)[:20]!r}")
            for name, values in (("id", NO_IDS), ("user_id", NO_IDS), ("image_path", NO_PATHS))
            for value in values
        ),
    ],
)
def test_one_bad_entry_among_good_ones_is_skipped(entry: object) -> None:
    """The good ones are read, and one sentence that can be logged tells of the bad one."""
    images, bad = read_pending({"images": [{**ENTRY, "id": 1}, entry, {**ENTRY, "id": 2}]})

    assert [1, 2] == [image.id for image in images]
    assert 1 == len(bad)
    assert len(bad[0].encode()) < 400


def test_an_id_counts_once() -> None:
    """The first of two entries with one id wins."""
    images, bad = read_pending({"images": [ENTRY, {**ENTRY, "user_id": 9}]})

    assert ([IMAGE], []) == (images, bad)


@pytest.mark.parametrize("value", [1, LARGEST_ID])
def test_the_smallest_and_the_largest_id(value: int) -> None:
    """Any positive number that fits a BIGINT."""
    image = read_one(id=value, user_id=value)

    assert (value, value) == (image.id, image.user_id)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Grüße 🎪.jpg", "Grüße 🎪.jpg"),
        ("lone\ud800surrogate.jpg", "lonesurrogate.jpg"),
        ("line\r\nbreak\0.jpg", "linebreak.jpg"),
        ("right\u202eto left.jpg", "rightto left.jpg"),
        ("", "image"),
        ("\0", "image"),
        (None, "image"),
        (7, "image"),
        (["a.jpg"], "image"),
    ],
)
def test_a_name_is_told_on_only_as_far_as_it_can_be(value: object, expected: str) -> None:
    """A name is never a reason to refuse a picture."""
    assert expected == read_one(original_name=value).original_name


@pytest.mark.parametrize(("value", "expected"), [("logo", "logo"), ("", None), (None, None), (3, None)])
def test_a_data_type_is_optional(value: object, expected: str | None) -> None:
    """Whether it is a known one is decided later."""
    assert expected == read_one(data_type=value).data_type


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-01-01T10:00:00Z", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("2024-01-01T10:00:00.250+02:00", datetime(2024, 1, 1, 8, 0, 0, 250_000, tzinfo=UTC)),
        ("2024-01-01 10:00:00", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        (1_704_103_200, None),
        (None, None),
    ],
)
def test_when_it_was_uploaded(value: object, expected: datetime | None) -> None:
    """ISO 8601, without a zone UTC; anything else is unknown."""
    assert expected == read_one(created_at=value).created_at


@pytest.mark.parametrize("value", [None, 5, "image/jpeg\n"])
def test_a_mime_type_decides_nothing(value: object) -> None:
    """It is kept as text if it is one."""
    assert ("image/jpeg" if isinstance(value, str) else "") == read_one(mime_type=value).mime_type
