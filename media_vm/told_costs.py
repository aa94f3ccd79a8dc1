"""What `media-vm ai cost` prints for a person; `--json` prints the same story whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Story = Mapping[str, Any]

_HEAD = ("calls", "failed", "tokens in", "tokens out", "USD", "cost unknown")


def tell_costs(story: Story) -> str:
    """A table, and a few lines below it."""
    return "\n".join(_lines(story))


def _lines(story: Story) -> Iterator[str]:
    by = story["by"]
    yield f"since {story['since']}"
    yield _row(by, _HEAD)
    for line in story["lines"]:
        yield _row(printed(line[by]), _cells(line))
    yield _row("total", _cells(story["total"]))
    yield from _today(story["today"])
    yield (
        f"prices      of {story['prices_as_of']}, from public pages, compared with no bill; "
        "what providers give away free is not counted"
    )
    yield from _pictures(story)


def _today(today: Story) -> Iterator[str]:
    cap = today["cap_usd"]
    told = f"{today['usd']:.6f} USD"
    if today["set_aside_usd"]:
        told += f", {today['set_aside_usd']:.6f} set aside for calls under way"
    if today["unknown_cost"]:
        told += f", besides {today['unknown_cost']} of unknown cost"
    yield f"today       {told}"
    if cap is None:
        yield "daily cap   none (MEDIA_VM_AI_DAILY_USD)"
    else:
        left = max(0.0, cap - today["counted_usd"])
        yield f"daily cap   {cap:.6f} USD, {left:.6f} left until {today['next_day']}"


def _pictures(story: Story) -> Iterator[str]:
    """Data types that cost the same share a line; what a model takes is told once."""
    costs: dict[str, list[str]] = {}
    for kind, of_kind in story["one_picture_usd"].items():
        costs.setdefault(_usd(of_kind["google"]), []).append(kind)
    for usd, kinds in costs.items():
        yield f"one picture google {usd} ({', '.join(kinds)})"
    for feature, usd in story["google_feature_usd"].items():
        yield f"of that, {feature:<11} {_usd(usd) if usd else 'goes along free' if usd == 0 else 'unknown'}"
    usual = story["estimated_with"]
    about = f"estimated: {usual['tokens_in']} tokens in, {usual['tokens_out']} out"
    for who, usd in next(iter(story["one_picture_usd"].values())).items():
        if who != "google":
            yield f"one picture {printed(who)} {_usd(usd)} ({about})"


def _cells(line: Story) -> tuple[str, ...]:
    numbers = (line[name] for name in ("calls", "failed", "tokens_in", "tokens_out"))
    return (*map(str, numbers), f"{line['usd']:.6f}", str(line["unknown_cost"]))


def _row(name: str, cells: tuple[str, ...]) -> str:
    widths = (8, 8, 12, 12, 14, 14)
    return f"{name:<24}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _usd(cost: float | None) -> str:
    return "unknown" if cost is None else f"{cost:.6f} USD"


def printed(text: str) -> str:
    """A name out of a row, on a terminal that would obey what is not seen."""
    return "".join(one if one.isprintable() else "?" for one in text)
