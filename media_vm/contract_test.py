"""`media-vm contract-test`: the contract, run against somebody's real main API.

Only looks, unless it is given ids of pending images to throw away: the first is completed, the second cleaned up,
the third completed by an update alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from media_vm.contract_calls import MediaVM, calls
from media_vm.contract_ports import Asking, bearer
from media_vm.errors import WrongUse
from media_vm.rules.callbacks import complete_body
from media_vm.rules.checkup_answers import Answered, Exchange
from media_vm.rules.contract import WANTS, Seen, Verdict, advice, broken, judged, kept, shown, untested
from media_vm.rules.contract_answers import (
    UNKNOWN_THERE,
    json_in,
    judge_context,
    judge_done,
    judge_list_answer,
    judge_refusal,
    judge_repeat,
    judge_temps,
    judge_unknown,
    told,
)
from media_vm.rules.contract_pending import Entry, entries_of, is_list, judge_list
from media_vm.rules.endpoints import leads_here
from media_vm.rules.pictures import Background, DataType, Format, Made
from media_vm.rules.temp_names import is_safe_temp_path

LIST: Final = "/api/media/pending/all"
MEDIA_ID: Final = 2**53 + 1
"""Whoever reads it as JavaScript's number tells it back as another: ids are strings (contract §2)."""
NOBODYS: Final = 2_147_483_646  # an id that fits any column, and that no table has reached
HEAD: Final = 64_000  # bytes of a temp file that are looked at
FILES: Final = 3  # temp files that are looked at
_MADE: Final = Made(frozenset({Format.AVIF, Format.WEBP, Format.JPEG}), frozenset({Background.ORIGINAL}))
_COMPLETES: Final = [name for name in WANTS if name.startswith("complete.") and name != "complete.late"]
_CLEANUPS: Final = [name for name in WANTS if name.startswith("cleanup.")]


@dataclass(frozen=True, slots=True)
class Target:
    """url: as MAIN_API_URL. key: ours. new_key: a fresh random text."""

    asking: Asking
    url: str
    key: str
    new_key: Callable[[], str]

    def get(self, path: str, key: str | None = None, *, most: int = 64_000_000) -> Answered:
        """key: None sends none."""
        return self.asking.ask("GET", self.url + path, bearer(key), most=most)

    def pending(self) -> Answered:
        """The list."""
        return self.get(LIST, self.key)

    def ids(self) -> set[object]:
        """What is pending now."""
        return {entry.get("id") for entry in entries_of(json_in(self.pending()))}

    def complete(self, image_id: int, body: str, event: str, key: str | None = None) -> Answered:
        """event: its Idempotency-Key. key: ours, unless another is given."""
        headers = bearer(key or self.key) | {"Idempotency-Key": event, "Content-Type": "application/json"}
        return self.asking.ask("POST", f"{self.url}/api/media/complete/{image_id}", headers, body=body)

    def cleanup(self, image_id: int, event: str, key: str | None = None) -> Answered:
        """The same."""
        headers = bearer(key or self.key) | {"Idempotency-Key": event}
        return self.asking.ask("DELETE", f"{self.url}/api/media/cleanup/{image_id}", headers)


def contract_test(target: Target, throw_away: Sequence[int], media_vm: MediaVM | None = None) -> Iterator[Seen]:
    """Requirement by requirement. WrongUse, before anything is written: an id that is not pending."""
    first = target.pending()
    entries = {entry.get("id"): entry for entry in entries_of(json_in(first))}
    throw_away = throw_away if is_list(json_in(first)) else []  # what is wrong with the list is told first
    if strange := [one for one in throw_away if one not in entries]:
        raise WrongUse(
            f"{strange[0]} is not in the pending list: --yes-write takes ids that are, to be thrown away"
        )
    if len(set(throw_away)) < len(throw_away):
        raise WrongUse("--yes-write takes a different id each time: each is thrown away in a way of its own")
    yield from _looks(target, first, list(entries.values()))
    yield from calls(media_vm, target.url, [one for one in entries if isinstance(one, int)])
    given: list[int | None] = [*throw_away, None, None, None][:3]
    yield from _completes(target, given[0])
    yield from _cleans_up(target, given[1], entries)
    yield _late(target, given[2])


def _looks(target: Target, first: Answered, entries: Sequence[Entry]) -> Iterator[Seen]:
    yield _tls(target.url)
    answers = judge_list_answer(first)
    yield answers
    if answers.verdict is not Verdict.KEPT:
        return
    yield judge_refusal("pending.key", target.get(LIST), target.get(LIST, target.new_key()))
    yield from judge_list(json_in(first))
    yield _repeats(target, entries)
    yield from _temp_files(target, entries)
    yield _context(target, entries)


