"""Google Vision: a small copy of a picture goes out, labels, objects, text, marks and dangers come back.

Every call ends within a budget, is told to `bill`, and fails as one of the kinds of contract §5.3.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from media_vm.errors import GiveUp, StepFailed, TryAgain
from media_vm.rules.findings import Call, Provider, Seen
from media_vm.rules.google_features import Transport as Transport  # how the client speaks
from media_vm.rules.pictures import DataType, Size
from media_vm.rules.sizes import BOXES
from media_vm.vision.google_answers import says_nothing, seen_in
from media_vm.vision.google_endpoint import endpoint
from media_vm.vision.google_failures import image_failure, is_worth_another_try, may_be_billed, too_slow
from media_vm.vision.google_features import (
    DEFAULT_FEATURES,
    Feature,
    as_request,
    billed,
    features_for,
    read_features,
)
from media_vm.vision.google_probe import PROBE
from media_vm.vision.in_time import in_time
from media_vm.vision.jpeg_header import jpeg_size

if TYPE_CHECKING:
    from media_vm.vision.google_client import GoogleClient

LARGEST_PICTURE: Final = 4_000_000  # bytes; a JPEG of 1024 × 1024 px has 300,000, of pure noise 1,500,000
LONGEST_SIDE: Final = 1024  # pixels; Google asks for 1024 × 768 to read text, and for less for all else
MODEL: Final = "vision-v1"
_PAUSE: Final = 0.2  # seconds
_ALWAYS_ANSWERED: Final = frozenset({Feature.SAFE_SEARCH, Feature.PROPERTIES})

OUR_CROPS: Final = tuple(BOXES[size][0] / BOXES[size][1] for size in (Size.THUMBNAIL, Size.HEADER))
"""Width by height of the sizes that are crops: 1 and 3."""


@dataclass(frozen=True, slots=True)
class GoogleSetup:
    """What the settings say. endpoint: None is Google's own. With neither key nor file the environment's default
    credentials are looked for. limit: of one call. language_hints: as `de`; none lets Google find out."""

    endpoint: str | None = None
    transport: Transport = Transport.GRPC
    api_key: str | None = field(default=None, repr=False)
    service_account_file: Path | None = None
    features: tuple[Feature, ...] = DEFAULT_FEATURES
    limit: timedelta = timedelta(seconds=30)
    aspect_ratios: tuple[float, ...] = OUR_CROPS
    language_hints: tuple[str, ...] = ()


class GoogleVision:
    """For all threads of a process; the client is made when it is first needed."""

    def __init__(
        self,
        setup: GoogleSetup,
        bill: Callable[[Call], None],
        budget: timedelta,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """bill: told of every call, from the thread that asks. budget: of all tries together. WrongUse: the
        endpoint is none, or is elsewhere and plain text; features that leave nothing to ask for."""
        self._where = endpoint(setup.endpoint)
        self._features = read_features(setup.features)
        self._setup = setup
        self._bill = bill
        self._budget = budget.total_seconds()
        self._clock = clock
        self._lock = threading.Lock()
        self._client: GoogleClient | None = None

    def close(self) -> None:
        """Let go of the connections; a later call makes new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def features(self, data_type: DataType) -> tuple[Feature, ...]:
        """What is asked of a picture of that type."""
        return features_for(self._features, data_type)

    def look(self, picture: bytes, data_type: DataType) -> Seen:
        """What it sees in a JPEG of at most 1024 px, which is sent as it is.

        GiveUp: the picture is no such JPEG, or Google does not take it. TryAgain: it failed at this picture.
        ProviderDown, with `retry_after` where it was told; Misconfigured; TooSlow; NoRoom.
        """
        size = _sendable(picture)
        features = self.features(data_type)
        answer, _ = self._asked(picture, features)
        return seen_in(answer, size, self._setup.aspect_ratios)

    def probe(self) -> Call:
        """One true call for one label of a small drawing: does the key work? The call as it was billed; raises
        as `look` does."""
        _, call = self._asked(PROBE, (Feature.LABEL,))
        return call

    def knock(self) -> None:
        """Does the key work? A request for nothing is refused as such once the key is accepted, and costs
        nothing. Raises as `look` does, but for GiveUp, which is that refusal."""
        seconds = min(self._setup.limit.total_seconds(), self._budget)
        try:
            answer = in_time(
                lambda: self._connected().annotate(as_request(b"", (), (), ()), seconds), seconds, too_slow
            )
            _check(answer, ())
        except GiveUp:
            return

    def _asked(self, picture: bytes, features: tuple[Feature, ...]) -> tuple[dict[str, Any], Call]:
        """One quick second try where it may help, within the budget. Longer waits are the checklist's."""
        setup = self._setup
        request = as_request(picture, features, setup.aspect_ratios, setup.language_hints)
        ends = self._clock() + self._budget
        try:
            return self._once(request, features, ends)
        except StepFailed as failed:
            if not is_worth_another_try(failed) or self._clock() + 2 * _PAUSE > ends:
                raise
        time.sleep(_PAUSE)
        return self._once(request, features, ends)

    def _once(
        self, request: dict[str, object], features: tuple[Feature, ...], ends: float
    ) -> tuple[dict[str, Any], Call]:
        started = self._clock()
        seconds = min(self._setup.limit.total_seconds(), ends - started)
        try:
            answer = in_time(lambda: self._connected().annotate(request, seconds), seconds, too_slow)
            _check(answer, features)
        except StepFailed as failed:
            self._tell(started, billed(features) if may_be_billed(failed.reason) else (), failed.reason)
            raise
        return answer, self._tell(started, billed(features), None)

    def _tell(self, started: float, units: tuple[str, ...], reason: str | None) -> Call:
        ms = round((self._clock() - started) * 1000)
        call = Call(Provider.GOOGLE, MODEL, "vision", ms, units=units, reason=reason)
        self._bill(call)
        return call

    def _connected(self) -> GoogleClient:
        from media_vm.vision.google_client import GoogleClient  # 60 MB that `serve` and `--help` do without

        with self._lock:
            if self._client is None:
                self._client = GoogleClient(
                    self._where,
                    over_rest=self._setup.transport is Transport.REST,
                    api_key=self._setup.api_key,
                    service_account_file=self._setup.service_account_file,
                )
            return self._client


def _sendable(picture: bytes) -> tuple[int, int]:
    """Its width and height. GiveUp: an original went astray, which must never leave the house."""
    size = jpeg_size(picture) if len(picture) <= LARGEST_PICTURE else None
    if size is None or max(size) > LONGEST_SIDE:
        raise GiveUp("not_a_small_copy", f"only a JPEG of at most {LONGEST_SIDE} px is sent to Google Vision")
    return size


def _check(answer: dict[str, Any], features: tuple[Feature, ...]) -> None:
    """A picture's own refusal stands inside an answer that is right otherwise."""
    error = answer.get("error")
    if isinstance(error, dict) and error.get("code"):
        raise image_failure(error["code"])
    if says_nothing(answer) and _ALWAYS_ANSWERED & set(features):
        raise TryAgain("empty_answer", "Google Vision said nothing at all")
