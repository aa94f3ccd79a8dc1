"""What is left of a foreign SVG before anything draws it."""

from __future__ import annotations

import pytest

from media_vm.errors import GiveUp
from media_vm.imaging.svg_cleaning import cleaned

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink">'


def svg(inside: str, before: str = "") -> bytes:
    """A drawing with this in it."""
    return f"{before}{OPEN}{inside}</svg>".encode()


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<script>alert(1)</script><g/>", "<g></g>"),
        ("<s:script xmlns:s='http://www.w3.org/2000/svg'>1</s:script>", ""),
        ("<g onclick='alert(1)' ONLOAD='x' id='a'/>", '<g id="a"></g>'),
        ("<a x:href='javascript:alert(1)'><g/></a>", "<a><g></g></a>"),
        ("<foreignObject><p><script/></p></foreignObject><g/>", "<g></g>"),
        ("<set/><animate href='#a'/><metadata><b/></metadata>", ""),
        ("<!-- a comment --><?php echo 1 ?><g/>", "<g></g>"),
        ("<text>a &lt;b&gt; &amp; c</text>", "<text>a &lt;b&gt; &amp; c</text>"),
        ("<style>a{fill:url(#g)}</style>", "<style>a{fill:url(#g)}</style>"),
        ("<image href='data:image/png;base64,AAAA'/>", '<image href="data:image/png;base64,AAAA"></image>'),
        ("<g title='a&quot;&lt;b'/>", '<g title="a&quot;&lt;b"></g>'),
    ],
)
def test_what_a_still_never_shows_is_left_out(inside: str, expected: str) -> None:
    """Scripts, handlers, links, foreign markup and notes go; what draws stays as it was."""
    assert f"{OPEN}{expected}</svg>" == cleaned(svg(inside)).decode()


@pytest.mark.parametrize(
    "inside",
    [
        "<image href='https://evil.example/a.png'/>",
        "<image x:href='file:///etc/passwd'/>",
        "<image href='/etc/passwd'/>",
        "<image href='data:image/svg+xml;base64,AAAA'/>",
        "<use x:href='other.svg#a'/>",
        "<feImage href='a.png'/>",
        "<g fill='url(http://evil.example/#a)'/>",
        "<g style='fill: URL( \"a.svg#b\" )'/>",
        "<style>@import 'a.css';</style>",
        "<style>a{fill:u\\72l(a.svg#b)}</style>",
        "<style>a{b:'/*'} @import 'a.css'; c{d:'*/'}</style>",
        "<style><![CDATA[@im\\port url(a.css)]]></style>",
    ],
)
def test_what_it_would_have_to_fetch_refuses_it(inside: str) -> None:
    """Files, other hosts and style sheets, however they are written, are a reason with a name."""
    with pytest.raises(GiveUp, match="external_reference"):
        cleaned(svg(inside))


def test_a_style_sheet_beside_the_drawing_refuses_it() -> None:
    """A drawing without its colours is not what was sent."""
    with pytest.raises(GiveUp, match="external_reference"):
        cleaned(svg("", before="<?xml-stylesheet href='a.css'?>"))


def test_shorthands_of_an_editor_are_written_out() -> None:
    """Plain internal entities are text; those that lead outside or to each other are refused."""
    assert b"<text>OAF</text>" in cleaned(svg("<text>&n;</text>", before='<!DOCTYPE svg [<!ENTITY n "OAF">]>'))
    for declared, reason in [
        ('<!ENTITY n SYSTEM "file:///etc/hostname">', "external_reference"),
        ('<!ENTITY a "ha"><!ENTITY n "&a;&a;">', "too_complex"),
    ]:
        with pytest.raises(GiveUp, match=reason):
            cleaned(svg("<text>&n;</text>", before=f"<!DOCTYPE svg [{declared}]>"))


def test_few_bytes_that_stand_for_millions_of_elements_are_counted_not_drawn() -> None:
    """Ten groups, each of ten references to the one before."""
    groups = "".join(f"<g id='a{n}'>" + f"<use x:href='#a{n - 1}'/>" * 10 + "</g>" for n in range(1, 10))

    with pytest.raises(GiveUp, match="too_complex"):
        cleaned(svg(f"<g id='a0'/>{groups}"))


def test_a_reference_to_itself_ends() -> None:
    """A circle of references is drawn once, or not at all; it is no reason to refuse."""
    assert b"<use" in cleaned(svg("<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>"))


def test_a_text_that_grows_is_refused() -> None:
    """Shorthands may not make a drawing many times as long as its file may be."""
    entity = f'<!DOCTYPE svg [<!ENTITY n "{"x" * 2000}">]>'

    with pytest.raises(GiveUp, match=r"too_complex|corrupt"):
        cleaned(svg("&n;" * 15_000, before=entity))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (svg("<g>"), "corrupt"),
        (svg("<g/>")[:-9], "truncated"),
        (svg("<text>a")[:-6], "truncated"),
        (svg("&nobody;"), "corrupt"),
        (b'<?xml version="1.0" encoding="nobody"?><svg/>', "corrupt"),
        (svg("<g>" * 300 + "</g>" * 300), "too_complex"),
        (b"<svg>" + b" " * 10_000_001 + b"</svg>", "too_complex"),
    ],
)
def test_broken_markup_has_a_reason(body: bytes, reason: str) -> None:
    """Each with a stable code."""
    with pytest.raises(GiveUp) as refused:
        cleaned(body)
    assert reason == refused.value.reason
