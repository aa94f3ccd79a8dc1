"""Calls by the OpenAPI made up by schemathesis, good and bad: the page tells the truth, and nothing breaks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.exchange import Answer
from tests.fuzz.runs import Tally, Wrong
from tests.fuzz.stage import API_KEY, HOST, Stage
from tests.fuzz.verdict import faults

_CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
_AT_ONCE = 50  # of one route at the most; then the next one's turn
_WITHOUT_CHOICE = 2  # of one that takes nothing
_KEY = f"Bearer {API_KEY}"
_USUAL = settings(
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
_KNOWN = st.none() | st.integers(1, 9)  # nobody would hit a picture that is there by chance


def by_schema(stage: Stage, number: int, first_seed: int) -> Iterator[Tally]:
    """Every route in turn, with what its schema allows and with what it does not; yields after each."""
    tally = Tally("by the OpenAPI")
    base = f"http://{HOST}:{stage.port}"
    with requests.Session() as session:
        session.trust_env = False
        schema = schemathesis.openapi.from_dict(session.get(f"{base}/openapi.json", timeout=10).json())
        routes = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        at_once = min(_AT_ONCE, number // len(routes) + 1)
        for its_seed in count(first_seed * 1_000_000, len(routes)):
            stage.mend()
            for place, route in enumerate(routes):
                left = number - tally.number
                if left <= 0:
                    return
                most = min(left, at_once if len(_modes(route)) > 1 else _WITHOUT_CHOICE)
                tally.wrong = _tried(route, session, base, stage, tally, most, its_seed + place)
                yield tally
                if tally.wrong:
                    return


def _tried(
    route: Any, session: requests.Session, base: str, stage: Stage, tally: Tally, most: int, its_seed: int
) -> str | None:
    """The smallest call of a route that was answered wrongly."""

    def try_one(case: Any, media_id: int | None, has_key: bool) -> None:
        if media_id is not None:
            case.path_parameters.update(dict.fromkeys(case.path_parameters.keys() & {"media_id"}, media_id))
            case.path_parameters.update(
                dict.fromkeys(case.path_parameters.keys() & {"pending_image_id"}, 100 + media_id)
            )
        headers = {"Authorization": _KEY} if has_key else {}
        response = case.call(base_url=base, session=session, headers=headers, allow_redirects=False)
        sent = response.request
        answer = Answer(response.status_code, _lines(response), response.content)
        tally.count(answer)
        target = str(sent.path_url).encode()
        found = faults(answer, b"%s %s " % (str(sent.method).encode(), target) + _body(sent), stage.secrets)
        if found:
            raise Wrong(f"{'; '.join(found)}\n{case.as_curl_command()}\nanswer: {answer}")
        case.validate_response(response, checks=_CHECKS)

    cases = st.one_of(*(route.as_strategy(generation_mode=mode) for mode in _modes(route)))
    usual = settings(_USUAL, max_examples=most)
    try:
        seed(its_seed)(usual(given(cases, _KNOWN, st.sampled_from((True, True, False)))(try_one)))()
    except Unsatisfiable:
        return None
    except Exception as error:
        return f"{route.label}: {error}"
    return None


def _modes(route: APIOperation[Any, Any, Any, Any]) -> list[GenerationMode]:
    """A route that takes nothing can be sent nothing wrong."""
    takes_nothing = not (route.path_parameters or route.query or route.headers or route.body)
    return [GenerationMode.POSITIVE] if takes_nothing else list(GenerationMode)


def _lines(response: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, values in response.headers.items() for value in values)


def _body(sent: Any) -> bytes:
    return sent.body.encode() if isinstance(sent.body, str) else bytes(sent.body or b"")
