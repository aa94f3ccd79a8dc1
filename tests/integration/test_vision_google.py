"""Google Vision's true client against a stand-in on real sockets: one contract for gRPC and REST."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.errors import GiveUp, Misconfigured
from media_vm.rules.findings import Box, Call, CropHint, Likelihood, SafeSearch, Thing
from media_vm.rules.pictures import DataType
from media_vm.vision.google import GoogleSetup, GoogleVision, Transport
from media_vm.vision.google_features import Feature
from tests.integration.google_set import KEY, SERVERS, Set, jpeg_of
from tests.stand_ins.google_vision import (
    Refusal,
    found,
    refused_picture,
)


@pytest.fixture(params=Transport)
def on(request: pytest.FixtureRequest) -> Iterator[Set]:
    """Once over each transport."""
    with SERVERS[request.param]() as server:
        yield Set(server, request.param)


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    return jpeg_of(400, 200)


def test_a_right_answer_becomes_what_was_seen(on: Set, jpeg: bytes) -> None:
    """Each part in its place: shares of the picture, whichever way its corners were told; the surest first."""
    with closing(on.google()) as google:
        seen = google.look(jpeg, DataType.PRODUCT)

    assert (Thing("Art", 0.9375), Thing("Sea", 0.75)) == seen.labels
    assert (Thing("Boat", 0.5, Box(0.25, 0.5, 0.5, 0.5)),) == seen.objects
    assert (Thing("Acme", 0.625, Box(0.0, 0.0, 0.25, 0.25)),) == seen.logos
    assert "GRAND OPENING Saturday 8 pm" == seen.text
    assert (Box(0.1, 0.1, 0.4, 0.2), Box(0.1, 0.4, 0.4, 0.1)) == seen.text_regions
    assert (CropHint(1.0, Box(0.25, 0.0, 0.5, 1.0), 0.75),) == seen.crop_hints[:1]
    assert 3.0 == seen.crop_hints[1].ratio
    expected = SafeSearch(
        adult=Likelihood.VERY_UNLIKELY,
        violence=Likelihood.LIKELY,
        racy=Likelihood.VERY_LIKELY,
        medical=Likelihood.POSSIBLE,
        spoof=Likelihood.UNLIKELY,
    )
    assert expected == seen.safe_search
    assert '"pixelFraction":0.25' in seen.raw


def test_the_picture_goes_out_as_it_is(on: Set, jpeg: bytes) -> None:
    """With our two crops' ratios, the hints, and the key in its header alone."""
    with closing(on.google(language_hints=("de", "fr"))) as google:
        google.look(jpeg, DataType.SITES)
    (asked,) = on.server.asked

    assert jpeg == asked.picture
    expected = {"cropHintsParams": {"aspectRatios": [1.0, 3.0]}, "languageHints": ["de", "fr"]}
    assert expected == asked.context
    assert KEY == asked.headers["x-goog-api-key"]
    assert "authorization" not in asked.headers


def test_marks_are_looked_for_in_logos_alone(on: Set, jpeg: bytes) -> None:
    """Each feature of each picture is paid for."""
    with closing(on.google(features=(Feature.LABEL, Feature.LOGO, Feature.WEB))) as google:
        google.look(jpeg, DataType.LOGO)
        google.look(jpeg, DataType.PRODUCT)

    expected = [("LABEL_DETECTION", "LOGO_DETECTION", "WEB_DETECTION"), ("LABEL_DETECTION", "WEB_DETECTION")]
    assert expected == [asked.features for asked in on.server.asked]
    assert [("label", "logo", "web"), ("label", "web")] == [call.units for call in on.bills]


def test_what_is_no_number_is_nought(on: Set, jpeg: bytes) -> None:
    """NaN and infinity pass as numbers through protobuf; into our values and our JSON they do not."""
    on.server.answer = found(
        labelAnnotations=[{"description": "Sea", "score": "NaN"}, {"description": "Art", "score": "-Infinity"}],
        localizedObjectAnnotations=[
            {"name": "Boat", "score": 7, "boundingPoly": {"normalizedVertices": [{"x": "NaN"}, {"y": "Infinity"}]}}
        ],
    )

    with closing(on.google()) as google:
        seen = google.look(jpeg, DataType.PRODUCT)

    assert (Thing("Sea", 0.0), Thing("Art", 0.0)) == seen.labels
    assert (Thing("Boat", 1.0),) == seen.objects
    assert '"score":"NaN"' in seen.raw


