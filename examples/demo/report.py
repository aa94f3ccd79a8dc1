"""The last page of the demo: what became of every picture, and what to look at now."""

from __future__ import annotations

import shlex
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from examples.demo.gathering import counted
from examples.demo.live import COLOURS
from examples.demo.outcomes import STEPS, Outcome
from examples.demo.programs import Surroundings

SECONDS = ("fetch", "look", "make", "tell")
FORMATS = {"AVIF": ("avif",), "WebP": ("webp",), "JPEG/PNG": ("jpeg", "png")}
NOTE = (
    f"{', '.join(SECONDS)}: seconds of {', '.join(STEPS)}; all attempts, waiting for a CPU slot included."
    " Formats: bytes of size detail (fits 1200 × 1200) and % of the original;"
    " – : not kept because it was not smaller, or not made."
)
LEGEND_COLUMNS = 100


def report(outcomes: Sequence[Outcome], seconds: float, console: Console) -> None:
    """The table, the reasons of what did not complete, and the totals. seconds: wall time of all."""
    _print_trimmed(_table(outcomes), console)
    console.print(textwrap.fill(NOTE, min(LEGEND_COLUMNS, console.width)), style="dim")
    for one in outcomes:
        if one.reason:
            console.print(Text(f"{one.upload.picture.name}: {one.status}, {one.reason}"), soft_wrap=True)
    console.print(_totals(outcomes, seconds), style="bold", soft_wrap=True)


def invite(surroundings: Surroundings, console: Console) -> None:
    """Addresses that work as long as the demo stays up, and what works after it too."""
    _tell(console, "gallery", f"{surroundings.addresses.main_api}/")
    _tell(console, "upload", f"{surroundings.addresses.main_api}/upload")
    _tell(console, "a picture", f"{surroundings.addresses.serve}/serve/1?size=grid")
    look_back(surroundings, console)
    console.print("Ctrl-C ends the demo.")


def look_back(surroundings: Surroundings, console: Console) -> None:
    """Commands that tell what became of the pictures, until the next demo begins anew."""
    command, env = _shown(Path(sys.executable).with_name("media-vm")), _shown(surroundings.folder / "env")
    _tell(console, "its story", f"( . {env}; {command} explain 1 )")
    _tell(console, "the machine", f"( . {env}; {command} status )")


def _tell(console: Console, label: str, text: str) -> None:
    console.print(Text(f"{label:<12} {text}"), soft_wrap=True)


def _print_trimmed(table: Table, console: Console) -> None:
    """Without the blanks that fill up each row: they would end up in whatever the page is pasted into."""
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        console.file.write(f"{line.rstrip()}\n")


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title="What became of the pictures", box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("picture", overflow="fold")
    for name in (*SECONDS, "original"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in FORMATS:
        table.add_column(name, justify="right")
    table.add_column("status", no_wrap=True)
    for one in outcomes:
        times = [f"{one.seconds[step]:.1f}" if step in one.seconds else "–" for step in STEPS]
        weights = [_weight(one, names) for names in FORMATS.values()]
        status = Text(one.status, COLOURS.get(one.status, "yellow"))
        table.add_row(Text(one.upload.picture.label), *times, _bytes(one.upload.bytes), *weights, status)
    return table


def _weight(outcome: Outcome, names: Sequence[str]) -> str:
    weight = sum(outcome.bytes.get(name, 0) for name in names)
    return f"{_bytes(weight)} {weight / outcome.upload.bytes:3.0%}" if weight else "–"


def _totals(outcomes: Sequence[Outcome], seconds: float) -> str:
    done = [one for one in outcomes if one.bytes]
    came = sum(one.upload.bytes for one in done)
    parts = [
        f"{counted(len(outcomes), 'picture')}, {len(done)} completed, in {seconds:.1f} s",
        f"{60 * len(outcomes) / seconds:.0f} a minute",
    ]
    if done:
        lightest = sum(min(one.bytes.values()) for one in done)
        share = f"{_bytes(lightest)} ({lightest / came:.0%})"
        parts.append(f"completed ones: {_bytes(came)} came in, {share} at size detail in the lightest format")
    return "; ".join(parts)


def _bytes(count: int) -> str:
    for unit, size in (("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


def _shown(path: Path) -> str:
    """As short as it can be typed here, quoted for a shell."""
    here = Path.cwd()
    return shlex.quote(f"./{path.relative_to(here)}" if path.is_relative_to(here) else str(path))
