"""What `status` and `explain` print for a person; `--json` prints the same stories whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Story = Mapping[str, Any]


def tell_machine(story: Story) -> str:
    """The state of the whole machine in a few lines."""
    return "\n".join(_machine_lines(story))


def tell_media(story: Story) -> str:
    """One picture's whole story: state, steps, variants, callbacks, history."""
    return "\n".join(_media_lines(story))


def _machine_lines(story: Story) -> Iterator[str]:
    counts = ", ".join(f"{number} {status}" for status, number in story["media"].items())
    yield f"media       {counts}; {story['in_hand']} in hand now"
    yield f"next due    {story['next_due'] or 'nothing'}"
    if story["oldest_unfinished"]:
        yield f"oldest      unfinished since {story['oldest_unfinished']}"
    poll = story["main_api"]
    yield (f"main API    last asked {poll['last_poll']}: {poll['outcome']}" if poll else "main API    never asked")
    for reason, number in story["errors"].items():
        yield f"error       {reason} × {number}"


def _media_lines(story: Story) -> Iterator[str]:
    pending = story["pending_image_id"]
    whose = f"user {story['user_id']}, {story['data_type']}"
    yield f"media {story['media_id']} (pending image {pending}; {whose}): {story['status']}"
    yield _line("original", _original(story["original"]))
    if story["error"]:
        yield _line("error", story["error"])
    if story["suspect"]:
        yield _line("suspected", f"{story['suspect']}; fetched once more as proof")
    if story["next_try"]:
        yield _line("next try", story["next_try"])
    for one in story["degraded"]:
        yield _line("degraded", f"{one['step']}: {one['reason']}")
    yield "steps"
    for name, step in story["steps"].items():
        yield f"  {name:<20} {step['status']:<10} attempts {step['attempts']}"
    yield from _variant_lines(story["variants"])
    for call in story["callbacks"]:
        ended = call["answer"] or f"not answered yet, next try {call['next_try']}"
        news = "" if ended.startswith(call["kind"]) else f"{call['kind']}: "
        yield _line("callback", f"{news}{ended} (attempts {call['attempts']})")
    yield "history"
    for event in story["history"]:
        took = f" {event['ms']} ms" if event["ms"] is not None else ""
        yield f"  {event['at']}  {event['event']}{took}  {event['note'] or ''}".rstrip()


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
    return f"{original['name']}, {original['mime_type']}, {size}, {original['path']}"


def _line(label: str, text: str) -> str:
    return f"{label:<11} {text}"
