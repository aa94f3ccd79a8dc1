"""What Google Vision may be asked, where, and what its refusals mean: all that needs no socket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from media_vm.errors import GiveUp, Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain, WrongUse
from media_vm.rules.pictures import DataType
from media_vm.vision.google import OUR_CROPS, GoogleSetup, GoogleVision
from media_vm.vision.google_endpoint import Endpoint, endpoint
from media_vm.vision.google_failures import failure, image_failure, is_worth_another_try
from media_vm.vision.google_features import (
    DEFAULT_FEATURES,
    Feature,
    as_request,
    billed,
    features_for,
    read_features,
)
from media_vm.vision.google_probe import PROBE
from media_vm.vision.jpeg_header import jpeg_size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, Endpoint("vision.googleapis.com", is_plain=False)),
        ("eu-vision.googleapis.com", Endpoint("eu-vision.googleapis.com", is_plain=False)),
        ("https://vision.example:8443/", Endpoint("vision.example:8443", is_plain=False)),
        ("http://127.0.0.1:8090", Endpoint("127.0.0.1:8090", is_plain=True)),
        ("127.0.0.1:8090", Endpoint("127.0.0.1:8090", is_plain=True)),
        ("http://[::1]:8090", Endpoint("[::1]:8090", is_plain=True)),
        ("localhost:8090", Endpoint("localhost:8090", is_plain=True)),
    ],
)
def test_endpoints_that_are_taken(text: str | None, expected: Endpoint) -> None:
    """Over TLS anywhere, in plain text on this machine."""
    assert expected == endpoint(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://vision.example",
        "vision.example:8090",
        "http://127.0.0.1.evil.example:80",
        "http://localhost.evil.example",
        "http://2130706433:80",
        "http://0.0.0.0:80",
        "http://key@127.0.0.1:80",
        "https://vision.example/v1",
        "https://vision.example?key=secret",
        "ftp://127.0.0.1",
        "http://127.0.0.1:port",
        "http://[::1",
        "http://",
    ],
)
def test_endpoints_that_are_refused(text: str) -> None:
    """When it is set up, not when the first key went astray; the sentence quotes nothing."""
    with pytest.raises(WrongUse, match="MEDIA_VM_GOOGLE_ENDPOINT") as caught:
        GoogleVision(GoogleSetup(text), lambda _: None, timedelta(seconds=1))

    assert "secret" not in str(caught.value)


def test_a_setup_does_not_show_its_key() -> None:
    """It may be logged."""
    assert "canary" not in repr(GoogleSetup(api_key="canary"))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("label",), (Feature.LABEL,)),
        ((" Web ", "label", "", "label"), (Feature.LABEL, Feature.WEB)),
        (("logo", "text"), (Feature.TEXT, Feature.LOGO)),
    ],
)
def test_features_are_read_from_their_names(names: Iterable[str], expected: tuple[Feature, ...]) -> None:
    """Each once."""
    assert expected == read_features(names)


@pytest.mark.parametrize("names", [(), ("",), ("logo",), ("face",), ("label", "labels")])
def test_features_that_are_refused(names: Iterable[str]) -> None:
    """An unknown one, and faces; and nothing to ask of most pictures."""
    with pytest.raises(WrongUse, match="safe_search"):
        read_features(names)


def test_the_web_is_searched_only_on_request() -> None:
    """It costs most; marks cost nothing until a logo comes."""
    assert set(Feature) - {Feature.WEB} == set(DEFAULT_FEATURES)
    assert Feature.LOGO in features_for(DEFAULT_FEATURES, DataType.LOGO)
    assert Feature.LOGO not in features_for(DEFAULT_FEATURES, DataType.EVENT)


def test_what_is_free_beside_another_is_not_billed() -> None:
    """By Google's price list."""
    assert ("label", "properties") == billed(
        (Feature.LABEL, Feature.SAFE_SEARCH, Feature.PROPERTIES, Feature.CROP_HINTS)
    )
    assert ("safe_search", "crop_hints") == billed((Feature.SAFE_SEARCH, Feature.CROP_HINTS))


