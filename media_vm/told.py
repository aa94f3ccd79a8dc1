"""What `status` and `explain` print for a person; `--json` prints the same stories whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from media_vm.told_embeddings import tell_embeddings

Story = Mapping[str, Any]


def tell_machine(story: Story) -> str:
    """The state of the whole machine in a few lines."""
    return "\n".join(_machine_lines(story))


def tell_media(story: Story) -> str:
    """One picture's whole story: state, steps, variants, callbacks, history."""
    return "\n".join(_media_lines(story))


def tell_unknown(media_id: int, *, is_pending: bool, as_json: bool) -> str:
    """Nobody has this id."""
    if as_json:
        name = "pending_image_id" if is_pending else "media_id"
        return json.dumps({name: media_id if is_pending else str(media_id), "error": "unknown"})
    whose = "the main API's pending image id" if is_pending else "the id"
    return f"no media has {whose} {media_id}; `media-vm status` tells how the machine is"


def tell_lost(dumped_at: datetime) -> str:
    """What a restore cannot bring back."""
    return (
        f"media completed since {dumped_at:%Y-%m-%d %H:%M:%S} UTC are not in it; the main API holds them as "
        "complete: have them listed again. Next: media-vm fsck"
    )


def _machine_lines(story: Story) -> Iterator[str]:
    for outage in story["outages"]:
        since, again = outage["since"], outage["next_try"]
        yield _line("AWAY", f"{outage['party']} since {since} ({outage['reason']}); tried again {again}")
    stuck = story["stuck"]
    if stuck["number"]:
        yield _line("STUCK", f"{stuck['number']} media, the first {', '.join(stuck['media_ids'])}")
    counts = ", ".join(f"{number} {status}" for status, number in story["media"].items())
    yield _line("media", counts)
    yield _line(
        "queue", f"{story['due_now']} due now, {story['in_hand']} in hand, next {story['next_due'] or 'never'}"
    )
    yield from _again_lines(story.get("again") or {})
    for reason, number in story["waiting"].items():
        yield _line("waiting", f"{reason} × {number}")
    if story["oldest_unfinished"]:
        age = timedelta(seconds=story["oldest_age_seconds"])
        yield _line("oldest", f"unfinished since {story['oldest_unfinished']} ({age})")
    if lacks := story.get("worker_lacks"):
        yield _line("settings", f"without {' and '.join(lacks)}, which a worker needs")
    yield _line("workers", _workers(story["workers"]))
    poll = story["main_api"]
    yield _line("main API", _poll(poll) if poll else "never asked")
    for reason, number in story["failures_24h"].items():
        yield _line("failed 24 h", f"{reason} × {number}")
    for name, took in story["seconds"].items():
        if took["p50"] is not None:
            yield _line("seconds", f"{name}: {took['p50']:.2f} half, {took['p95']:.2f} for 95 of 100")
    if vectors := story.get("embeddings"):
        yield _line("embeddings", tell_embeddings(vectors))


def _again_lines(again: Story) -> Iterator[str]:
    if any(again.values()):
        waiting = f", {again['waiting']} wait for their turn" if again["waiting"] else ""
        yield _line("again", f"{again['under_way']} being made again{waiting} (media-vm reprocess --status)")


def _workers(workers: list[Story]) -> str:
    told = {
        is_alive: [
            f"{one['worker']} (last heard of {one['seconds_ago']} s ago)"
            for one in workers
            if one["is_alive"] is is_alive
        ]
        for is_alive in (True, False)
    }
    alive = f"{len(told[True])} alive: {', '.join(told[True])}" if told[True] else "none alive"
    return alive + (f"; not heard of: {', '.join(told[False])}" if told[False] else "")


def _poll(poll: Story) -> str:
    there = "" if poll["pending_there"] is None else f", {poll['pending_there']} pending there then"
    skipped = f"; {poll['skipped']}" if poll["skipped"] else ""
    return f"last asked {poll['last_poll']}: {poll['outcome']}{there}{skipped}"


