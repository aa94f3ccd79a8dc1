"""What the contract (§2, §3, §8) wants of a main API, requirement by requirement, and what was seen of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SHOWN: Final = 80  # characters of what somebody else's server said


class Verdict(StrEnum):
    """advice: media VM works with it. untested: nothing was there to test it on, or it would have written."""

    KEPT = "kept"
    ADVICE = "advice"
    BROKEN = "broken"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Seen:
    """One requirement by its name in `WANTS`, and what was seen."""

    name: str
    verdict: Verdict
    saw: str

    @property
    def wants(self) -> str:
        """What the contract says."""
        return WANTS[self.name]


WANTS: Final = {
    "tls": "an https:// address: the key must not be read on the way",
    "pending.answers": "GET /api/media/pending/all with the key answers 200 with JSON",
    "pending.key": "without a key, and with an unknown one, it answers 401",
    "pending.shape": '{"images": […], "total": n}, where n counts all images: the list is not paged',
    "pending.id": "id is a positive whole number of at most 63 bits, and each comes once",
    "pending.user_id": "user_id is a positive whole number of at most 63 bits",
    "pending.image_path": "image_path is a plain path on the main API's own host: /…, no host, no query, no `..`",
    "pending.original_name": "original_name is a text",
    "pending.mime_type": "mime_type is a text such as image/jpeg",
    "pending.status": 'status is "pending": what is processed or failed is not listed',
    "pending.created_at": "created_at is an ISO 8601 time in UTC such as 2024-01-01T10:00:00Z",
    "pending.data_type": "data_type, where it is there, is product, profile, event, logo or sites",
    "pending.repeats": "the same ids come again on every poll, until they are completed or cleaned up",
    "temp.open": "GET {image_path} answers 200 without a key, and redirects nowhere",
    "temp.bytes": "its bytes are the picture, whole and not compressed for the way",
    "temp.name": "its name or folder says what it is for: {userId}-{type}-{timestamp}[-{random}].{ext}",
    "context": "GET /api/media/context/{user_id} answers 404, or 200 with an object; without a key 401",
    "calls.reached": "GET {media VM}/api/media with MEDIA_VM_API_KEY answers 200: the main API can call it",
    "calls.key": "without a key, and with an unknown one, media VM answers 401",
    "calls.status": "GET /api/media/status/{id} of a pending image: 200 with its steps, or 404 before the poll",
    "proxy.picture": "GET /api/images/{media_id} passes media VM's picture, Content-Type, ETag and name through",
    "proxy.accept": "it passes Accept on: who names no modern format gets JPEG or PNG, and Vary says so",
    "proxy.revalidates": "it passes If-None-Match on: an ETag that still holds is answered 304",
    "proxy.age": "Cache-Control has a max-age of at most 3600, or media VM's own where that is shorter",
    "complete.key": "POST /api/media/complete/{id} with an unknown key answers 401 and changes nothing",
    "complete.unknown": "for an id that nobody has it answers 404",
    "complete.answers": '2xx with {"success": true, "imageId": id, "media_id": "the same digits", "status"}',
    "complete.repeat": "the same Idempotency-Key with the same body gets the same answer again",
    "complete.unlisted": "what is completed is not listed as pending any more",
    "complete.update": "a later event with `update: true` and a key of its own is answered 2xx",
    "complete.late": "`update: true` for an item that is still pending is taken as its completion",
    "cleanup.key": "DELETE /api/media/cleanup/{id} with an unknown key answers 401 and changes nothing",
    "cleanup.unknown": "for an id that nobody has it answers 404",
    "cleanup.answers": '2xx with {"success": true, "message": "…"}',
    "cleanup.repeat": "the same Idempotency-Key gets the same answer again",
    "cleanup.unlisted": "what is cleaned up is not listed as pending any more",
    "cleanup.file": "its temp file is deleted: GET {image_path} answers 404 or 410",
}


def kept(name: str, saw: str) -> Seen:
    """As it should be."""
    return Seen(name, Verdict.KEPT, saw)


def advice(name: str, saw: str) -> Seen:
    """It could be better."""
    return Seen(name, Verdict.ADVICE, saw)


def broken(name: str, saw: str) -> Seen:
    """Not as it should be."""
    return Seen(name, Verdict.BROKEN, saw)


def untested(name: str, why: str) -> Seen:
    """Nobody knows."""
    return Seen(name, Verdict.UNTESTED, why)


def judged(name: str, wrong: list[str], fine: str) -> Seen:
    """Broken by what is wrong, of which the first is shown."""
    if not wrong:
        return kept(name, fine)
    return broken(name, wrong[0] + (f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""))


def shown(value: object) -> str:
    """A foreign value, cut."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