@pytest.mark.parametrize(
    "picture",
    [b"", b"GIF89a", b"\xff\xd8\xff\xe0", jpeg_of(1025, 8), jpeg_of(8, 8) + bytes(4_000_000)],
    ids=["empty", "gif", "cut", "too wide", "too long"],
)
def test_an_original_never_leaves_the_house(on: Set, picture: bytes) -> None:
    """Nothing goes out but a JPEG of 1024 px."""
    with closing(on.google()) as google, pytest.raises(GiveUp, match="not_a_small_copy"):
        google.look(picture, DataType.PRODUCT)

    assert ([], []) == (on.server.asked, on.bills)


def test_a_probe_is_one_true_call(on: Set) -> None:
    """One label of a small drawing, on the bill as every other; even when Google finds nothing in it."""
    on.server.answer = {}

    with closing(on.google()) as google:
        call = google.probe()

    (asked,) = on.server.asked
    assert ("LABEL_DETECTION",) == asked.features
    assert asked.picture.startswith(b"\xff\xd8\xff") and len(asked.picture) < 1000
    assert [call] == on.bills
    assert (("label",), None) == (call.units, call.reason)


def test_a_probe_tells_of_a_wrong_key(on: Set) -> None:
    """As `look` does."""
    on.server.answer = Refusal("INVALID_ARGUMENT", cause="API_KEY_INVALID")

    with closing(on.google()) as google, pytest.raises(Misconfigured, match="key_refused"):
        google.probe()


WORKLOAD = """{"type": "external_account", "audience": "//iam.googleapis.com/projects/1/p/providers/x",
 "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": "https://sts.googleapis.com/v1/token",
 "credential_source": {"file": "/nowhere/token"}}"""


def test_a_knock_costs_nothing(on: Set) -> None:
    """Neither a picture nor a feature goes out; who refuses that has taken the key, and who answers has too."""
    on.server.first.extend([Refusal("INVALID_ARGUMENT"), refused_picture(3), {}])
    with closing(on.google(budget=timedelta(seconds=20))) as google:
        for _ in range(3):
            google.knock()

    assert [(b"", ())] * 3 == [(one.picture, one.features) for one in on.server.asked]
    assert [] == on.bills


def test_a_knock_with_a_wrong_key(on: Set) -> None:
    """It is told from a refusal of the request by its cause alone."""
    on.server.answer = Refusal("INVALID_ARGUMENT", cause="API_KEY_INVALID")
    with closing(on.google(budget=timedelta(seconds=20))) as google, pytest.raises(Misconfigured) as told:
        google.knock()

    assert "key_refused" == told.value.reason


def test_a_workload_identity_is_taken_and_asked_for_its_token(tmp_path: Path, jpeg: bytes) -> None:
    """What `GOOGLE_APPLICATION_CREDENTIALS` names outside Google; this one's own token is not there."""
    path = tmp_path / "workload.json"
    path.write_text(WORKLOAD)
    setup = GoogleSetup(transport=Transport.REST, service_account_file=path)
    bills: list[Call] = []

    with (
        closing(GoogleVision(setup, bills.append, timedelta(seconds=5))) as google,
        pytest.raises(Misconfigured, match="no_credentials") as caught,
    ):
        google.look(jpeg, DataType.PRODUCT)
    assert "none of Google's" not in str(caught.value)


@pytest.mark.parametrize("transport", Transport)
@pytest.mark.parametrize("content", [None, "", "{}", '{"type": "service_account"}'], ids=str)
def test_without_credentials_nothing_is_asked(
    transport: Transport, content: str | None, tmp_path: Path, jpeg: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is missing or is none; the path stays out of the sentence."""
    path = tmp_path / "account.json"
    if content is not None:
        path.write_text(content)
    bills: list[Call] = []
    named = GoogleSetup(transport=transport, service_account_file=path)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))

    for setup in (named, GoogleSetup(transport=transport)):
        with (
            closing(GoogleVision(setup, bills.append, timedelta(seconds=5))) as google,
            pytest.raises(Misconfigured, match="no_credentials") as caught,
        ):
            google.look(jpeg, DataType.PRODUCT)
        assert str(tmp_path) not in str(caught.value)

    assert ["no_credentials"] * 2 == [call.reason for call in bills]
