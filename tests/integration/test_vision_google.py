"""Google Vision's true client against a stand-in on real sockets: one contract for gRPC and REST."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.errors import GiveUp, Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain
from media_vm.rules.findings import Box, Call, CropHint, Likelihood, Provider, SafeSearch, Thing
from media_vm.rules.pictures import DataType
from media_vm.vision.google import GoogleSetup, GoogleVision, Transport
from media_vm.vision.google_features import Feature
from tests import canaries
from tests.pictures import photo
from tests.stand_ins.google_vision import (
    Answer,
    Fault,
    GoogleStandIn,
    Refusal,
    found,
    google_over_grpc,
    google_over_rest,
    refused_picture,
)

KEY = canaries.GOOGLE_API_KEY
BUDGET = timedelta(seconds=0.8)
SERVERS = {Transport.GRPC: google_over_grpc, Transport.REST: google_over_rest}
ALL = ("label", "text", "properties", "object")
"""What costs something, of the features asked for by default."""


@dataclass
class Set:
    """A stand-in, and how to ask it."""

    server: GoogleStandIn
    transport: Transport
    bills: list[Call] = field(default_factory=list)

    def google(
        self, *, budget: timedelta = BUDGET, features: tuple[Feature, ...] | None = None, **changes: object
    ) -> GoogleVision:
        chosen = {"features": features} if features else {}
        setup = GoogleSetup(self.server.endpoint, self.transport, KEY, **(chosen | changes))  # type: ignore[arg-type]
        return GoogleVision(setup, self.bills.append, budget)


@pytest.fixture(params=Transport)
def on(request: pytest.FixtureRequest) -> Iterator[Set]:
    """Once over each transport."""
    with SERVERS[request.param]() as server:
        yield Set(server, request.param)


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    return jpeg_of(400, 200)


def jpeg_of(width: int, height: int) -> bytes:
    made: bytes = photo(width, height).jpegsave_buffer(Q=85, keep="none")
    return made


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


FAULTS: dict[str, tuple[Answer, type[StepFailed], str, int]] = {
    "no key": (Refusal("UNAUTHENTICATED"), Misconfigured, "key_refused", 1),
    "forbidden": (Refusal("PERMISSION_DENIED", cause="BILLING_DISABLED"), Misconfigured, "key_refused", 1),
    "wrong key": (Refusal("INVALID_ARGUMENT", cause="API_KEY_INVALID"), Misconfigured, "key_refused", 1),
    "not enabled": (Refusal("FAILED_PRECONDITION"), Misconfigured, "not_enabled", 1),
    "another service": (Refusal("UNIMPLEMENTED"), Misconfigured, "wrong_endpoint", 1),
    "bad request": (Refusal("INVALID_ARGUMENT"), GiveUp, "provider_refused_image", 1),
    "rate": (Refusal("RESOURCE_EXHAUSTED", retry_after=7), ProviderDown, "rate_limited", 1),
    "500": (Refusal("INTERNAL"), ProviderDown, "provider_failed", 1),
    "503": (Refusal("UNAVAILABLE"), ProviderDown, "unavailable", 2),
    "503, later": (Refusal("UNAVAILABLE", retry_after=7), ProviderDown, "unavailable", 1),
    "504": (Refusal("DEADLINE_EXCEEDED"), TooSlow, "too_slow", 1),
    "hang": (Fault.HANG, TooSlow, "too_slow", 1),
    "drip": (Fault.DRIP, TooSlow, "too_slow", 1),
    "reset": (Fault.RESET, ProviderDown, "hung_up", 2),
    "cut": (Fault.CUT, ProviderDown, "hung_up", 2),
    "not its format": (Fault.NOT_ITS_FORMAT, ProviderDown, "not_the_api", 1),
    "wrong types": (Fault.WRONG_TYPES, ProviderDown, "not_the_api", 1),
    "no answer": (Fault.NO_ANSWER, ProviderDown, "not_the_api", 1),
    "nothing said": ({}, TryAgain, "empty_answer", 1),
    "gigabyte": (Fault.GIGABYTE, TryAgain, "answer_too_long", 1),
    "bad picture": (refused_picture(3), GiveUp, "provider_refused_image", 1),
    "picture's deadline": (refused_picture(4), TooSlow, "image_too_slow", 1),
    "picture's quota": (refused_picture(8), ProviderDown, "rate_limited", 1),
    "picture not now": (refused_picture(14), ProviderDown, "image_unavailable", 1),
    "picture failed": (refused_picture(13), TryAgain, "image_failed", 1),
    "picture forbidden": (refused_picture(7), Misconfigured, "key_refused", 1),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named_by_what_follows_from_it(
    on: Set, jpeg: bytes, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    """Within the budget, each call on the bill, and the key nowhere."""
    on.server.answer, kind, reason, calls = FAULTS[fault]
    caplog.set_level(logging.DEBUG)

    # Only who keeps silent is a question of time: a busy machine is no fault.
    budget = BUDGET if reason == "too_slow" else timedelta(seconds=20)
    with closing(on.google(budget=budget)) as google:
        started = time.monotonic()
        with pytest.raises(StepFailed) as caught:
            google.look(jpeg, DataType.PRODUCT)
        took = time.monotonic() - started

    assert (kind, reason) == (type(caught.value), caught.value.reason)
    assert calls == len(on.server.asked)
    assert [reason] * calls == [call.reason for call in on.bills]
    assert BUDGET.total_seconds() + 2 > took
    assert KEY not in f"{caught.getrepr(style='long', chain=True)} {[vars(one) for one in caplog.records]}"


def test_a_page_for_people_is_an_outage(on: Set, jpeg: bytes) -> None:
    """A login page with status 200, or HTML where frames of HTTP/2 should be."""
    on.server.answer = Fault.PAGE

    with closing(on.google()) as google, pytest.raises(ProviderDown, match="not_the_api"):
        google.look(jpeg, DataType.PRODUCT)


def test_how_long_to_wait_is_told(on: Set, jpeg: bytes) -> None:
    """RetryInfo's seconds, at most a day of them."""
    waits = []
    with closing(on.google()) as google:
        for seconds in (7, 10**9):
            on.server.answer = Refusal("RESOURCE_EXHAUSTED", retry_after=seconds)
            with pytest.raises(ProviderDown) as caught:
                google.look(jpeg, DataType.PRODUCT)
            waits.append(caught.value.retry_after)

    assert [timedelta(seconds=7), timedelta(days=1)] == waits


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.CUT, Refusal("UNAVAILABLE")], ids=str)
def test_a_passing_fault_is_tried_once_more(on: Set, jpeg: bytes, fault: Answer) -> None:
    """A connection that idle time closed costs no attempt of the picture's."""
    on.server.first.append(fault)

    with closing(on.google()) as google:
        seen = google.look(jpeg, DataType.PRODUCT)

    assert "Art" == seen.labels[0].name
    broke_off = isinstance(fault, Fault)  # what was sent may be billed, whatever became of the answer
    assert ["hung_up" if broke_off else "unavailable", None] == [call.reason for call in on.bills]
    assert [ALL if broke_off else (), ALL] == [call.units for call in on.bills]