def _media_lines(story: Story) -> Iterator[str]:
    pending = story["pending_image_id"]
    whose = f"user {story['user_id']}, {story['data_type']}"
    yield f"media {story['media_id']} (pending image {pending}; {whose}): {story['status']}"
    yield from _browser_lines(story.get("browser"))
    if story["deleted_at"]:
        gone = f"all that was known of it is gone since {story['removed_at']}" if story["removed_at"] else ""
        yield _line("DELETED", f"{story['deleted_at']}; {gone or 'a worker is yet to remove its files'}")
    if not story["removed_at"]:
        yield _line("original", _original(story["original"]))
    yield from _print_lines(story["original"]["print_cm"])
    if again := story["again"]:
        yield _line("again", _again(again))
    if story["error"]:
        yield _line("error", story["error"])
    if story["suspect"]:
        yield _line("suspected", f"{story['suspect']}; fetched once more as proof")
    if story["next_try"]:
        yield _line("next try", story["next_try"])
    for one in story["degraded"]:
        yield _line("degraded", f"{one['step']}: {one['reason']}")
    yield from _step_lines(story["steps"])
    yield from _variant_lines(story["variants"])
    yield from _callback_lines(story["callbacks"])
    yield "history"
    for event in story["history"]:
        took = f" {event['ms']} ms" if event["ms"] is not None else ""
        asked = f"  request {event['request_id']}" if event["request_id"] else ""
        yield f"  {event['at']}  {event['event']}{took}  {event['note'] or ''}".rstrip() + asked


def _browser_lines(browser: Story | None) -> Iterator[str]:
    if browser:
        yield _line("browser", f"{browser['status']}: {browser['says']}")
        if browser["to_do"]:
            yield _line("to do", browser["to_do"])


def _step_lines(steps: dict[str, Story]) -> Iterator[str]:
    yield "steps"
    for name, step in steps.items():
        free = f", tried {step['tries']} times in all" if step["tries"] > step["attempts"] else ""
        yield f"  {name:<20} {step['status']:<10} attempts {step['attempts']}{free}"


def _callback_lines(callbacks: list[Story]) -> Iterator[str]:
    for call in callbacks:
        waits = f"not answered yet, next try {call['next_try']}"
        ended = f"given up at {call['given_up_at']}" if call["given_up_at"] else call["answer"] or waits
        news = "" if ended.startswith(call["kind"]) else f"{call['kind']}: "
        yield _line("callback", f"{news}{ended} (attempts {call['attempts']})")


def _again(again: Story) -> str:
    """What is made again, why, and how far it is."""
    far = {"waiting": "not begun", "running": "under way", "due": "due"}[again["state"]]
    attempts = f", attempt {again['attempts']}" if again.get("attempts") else ""
    until = f", next try {again['next_try']}" if again["state"] == "due" and again["next_try"] else ""
    return f"{', '.join(again['steps'])}: {again['why']}; {far}{attempts}{until}; meanwhile served as it is"


def _variant_lines(variants: list[Story]) -> Iterator[str]:
    if variants:
        yield "variants"
    for one in variants:
        name = f"{one['size']:<10} {one['format']:<5} {one['bg']:<9}"
        if one["not_kept"]:
            yield f"  {name} not kept: {one['not_kept']}"
        else:
            yield f"  {name} {one['width']}×{one['height']}  {one['bytes']} bytes  {one['path']}"


def _original(original: Story) -> str:
    if original["sha256"] is None:
        return f"{original['name']}, not retrieved ({original['temp_path']})"
    size = f"{original['width']}×{original['height']}, {original['bytes']} bytes"
    where = original["path"]
    if original["retired_at"]:
        where = f"retired {original['retired_at']} by MEDIA_VM_RETENTION_DAYS: its variants are served on"
    return f"{original['name']}, {original['mime_type']}, {size}, {where}"


def _print_lines(sizes: dict[str, list[float]] | None) -> Iterator[str]:
    told = [f"{wide} × {high} cm at {dpi} dpi" for dpi, (wide, high) in (sizes or {}).items()]
    if told:
        yield _line("print size", ", ".join(told))


def _line(label: str, text: str) -> str:
    return f"{label:<11} {text}"
