"""What is left of a foreign SVG before anything draws it."""

from __future__ import annotations

from base64 import b64encode

import pytest

from media_vm.errors import GiveUp
from media_vm.imaging.svg_cleaning import cleaned

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink">'

PNG = f"data:image/png;base64,{b64encode(bytes.fromhex('89504e470d0a1a0a')).decode()}"

FONT = "@font-face{src:url(data:font/woff2;charset=utf-8;base64,d09GMg+/=) format('woff2')}"


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
        (f"<style>{FONT}</style>", f"<style>{FONT}</style>"),
        ("<style>a{fill:url(#g)}</style>", "<style>a{fill:url(#g)}</style>"),
        (f"<image href='{PNG}'/>", f'<image href="{PNG}"></image>'),
        (f"<i:include xmlns:i='http://www.w3.org/2001/XInclude' href='{PNG}'/>", ""),
        ("<style>a<g id='b'>c</g>d</style>", "<style>ad</style>"),
        ("<g title='a&quot;&lt;b'/>", '<g title="a&quot;&lt;b"></g>'),
    ],
)
def test_what_a_still_never_shows_is_left_out(inside: str, expected: str) -> None:
    """Scripts, handlers, links, foreign markup and notes go; what draws stays as it was."""
    assert f"{OPEN}{expected}</svg>" == cleaned(svg(inside)).body.decode()


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
        "<g fill='url(data:image/svg+xml;base64,AAAA#p)'/>",
        "<g style='fill:url(&quot;data:font/woff,\\&quot;#p&quot;)'/>",
        "<style>@import 'a.css';</style>",
        "<style>a{fill:u\\72l(a.svg#b)}</style>",
        "<style>a{b:'/*'} @import 'a.css'; c{d:'*/'}</style>",
        "<style><![CDATA[@im\\port url(a.css)]]></style>",
        "<style><g/>@import 'a.css';</style>",
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
    declared = '<!DOCTYPE svg [<!ENTITY n "OAF">]>'
    assert b"<text>OAF</text>" in cleaned(svg("<text>&n;</text>", before=declared)).body
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


def nested(by: str, within: str = "") -> str:
    """Six patterns, each drawn ten times by the next; by: how an element says so, for $ the pattern's number."""
    group, end = (f"<g {within.replace('$', '{0}')}>", "</g>") if within else ("", "")
    text = ""
    for number in range(7):
        drawn = group.format(number - 1) + f"<rect {by.replace('$', str(number - 1))}/>" * 10 + end
        text += f"<pattern id='p{number}'>{drawn}</pattern>"
    return text


@pytest.mark.parametrize(
    ("sheet", "by"),
    [
        ("", "fill='url(#p$)'"),
        ("", "style='stroke:u\\72l(#p$)'"),
        (".c${fill:url(#p$)}", "class='a c$'"),
        ("g>.c$, a.b{fill:url( '#p$' )}", "class='c$'"),
        (".x rect#i${marker:url(#p$)}", "id='i$'"),
        ("/* } */ .c${mask:url(#p$)}", "class='c$'"),
        ("@media all{.c${fill:url(#p$)}}", "class='c$'"),
        (".c${b:'}';fill:ur\\6c(#p$)}", "class='c$'"),
        (".c$:not(.x,.y){fill:url(#p$)}", "class='c$'"),
    ],
)
def test_patterns_within_patterns_are_counted_however_they_are_called_for(sheet: str, by: str) -> None:
    """Attributes, styles and sheets before or behind, with any selector: a million rectangles are too many."""
    whole = "".join(sheet.replace("$", str(number)) for number in range(7))
    for inside in (f"<style>{whole}</style>{nested(by)}", f"{nested(by)}<style>{whole}</style>"):
        with pytest.raises(GiveUp, match="too_complex"):
            cleaned(svg(inside))


def test_what_a_group_hands_down_is_counted_for_each_of_its_shapes() -> None:
    """`fill` is inherited: a group of ten rectangles draws its pattern ten times; a clip path is used once."""
    with pytest.raises(GiveUp, match="too_complex"):
        cleaned(svg(nested("", within="fill='url(#p$)'")))
    assert cleaned(svg(nested("", within="clip-path='url(#p$)'")))


def test_the_style_sheets_of_ordinary_exports_pass() -> None:
    """Sixty gradients and twenty clip paths, by class all over three thousand paths, and twenty masks."""
    rules = "".join(f".g{n}{{fill:url(#g{n});}}" for n in range(60))
    rules += "".join(f".c{n}{{clip-path:url(#c{n});}}.m{n}{{mask:url(#m{n});}}" for n in range(20))
    defs = "".join(f"<linearGradient id='g{n}' x:href='#g0'><stop/><stop/></linearGradient>" for n in range(60))
    for n in range(20):
        defs += f"<clipPath id='c{n}'><rect/></clipPath>"
        defs += f"<mask id='m{n}'><g class='c{n}'><path class='g{n}'/></g></mask>"
    twice = [f"<path class='g{n % 60}'/>" * 2 for n in range(1_500)]
    paths = "".join(
        f"<g class='c{n % 20}'><g class='{f'm{n}' if n < 20 else ''}'>{twice[n]}</g></g>" for n in range(1_500)
    )

    assert cleaned(svg(f"<defs><style>@font-face{{src:url()}}{rules}</style>{defs}</defs>{paths}"))


def test_too_many_elements_are_refused_as_soon_as_they_are_too_many() -> None:
    """What comes after them, broken as it is, is not read any more."""
    with pytest.raises(GiveUp, match="too_complex"):
        cleaned(svg("<g/>" * 100_001 + "</broken>"))


def test_a_reference_to_itself_ends() -> None:
    """A circle of references is drawn once, or not at all; it is no reason to refuse."""
    assert b"<use" in cleaned(svg("<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>")).body


def test_a_text_that_grows_is_refused() -> None:
    """Shorthands may not make a drawing many times as long as its file may be."""
    entity = f'<!DOCTYPE svg [<!ENTITY n "{"x" * 2000}">]>'

    with pytest.raises(GiveUp, match=r"too_complex|corrupt"):
        cleaned(svg("&n;" * 15_000, before=entity))


@pytest.mark.parametrize("body", ["!", "AAAA", b64encode(b"<svg><image href='/etc/passwd'/></svg>").decode()])
def test_a_picture_in_a_drawing_is_one_of_its_type(body: str) -> None:
    """Neither no Base64, nor no picture, nor a drawing that nobody wrote anew goes by the name of a PNG."""
    with pytest.raises(GiveUp, match="corrupt"):
        cleaned(svg(f"<image href='data:image/png;base64,{body}'/>"))


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