def test_no_second_try_beyond_the_budget(on: Set, jpeg: bytes) -> None:
    """Where too little is left for one."""
    on.server.answer = Refusal("UNAVAILABLE")

    with closing(on.google(budget=timedelta(seconds=0.35))) as google, pytest.raises(ProviderDown):
        google.look(jpeg, DataType.PRODUCT)

    assert 1 == len(on.server.asked)


def test_one_call_has_its_own_limit(on: Set, jpeg: bytes) -> None:
    """Shorter than the budget."""
    on.server.answer = Fault.HANG
    started = time.monotonic()

    with (
        closing(on.google(budget=timedelta(seconds=30), limit=timedelta(seconds=0.3))) as google,
        pytest.raises(TooSlow),
    ):
        google.look(jpeg, DataType.PRODUCT)

    assert 5 > time.monotonic() - started


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DRIP])
def test_what_is_too_slow_holds_nothing(on: Set, jpeg: bytes, fault: Fault) -> None:
    """The call's thread ends soon after the wait for it did: a drip would hold it for ever."""
    on.server.answer = fault

    with closing(on.google(budget=timedelta(seconds=0.3))) as google:
        with pytest.raises(TooSlow):
            google.look(jpeg, DataType.PRODUCT)
        for thread in threading.enumerate():
            if thread.name == "vision-call":
                thread.join(2)

    assert [] == [thread for thread in threading.enumerate() if thread.name == "vision-call"]


def test_a_call_that_may_have_been_done_is_billed(on: Set, jpeg: bytes) -> None:
    """Who gave up waiting does not know; who was refused does."""
    on.server.answer = Fault.HANG
    with closing(on.google(budget=timedelta(seconds=0.3))) as google, pytest.raises(TooSlow):
        google.look(jpeg, DataType.PRODUCT)
    on.server.answer = Refusal("RESOURCE_EXHAUSTED")
    with closing(on.google()) as google, pytest.raises(ProviderDown):
        google.look(jpeg, DataType.PRODUCT)

    assert [ALL, ()] == [call.units for call in on.bills]
    assert (Provider.GOOGLE, "vision-v1", "vision") == (
        on.bills[0].provider,
        on.bills[0].model,
        on.bills[0].task,
    )
    assert 250 < on.bills[0].ms < 1000


@pytest.mark.parametrize("transport", Transport)
def test_nobody_there_is_an_outage(transport: Transport, jpeg: bytes) -> None:
    """A refused connection, tried twice."""
    bills: list[Call] = []
    setup = GoogleSetup("127.0.0.1:9", transport, KEY)

    with closing(GoogleVision(setup, bills.append, BUDGET)) as google, pytest.raises(ProviderDown):
        google.look(jpeg, DataType.PRODUCT)

    assert [("unreachable", ())] * 2 == [(call.reason, call.units) for call in bills]


def test_a_provider_that_comes_back_is_found_at_once(on: Set, jpeg: bytes) -> None:
    """gRPC by itself calls nobody for a second after a refused connection, then for two, up to two minutes."""
    with SERVERS[on.transport]() as gone:
        setup = GoogleSetup(gone.endpoint, on.transport, KEY)
    with closing(GoogleVision(setup, on.bills.append, timedelta(seconds=0.35))) as google:
        with pytest.raises(ProviderDown):
            google.look(jpeg, DataType.PRODUCT)
        with SERVERS[on.transport](port=gone.port):
            time.sleep(0.5)  # a few of the tenths of seconds between its first tries to connect
            seen = google.look(jpeg, DataType.PRODUCT)

    assert "Art" == seen.labels[0].name


def test_many_threads_share_one_client(on: Set, jpeg: bytes) -> None:
    """Eight at once, while the provider takes its time: they wait together, not one after the other."""
    on.server.latency = 0.3
    with closing(on.google(budget=timedelta(seconds=5))) as google, ThreadPoolExecutor(8) as pool:
        google.look(jpeg, DataType.PRODUCT)
        started = time.monotonic()
        seen = list(pool.map(lambda _: google.look(jpeg, DataType.PRODUCT), range(8)))
        took = time.monotonic() - started

    assert ["Art"] * 8 == [one.labels[0].name for one in seen]
    assert 2.0 > took


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
