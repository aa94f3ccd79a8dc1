"""What effects in a drawing cost before anything draws it, and how long hostile text takes to judge."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from media_vm.errors import GiveUp
from media_vm.imaging.svg_cleaning import cleaned

BLUR = "<filter id='f'><feGaussianBlur stdDeviation='9'/></filter>"


def judged(inside: str) -> str:
    """What comes of a drawing with this in it: a stable code, or nothing."""
    try:
        cleaned(f"<svg xmlns='http://www.w3.org/2000/svg'>{inside}</svg>".encode())
    except GiveUp as refused:
        return refused.reason
    return ""


@pytest.mark.parametrize(
    ("effect", "before", "most"),
    [
        ("opacity='.9'", "", 400),
        ("style='opacity/**/:50%'", "", 400),
        ("class='a'", "<style>.b{fill:red}.a{op\\61 city:0}</style>", 398),  # the root and the sheet too
        ("style='mix-blend-mode:multiply'", "", 100),
        ("style='isolation:isolate'", "", 400),
        ("mask='url(#m)'", "<mask id='m'><rect/></mask>", 57),
        ("clip-path='url(#c)'", "<clipPath id='c' clipPathUnits='objectBoundingBox'><rect/></clipPath>", 400),
        ("filter='url(#f)'", BLUR, 12),
        ("style='filter:blur(2px)'", "", 13),
    ],
)
def test_effects_are_counted_in_layers(effect: str, before: str, most: int) -> None:
    """However they are asked for: so many are drawn, and one more is refused."""
    assert "" == judged(before + f"<rect {effect}/>" * most)
    assert "too_complex" == judged(before + f"<rect {effect}/>" * (most + 1))


@pytest.mark.parametrize("plain", ["opacity='1.0'", "style='opacity:100%;filter:none'", "fill-opacity='.5'"])
def test_what_takes_no_layer_is_free(plain: str) -> None:
    """An effect that is none, and one that is drawn with the shape."""
    assert "" == judged(f"<rect {plain}/>" * 1_000 + f"<g {plain}>" * 100 + "</g>" * 100)


def test_effects_within_effects_are_limited_by_memory() -> None:
    """Each open layer is a surface of the whole canvas; what is only defined holds none."""
    assert "" == judged("<g opacity='.9'>" * 12 + "<rect/>" + "</g>" * 12)
    assert "too_complex" == judged("<g opacity='.9'>" * 13 + "<rect/>" + "</g>" * 13)
    assert "" == judged("<defs>" + "<g opacity='.9'>" * 13 + "<rect/>" + "</g>" * 13 + "</defs>")


def test_no_comment_hides_a_rule_in_an_address() -> None:
    """In an address without quotes nothing is a comment: the rule between two such is one."""
    sheet = "<style>.x{fill:url(#/*)} .a{opacity:.5} .y{fill:url(#*/)}</style>"

    assert "too_complex" == judged(sheet + "<rect class='a'/>" * 401)


HOSTILE: dict[str, Callable[[int], str]] = {
    "a sheet without a brace": lambda size: f"<style>url {'a' * size}</style>",
    "open comments": lambda size: f"<style>url{'/*' * (size // 2)}</style>",
    "open quotes": lambda size: f"<style>url&quot;{chr(39) * size}</style>",
    "open braces": lambda size: f"<style>{'{' * size}</style>",
    "blanks before an id": lambda size: f"<g style='url({' ' * size}#a)'/>",
    "blanks before an x": lambda size: f"<g style='mask:url({' ' * size}x)'/>",
    "blanks in data": lambda size: f"<g style='url(data:,{' ' * size}#a)'/>",
    "blanks before no colon": lambda size: f"<g style='mask{' ' * size}'/>",
    "selectors": lambda size: f"<style>{'a,' * (size // 2)}{{fill:url(#a)}}</style>",
    "comments in a style": lambda size: f"<g style='{'opacity:.5/*' * (size // 12)}'/>",
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_hostile_text_is_judged_in_linear_time(shape: str) -> None:
    """Twice as much of it takes less than three times as much of this process's time; the best of three tries."""
    assert 3 > min(_seconds(HOSTILE[shape](400_000)) / _seconds(HOSTILE[shape](200_000)) for _ in range(3))


def _seconds(inside: str) -> float:
    began = time.process_time()
    judged(inside)
    return time.process_time() - began