def _tls(url: str) -> Seen:
    if url.startswith("https://"):
        return kept("tls", "https")
    return kept("tls", "plain http, on this machine") if leads_here(url) else advice("tls", "plain http")


def _repeats(target: Target, entries: Sequence[Entry]) -> Seen:
    """An item that is worked off in this very moment may be gone; all of them are not."""
    if not entries:
        return untested("pending.repeats", "nothing is pending")
    before, after = {one.get("id") for one in entries}, target.ids()
    gone = before - after
    return judged(
        "pending.repeats", [shown(gone) + " came once only"] if gone == before else [], f"{len(after)} again"
    )


def _temp_files(target: Target, entries: Sequence[Entry]) -> Iterator[Seen]:
    """The first few."""
    paths = [entry.get("image_path") for entry in entries]
    safe = [one for one in paths if isinstance(one, str) and is_safe_temp_path(one)][:FILES]
    if not safe:
        yield from (untested(name, "no temp file to look at") for name in ("temp.open", "temp.bytes"))
        return
    yield from judge_temps([target.get(path, most=HEAD) for path in safe])


def _context(target: Target, entries: Sequence[Entry]) -> Seen:
    users = [one["user_id"] for one in entries if isinstance(one.get("user_id"), int)]
    if not users:
        return untested("context", "no user to ask for")
    path = f"/api/media/context/{users[0]}"
    return judge_context(target.get(path, target.key), target.get(path))


def _completes(target: Target, image_id: int | None) -> Iterator[Seen]:
    if image_id is None:
        yield from (untested(name, "it would write: --yes-write ID") for name in _COMPLETES)
        return
    body, event = _body(is_update=False), target.new_key()
    refused = target.complete(image_id, body, target.new_key(), target.new_key())
    yield judge_refusal("complete.key", refused, unchanged=image_id in target.ids())
    yield judge_unknown("complete.unknown", target.complete(NOBODYS, body, target.new_key()))
    first = target.complete(image_id, body, event)
    yield judge_done("complete.answers", first, imageId=image_id, media_id=str(MEDIA_ID), status=None)
    yield judge_repeat("complete.repeat", first, target.complete(image_id, body, event))
    yield _unlisted("complete.unlisted", target, image_id)
    update = target.complete(image_id, _body(is_update=True), target.new_key())
    yield judge_done("complete.update", update, imageId=image_id, media_id=str(MEDIA_ID))


def _cleans_up(target: Target, image_id: int | None, entries: Mapping[object, Entry]) -> Iterator[Seen]:
    if image_id is None:
        yield from (untested(name, "it would write: --yes-write a second ID") for name in _CLEANUPS)
        return
    event, path = target.new_key(), str(entries[image_id].get("image_path"))
    refused = target.cleanup(image_id, target.new_key(), target.new_key())
    yield judge_refusal("cleanup.key", refused, unchanged=image_id in target.ids())
    yield judge_unknown("cleanup.unknown", target.cleanup(NOBODYS, target.new_key()))
    first = target.cleanup(image_id, event)
    yield judge_done("cleanup.answers", first, message=None)
    yield judge_repeat("cleanup.repeat", first, target.cleanup(image_id, event))
    yield _unlisted("cleanup.unlisted", target, image_id)
    yield _file_is_gone(target, path)


def _late(target: Target, image_id: int | None) -> Seen:
    if image_id is None:
        return untested("complete.late", "it would write: --yes-write a third ID")
    update = target.complete(image_id, _body(is_update=True), target.new_key())
    done = judge_done("complete.late", update, imageId=image_id, media_id=str(MEDIA_ID))
    return done if done.verdict == "broken" else _unlisted("complete.late", target, image_id)


def _unlisted(name: str, target: Target, image_id: int) -> Seen:
    answer = target.pending()
    if json_in(answer) is None:
        return broken(name, f"the list cannot be read: {told(answer)}")
    listed = {entry.get("id") for entry in entries_of(json_in(answer))}
    return judged(
        name, [f"{image_id} is still listed"] if image_id in listed else [], f"{image_id} is gone from it"
    )


def _file_is_gone(target: Target, path: str) -> Seen:
    if not is_safe_temp_path(path):
        return untested("cleanup.file", "its image_path is no plain path")
    answer = target.get(path, most=HEAD)
    is_gone = isinstance(answer, Exchange) and answer.status in UNKNOWN_THERE
    return (kept if is_gone else broken)("cleanup.file", told(answer))


def _body(*, is_update: bool) -> str:
    """The true body of a picture that was not described."""
    url = f"https://media.example/serve/{MEDIA_ID}"
    return complete_body(MEDIA_ID, url, _MADE, DataType.PROFILE, None, "not_configured", is_update=is_update)
