"""What `media-vm ai probe` and `media-vm ai run` print for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from media_vm.ai_again import Again
from media_vm.ai_probe import Probed
from media_vm.told_costs import printed

NOBODY = (
    "nobody is set up to describe pictures, which are measured here all the same: set MEDIA_VM_VISION, or a key "
    "of Google Vision, OpenAI or OpenRouter, or OLLAMA_BASE_URL"
)


def probes_json(probes: Sequence[Probed]) -> list[dict[str, Any]]:
    """For a program."""
    return [{**asdict(one), "works": one.works} for one in probes]


def tell_probes(probes: Sequence[Probed]) -> str:
    """A table, and below it what to do."""
    return "\n".join(_lines(probes))


def again_json(again: Again, usd: float | None, *, is_asked: bool) -> dict[str, Any]:
    """For a program. usd: an estimate; None: nobody knows."""
    return {
        "pictures": again.pictures,
        "by_type": {kind.value: number for kind, number in sorted(again.kinds.items())},
        "held": again.held,
        "estimated_usd": usd,
        "last_due_in_seconds": again.lasts.total_seconds(),
        "asked": is_asked,
    }


def tell_again(story: Mapping[str, Any]) -> str:
    """One sentence or two."""
    number, usd = story["pictures"], story["estimated_usd"]
    pictures = "1 picture" if number == 1 else f"{number} pictures"
    will = "will be described again" if story["asked"] else "would be described again (`--yes`)"
    cost = "at a price that nobody knows" if usd is None else f"for some {usd:.2f} USD"
    told = [f"{pictures} {will}, {cost}; answers that are kept cost nothing"]
    if minutes := story["last_due_in_seconds"] / 60:
        told.append(f"a minute's worth after the other, over {minutes:.0f} min")
    if story["held"]:
        told.append(f"{story['held']} that a worker is at, or was a moment ago, left alone")
    return "\n".join(told)


def _lines(probes: Sequence[Probed]) -> Iterator[str]:
    width = max(5, *(len(printed(one.model or "–")) for one in probes))
    yield f"{'provider':<12}{'model':<{width}}  {'ms':>6}  works?"
    for one in probes:
        word = "yes" if one.works else f"no: {one.reason}"
        yield f"{one.provider.value:<12}{printed(one.model or '–'):<{width}}  {one.ms:>6}  {printed(word)}"
    for one in probes:
        if not one.works:
            yield f"{one.provider.value}: {printed(one.detail or '')}: {one.remedy}"
