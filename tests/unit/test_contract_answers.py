"""What temp files say of a main API, and what they say of whoever uploaded them."""

from __future__ import annotations

import pytest

from media_vm.rules.checkup_answers import Answered, Exchange
from media_vm.rules.contract_answers import judge_temps

PICTURE = b"\xff\xd8\xff\xe0 and so on"
TEXT = b"my holidays"
PAGE = b"\n<!doctype html>"


def answer(body: bytes, called: str = "image/png", status: int = 200, length: int | None = None) -> Exchange:
    headers = {"content-type": called, "content-length": str(len(body) if length is None else length)}
    return Exchange(status, headers, body)


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([answer(PICTURE)], "kept"),
        ([answer(PICTURE), answer(TEXT)], "advice"),
        ([answer(TEXT)], "advice"),
        ([answer(TEXT, "text/plain")], "advice"),
        ([answer(PAGE)], "advice"),
        ([answer(PAGE, "text/html")], "broken"),
        ([answer(b'{"error": "no"}', "application/json"), answer(PICTURE)], "broken"),
        ([answer(TEXT), answer(TEXT)], "broken"),
        ([answer(TEXT, length=40), answer(PICTURE)], "broken"),
        ([answer(TEXT), answer(b"")], "broken"),
        ([answer(b"", status=404)], "untested"),
    ],
)
def test_a_users_bad_file_is_no_breach(answers: list[Answered], verdict: str) -> None:
    """One that is no picture is noted; a page, missing bytes, and no picture at all are the main API's."""
    opened, seen = judge_temps(answers)

    assert ("temp.bytes", verdict) == (seen.name, seen.verdict)
    assert ("broken" if verdict == "untested" else "kept") == opened.verdict
    assert (verdict == "advice") == ("if that is what its user uploaded" in seen.saw)
