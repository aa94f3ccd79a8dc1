"""What clients are known to send as `Accept` for a picture, and what RFC 9110 lets them send.

Browsers' values are those of MDN's "List of default Accept values" and of the browsers' own sources.
"""

from __future__ import annotations

import pytest

from media_vm.rules.accept import accepted_formats
from media_vm.rules.pictures import Format

BOTH, AVIF, WEBP, NEITHER = {Format.AVIF, Format.WEBP}, {Format.AVIF}, {Format.WEBP}, set[Format]()

BROWSERS = {
    "Chrome 85": ("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", BOTH),
    "Chrome 76": ("image/webp,image/apng,image/*,*/*;q=0.8", WEBP),
    "Chrome 32": ("image/webp,*/*;q=0.8", WEBP),
    "Chrome, the picture in a tab of its own": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
        "application/signed-exchange;v=b3;q=0.7",
        BOTH,
    ),
    "Firefox 128": ("image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", BOTH),
    "Firefox 92": ("image/avif,image/webp,*/*", BOTH),
    "Firefox 65": ("image/webp,*/*", WEBP),
    "Firefox 47": ("*/*", NEITHER),
    "Firefox 3": ("image/png,image/*;q=0.8,*/*;q=0.5", NEITHER),
    "Firefox 132, in a tab of its own": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        NEITHER,
    ),
    "Firefox 92, in a tab of its own": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        BOTH,
    ),
    "Safari 17": (
        "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,"
        "image/*;q=0.8,*/*;q=0.5",
        BOTH,
    ),
    "Safari 16": (
        "image/webp,image/avif,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
        BOTH,
    ),
    "Safari 14": ("image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5", WEBP),
    "Safari 11": ("image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5", NEITHER),
    "Safari, in a tab of its own": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", NEITHER),
    "Edge 18": ("image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", NEITHER),
    "Internet Explorer 11": ("image/png, image/svg+xml, image/jxr, image/*; q=0.8, */*; q=0.5", NEITHER),
    "Internet Explorer 8": (
        "image/gif, image/jpeg, image/pjpeg, application/x-shockwave-flash, application/xaml+xml, */*",
        NEITHER,
    ),
    "Opera 12": (
        "text/html, application/xml;q=0.9, application/xhtml+xml, image/png, image/webp, image/jpeg, image/gif, "
        "image/x-xbitmap, */*;q=0.1",
        WEBP,
    ),
}
PROGRAMS = {
    "curl, wget, requests, httpx, most crawlers": ("*/*", NEITHER),
    "Go, and whoever sends none": ("", NEITHER),
    "Java": ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", NEITHER),
    "a feed reader": ("image/*", NEITHER),
    "a mail program": ("image/png,image/gif,image/jpeg,*/*;q=0.1", NEITHER),
    "a link preview": ("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8", WEBP),
    "an API client": ("application/json, text/plain, */*", NEITHER),
    "an app that decodes AVIF alone": ("image/avif", AVIF),
    "an app with both, the older preferred": ("image/webp;q=1, image/avif;q=0.5", BOTH),
    "a proxy that lists what it stores": ("image/webp,image/jpeg,image/png", WEBP),
}
RULES = {
    "a wildcard of greater weight": ("image/*;q=1, image/webp;q=0.1", WEBP),
    "refused, though a wildcard takes it": ("image/*, image/avif;q=0", NEITHER),
    "refused with decimals": ("image/avif;q=0.000,image/webp;q=0.0", NEITHER),
    "the least weight": ("image/avif;q=0.001", AVIF),
    "the greatest weight, written out": ("image/avif;q=1.000", AVIF),
    "a weight in capitals": ("image/avif;Q=0.9", AVIF),
    "type and subtype in capitals": ("IMAGE/AVIF", AVIF),
    "white space wherever it may stand": (" \timage/avif \t; \tq=0.9 \t, image/webp", BOTH),
    "empty members": (",,image/avif,,,", AVIF),
    "a parameter before the weight": ("image/avif;level=1;q=0.4", AVIF),
    "an extension after the weight": ("image/avif;q=0.4;ext=1", AVIF),
    "a quoted parameter with a comma in it": ('image/avif;a="x,y", image/webp', BOTH),
    "a name within another parameter's quotes": ('text/html;a="image/avif"', NEITHER),
    "an escaped quote within quotes": ('text/html;a="\\", image/avif"', NEITHER),
    "no white space at all": ("image/avif,image/webp;q=0.5", BOTH),
    "a refusal after the same with a weight": ("image/avif;q=0.9,image/avif;q=0", NEITHER),
    "a subtype that only begins so": ("image/avifs,image/webp2", NEITHER),
    "another type of that subtype": ("video/avif,application/webp", NEITHER),
    "a structured suffix": ("image/avif+xml", NEITHER),
    "all images refused but one": ("image/*;q=0, image/avif", AVIF),
    "everything refused but one": ("*/*;q=0, image/webp;q=0.1", WEBP),
    "one refused, all else taken": ("*/*, image/webp;q=0, image/avif", AVIF),
    "the plain ones refused": ("image/jpeg;q=0, image/png;q=0, image/webp", WEBP),
    "only a plain one, refused": ("image/jpeg;q=0", NEITHER),
    "a refusal before the same": ("image/webp;q=0,image/webp", NEITHER),
    "a refusal in capitals": ("IMAGE/AVIF;Q=0, image/webp", WEBP),
    "a parameter, a weight": ("image/avif;foo=bar;q=0.5", AVIF),
    "a parameter, a refusal": ("image/avif;foo=bar;q=0", NEITHER),
    "a refusal of a special kind": ("image/avif, image/avif;foo=bar;q=0", NEITHER),
    "a special kind of what is refused": ("image/avif;q=0, image/avif;foo=bar", NEITHER),
    "a parameter that only ends in q": ("image/avif;xq=0", AVIF),
    "a parameter without a value": ("image/avif;foo", AVIF),
    "an empty parameter": ("image/avif;;q=0.5;", AVIF),
    "a quoted parameter that looks like a refusal": ('image/avif;a=";q=0"', AVIF),
    "several headers as one": ("text/html, image/avif, , image/webp", BOTH),
    "a weight of zero before an extension": ("image/avif;q=0;ext=1", NEITHER),
}
MALFORMED = {
    "no weight behind the sign": ("image/avif;q=", NEITHER),
    "a weight above one": ("image/avif;q=2", NEITHER),
    "a negative weight": ("image/avif;q=-0.5", NEITHER),
    "four decimals": ("image/avif;q=0.0001", NEITHER),
    "an exponent": ("image/avif;q=1e0", NEITHER),
    "no number": ("image/avif;q=nan", NEITHER),
    "infinity": ("image/avif;q=inf", NEITHER),
    "a weight with a comma for the point": ("image/avif;q=0,5", NEITHER),
    "half a weight": ("image/avif;q=.5", NEITHER),
    "two weights": ("image/avif;q=1;q=0", NEITHER),
    "semicolons for commas": ("image/avif;image/webp", AVIF),
    "spaces for commas": ("image/avif image/webp", NEITHER),
    "a lone type": ("image", NEITHER),
    "a lone slash": ("/", NEITHER),
    "a slash too many": ("image//avif", NEITHER),
    "a space within": ("image/ avif", NEITHER),
    "a weight in quotes": ('image/avif;q="1"', NEITHER),
    "quotes within a name": ('image/av"x"if', NEITHER),
    "quotes behind a name": ('image/avif"x"', NEITHER),
    "a name in quotes": ('"image/avif"', NEITHER),
    "a line end behind it": ("image/avif\n", NEITHER),
    "white space that is none in a header": ("\xa0image/avif, image/webp\x0b", NEITHER),
    "letters that only look alike": ("\u0131mage/avif", NEITHER),
    "a wildcard for the type": ("*/avif", NEITHER),
    "an open quote": ('text/html;a=",image/avif', NEITHER),
    "bytes that are no text": ("\xff\xfe\x80", NEITHER),
    "a line break": ("image/avif\r\nX: y", NEITHER),
    "Arabic digits": ("image/avif;q=\u0661", NEITHER),
    "8 KB of commas": ("," * 8191, NEITHER),
    "more than 8 KB": ("image/avif" + " " * 8192, NEITHER),
    "8 KB of quotes": ('"' * 8000 + ",image/webp", WEBP),
    "8 KB of semicolons": ("image/avif" + ";" * 8000, AVIF),
    "8 KB of wildcards": ("*/*," * 2000 + "image/webp", WEBP),
}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param(*row, id=name)
        for table in (BROWSERS, PROGRAMS, RULES, MALFORMED)
        for name, row in table.items()
    ],
)
def test_a_modern_format_goes_to_who_names_it(accept: str, expected: set[Format]) -> None:
    """Outright, with a weight above 0; whoever sends anything else gets what everybody reads."""
    assert expected == accepted_formats(accept)