def test_our_crops_are_asked_for() -> None:
    """Square and three to one (contract §7); a hint goes along with what it is for alone."""
    asked = as_request(b"jpeg", (Feature.CROP_HINTS,), OUR_CROPS, ("de",))

    assert {"crop_hints_params": {"aspect_ratios": [1.0, 3.0]}} == asked["image_context"]
    assert {} == as_request(b"jpeg", (Feature.LABEL,), OUR_CROPS, ("de",))["image_context"]


@pytest.mark.parametrize(
    ("code", "cause", "kind"),
    [
        ("INVALID_ARGUMENT", None, GiveUp),
        ("INVALID_ARGUMENT", "API_KEY_INVALID", Misconfigured),
        ("INVALID_ARGUMENT", "IMAGE_BAD", GiveUp),
        ("PERMISSION_DENIED", "SERVICE_DISABLED", Misconfigured),
        ("DEADLINE_EXCEEDED", None, TooSlow),
        ("DATA_LOSS", None, ProviderDown),
        ("no such <code>", None, ProviderDown),
    ],
)
def test_a_refusal_means_what_follows_from_it(code: str, cause: str | None, kind: type[StepFailed]) -> None:
    """A wrong key must not condemn a picture."""
    failed = failure(code, cause=cause)

    assert kind is type(failed)
    assert "<" not in failed.detail


@pytest.mark.parametrize(
    ("told", "kept"), [(-1, None), (0, 0), (7, 7), (10**7, 86_400)], ids=["past", "now", "soon", "never"]
)
def test_a_wait_is_within_reason(told: int, kept: int | None) -> None:
    """At most a day."""
    failed = failure("RESOURCE_EXHAUSTED", retry_after=timedelta(seconds=told))

    assert (None if kept is None else timedelta(seconds=kept)) == failed.retry_after


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (3, GiveUp),
        (4, TooSlow),
        (8, ProviderDown),
        (14, ProviderDown),
        (13, TryAgain),
        (16, Misconfigured),
        (99, TryAgain),
    ],
)
def test_a_pictures_own_refusal(code: int, kind: type[StepFailed]) -> None:
    """None of them is tried again at once."""
    failed = image_failure(code)

    assert (kind, False) == (type(failed), is_worth_another_try(failed))


def jpeg(*segments: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segments)


TABLE = b"\xff\xc4\x00\x05abc"
FRAME = b"\xff\xc2\x00\x11\x08\x00\xc8\x01\x90\x03"


@pytest.mark.parametrize(
    ("picture", "size"),
    [
        (jpeg(TABLE, FRAME), (400, 200)),
        (jpeg(b"\xff\xff\xff", TABLE[1:], b"\xff\xff", FRAME), (400, 200)),
        (jpeg(b"\xff\xe1\x00\x0c\xff\xc0\x00\x11\x08\x00\x01\x00\x01\x03", FRAME), (400, 200)),
        (PROBE, (32, 32)),
        (jpeg(FRAME.replace(b"\x01\x90", b"\x00\x00")), None),
        (jpeg(TABLE, FRAME[:8]), None),
        (jpeg(TABLE), None),
        (jpeg(b"\xff\xe0\x00\x00" * 2000), None),
        (b"\xff\xd8", None),
        (b"", None),
        (b"\x89PNG\r\n", None),
        (jpeg(b"\xff") + b"\xff" * 100_000, None),
    ],
    ids=[
        "plain",
        "filled",
        "a frame in Exif",
        "probe",
        "no width",
        "cut",
        "none",
        "many",
        "start",
        "empty",
        "png",
        "fill",
    ],
)
def test_a_jpegs_size_is_read_from_its_frame(picture: bytes, size: tuple[int, int] | None) -> None:
    """A thumbnail's frame inside Exif is not it; odd bytes end the search."""
    assert size == jpeg_size(picture)
