"""Google Vision on a loopback socket of its own, over gRPC or REST, that answers as a test scripts it.

    with google_over_rest() as google:
        google.answer = found(labelAnnotations=[{"description": "Sea", "score": 0.9}])
        GoogleVision(GoogleSetup(endpoint=google.endpoint, transport=Transport.REST, api_key="k"), …)
        google.asked[0].features

Both speak through the library's own protobuf classes, so what a true client sends and reads is what is tested.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

TEXT = "GRAND OPENING\nSaturday 8 pm"


class Fault(StrEnum):
    """What a network or a broken server does."""

    HANG = "hang"
    DRIP = "drip"
    RESET = "reset"
    CUT = "cut"
    NOT_ITS_FORMAT = "not_its_format"
    WRONG_TYPES = "wrong_types"
    PAGE = "page"
    NO_ANSWER = "no_answer"
    GIGABYTE = "gigabyte"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A whole call refused. code: as `UNAVAILABLE`. cause: ErrorInfo's reason. retry_after: seconds, as RetryInfo
    tells them. header: `Retry-After`, over REST alone."""

    code: str
    cause: str | None = None
    retry_after: float | None = None
    header: str | None = None


Answer = dict[str, Any] | Refusal | Fault


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two files in PEM, for a server that speaks TLS as 127.0.0.1."""

    chain: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as it came in. headers: by lower-case names."""

    picture: bytes
    features: tuple[str, ...]
    context: dict[str, Any]
    headers: dict[str, str]


@dataclass
class GoogleStandIn:
    """answer: to every call; `first`: used up before it. latency: seconds before an answer. sent: bytes of a
    gigabyte that were taken before the other side hung up (REST)."""

    endpoint: str
    answer: Answer = field(default_factory=lambda: found())
    first: deque[Answer] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    latency: float = 0.0
    sent: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        """Where it listens, for another to take its place."""
        return int(self.endpoint.rpartition(":")[2])

    def next_answer(self, asked: Asked) -> Answer:
        """Note the call and say what it is answered with, after the latency."""
        self.asked.append(asked)
        answer = self.first.popleft() if self.first else self.answer
        self.stopped.wait(self.latency)
        return answer


@contextmanager
def google_over_rest(certificate: Certificate | None = None, port: int = 0) -> Iterator[GoogleStandIn]:
    """`POST /v1/images:annotate` until the block ends; in plain text where no certificate is given."""
    from tests.stand_ins.google_vision_rest import serving

    with serving(certificate, port) as stand_in:
        yield stand_in


@contextmanager
def google_over_grpc(certificate: Certificate | None = None, port: int = 0) -> Iterator[GoogleStandIn]:
    """`ImageAnnotator.BatchAnnotateImages` until the block ends; in plain text where no certificate is given."""
    from tests.stand_ins.google_vision_grpc import serving

    with serving(certificate, port) as stand_in:
        yield stand_in


def found(**changes: Any) -> dict[str, Any]:
    """A right answer for a picture of 400 × 200 px, in the JSON form of `AnnotateImageResponse`."""
    return {
        "labelAnnotations": [
            {"mid": "/m/05h0n", "description": "Sea", "score": 0.75, "topicality": 0.75},
            {"mid": "/m/0jjw", "description": "Art", "score": 0.9375, "topicality": 0.9375},
        ],
        "localizedObjectAnnotations": [
            {"name": "Boat", "score": 0.5, "boundingPoly": {"normalizedVertices": corners(0.25, 0.5, 0.75, 1.0)}}
        ],
        "logoAnnotations": [
            {"description": "Acme", "score": 0.625, "boundingPoly": {"vertices": corners(0, 0, 100, 50)}}
        ],
        "safeSearchAnnotation": {
            "adult": "VERY_UNLIKELY",
            "spoof": "UNLIKELY",
            "medical": "POSSIBLE",
            "violence": "LIKELY",
            "racy": "VERY_LIKELY",
        },
        "textAnnotations": [{"locale": "en", "description": TEXT}, {"description": "GRAND"}],
        "fullTextAnnotation": {"text": TEXT, "pages": [page(corners(40, 20, 200, 60), corners(40, 80, 200, 100))]},
        "imagePropertiesAnnotation": {
            "dominantColors": {
                "colors": [
                    {"color": {"red": 20, "green": 70, "blue": 140}, "score": 0.5, "pixelFraction": 0.25},
                ]
            }
        },
        "cropHintsAnnotation": {
            "cropHints": [
                {"boundingPoly": {"vertices": corners(100, 0, 300, 200)}, "confidence": 0.75},
                {"boundingPoly": {"vertices": corners(0, 40, 400, 173)}, "confidence": 0.5},
            ]
        },
    } | changes


def refused_picture(code: int) -> dict[str, Any]:
    """A picture's own error in an answer that is right otherwise; 3 is a bad picture, 14 is not now."""
    return {"error": {"code": code, "message": "Bad image data."}}


def page(*paragraphs: list[dict[str, float]]) -> dict[str, Any]:
    """One page of one block, its paragraphs within those corners."""
    boxes = [{"boundingBox": {"vertices": one}, "confidence": 0.9} for one in paragraphs]
    return {"width": 400, "height": 200, "blocks": [{"paragraphs": boxes, "blockType": "TEXT"}]}


def corners(left: float, top: float, right: float, bottom: float) -> list[dict[str, float]]:
    """Clockwise from the top left; Google leaves a coordinate of 0 out."""
    whole = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return [{name: at for name, at in (("x", x), ("y", y)) if at} for x, y in whole]
