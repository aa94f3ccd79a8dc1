"""Are single answers what contract §2 wants?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from media_vm.rules.checkup_answers import Answered, Exchange
from media_vm.rules.contract import Seen, Verdict, advice, broken, judged, kept, shown, untested
from media_vm.rules.validation import sniff

UNKNOWN_THERE = (404, 410)
REFUSED = (401, 403)


def json_in(answer: Answered) -> Any:
    """An answer's JSON; None where there is none that can be read."""
    if not isinstance(answer, Exchange) or answer.is_cut:
        return None
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def told(answer: Answered) -> str:
    """An answer in a few words."""
    if not isinstance(answer, Exchange):
        return answer.why
    where = f" to {shown(answer.headers['location'])}" if "location" in answer.headers else ""
    return f"it answers {answer.status}{where}"


def judge_list_answer(answer: Answered) -> Seen:
    """Of the pending list, asked for with our key."""
    if isinstance(answer, Exchange) and answer.status in REFUSED:
        return broken("pending.answers", f"{told(answer)}: it refuses this MAIN_API_KEY")
    if not isinstance(answer, Exchange) or answer.status != 200 or json_in(answer) is None:
        return broken("pending.answers", f"{told(answer)}, with no JSON to read")
    return kept("pending.answers", told(answer))


def judge_refusal(name: str, *answers: Answered, unchanged: bool = True) -> Seen:
    """Of calls without our key. unchanged: nothing had happened afterwards."""
    statuses = [one.status if isinstance(one, Exchange) else None for one in answers]
    if not unchanged:
        return broken(name, f"it answers {statuses[0]}, and the item is not pending any more")
    if all(one == 401 for one in statuses):
        return kept(name, "401")
    if all(one in REFUSED for one in statuses):
        return advice(name, "403, which is understood as well")
    return broken(
        name, next(told(one) for one, status in zip(answers, statuses, strict=True) if status not in REFUSED)
    )


def judge_unknown(name: str, answer: Answered) -> Seen:
    """Of a call for an id that nobody has: anything else that ends an event would say that it was done."""
    status = answer.status if isinstance(answer, Exchange) else None
    if status in UNKNOWN_THERE:
        return kept(name, told(answer))
    return advice(name, told(answer)) if status == 409 else broken(name, told(answer))


def judge_done(name: str, answer: Answered, **wanted: object) -> Seen:
    """2xx with a JSON object that has `success: true` and these members; None: with any value."""
    if not isinstance(answer, Exchange) or not 200 <= answer.status < 300:
        return broken(name, told(answer))
    body = json_in(answer)
    if not isinstance(body, dict):
        return broken(name, f"{told(answer)}, with {shown(answer.body[:200])} for a JSON object")
    wrong = [
        f"{key} is {shown(body.get(key))}" + ("" if value is None else f", not {shown(value)}")
        for key, value in {"success": True, **wanted}.items()
        if not _is(body.get(key), value)
    ]
    return judged(name, wrong, f"{answer.status} {shown(body)}")


def _is(found: object, wanted: object) -> bool:
    if wanted is None:
        return found is not None
    return found == wanted and type(found) is type(wanted)


def judge_repeat(name: str, first: Answered, again: Answered) -> Seen:
    """One key, one answer."""
    if not isinstance(first, Exchange) or not isinstance(again, Exchange):
        return broken(name, told(again if isinstance(first, Exchange) else first))
    if first.status != again.status:
        return broken(name, f"first {first.status}, then {again.status}")
    if json_in(first) != json_in(again):
        return broken(name, f"first {shown(first.body)}, then {shown(again.body)}")
    return kept(name, f"{again.status} again, with the same body")


def judge_temps(answers: Sequence[Answered]) -> Iterator[Seen]:
    """Of some temp files, asked for without a key: the worst of each requirement. A user may upload anything, so
    that one file among pictures says nothing of the main API; several that are all no pictures do."""
    came = [one for one in answers if isinstance(one, Exchange) and one.status == 200]
    refused = next((one for one in answers if one not in came), None)
    yield broken("temp.open", told(refused)) if refused else kept("temp.open", "200")
    if not came:
        yield untested("temp.bytes", "no temp file could be fetched")
        return
    seen = [_bytes(one) for one in came]
    worst = max(seen, key=lambda one: (Verdict.KEPT, Verdict.ADVICE, Verdict.BROKEN).index(one.verdict))
    if worst.verdict is not Verdict.ADVICE:
        yield worst
    elif len(seen) > 1 and all(one.verdict is Verdict.ADVICE for one in seen):
        yield broken("temp.bytes", f"{worst.saw}, and so do all {len(seen)}")
    else:
        yield advice("temp.bytes", f"{worst.saw}; if that is what its user uploaded, it will be refused")


def _bytes(answer: Exchange) -> Seen:
    wrong, found = [], sniff(answer.body)
    announced = answer.headers.get("content-length", "")
    if answer.headers.get("content-encoding", "identity") != "identity":
        wrong.append(f"it is encoded ({shown(answer.headers['content-encoding'])}), though asked for as it is")
    if announced.isascii() and announced.isdigit() and not answer.is_cut and int(announced) != len(answer.body):
        wrong.append(f"{len(answer.body)} of {int(announced)} bytes came")
    if not answer.body:
        wrong.append("it is empty")
    elif found is None:
        begins = f"it begins as no picture: {shown(answer.body[:16])}"
        if not wrong and not _is_page(answer):
            return advice("temp.bytes", begins)
        wrong.append(begins)
    return judged("temp.bytes", wrong, f"it begins as {found}")


def _is_page(answer: Exchange) -> bool:
    """An answer of the main API's own, and nobody's upload?"""
    is_called_picture = answer.headers.get("content-type", "").lower().startswith("image/")
    return not is_called_picture and answer.body.lstrip().startswith((b"<", b"{"))


def judge_context(answer: Answered, bare: Answered) -> Seen:
    """bare: the same without a key."""
    status = answer.status if isinstance(answer, Exchange) else None
    if status == 404:
        return kept("context", "404: there is none, which is fine")
    if status != 200 or not isinstance(json_in(answer), dict):
        return broken("context", f"{told(answer)}, with no object")
    if isinstance(bare, Exchange) and bare.status in REFUSED:
        return kept("context", "200 with an object")
    return broken("context", f"without a key {told(bare)}: everybody may read it")
