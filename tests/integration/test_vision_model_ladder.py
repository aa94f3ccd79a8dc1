"""How strictly each endpoint is asked for JSON, in three dialects: learned once, from what is about it alone."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from media_vm.errors import TryAgain
from media_vm.rules.findings import Provider
from media_vm.rules.pictures import DataType
from tests.model_endpoints import PICTURE, Eyes, eyes
from tests.stand_ins.model_faults import status
from tests.stand_ins.model_server import ModelServer


@pytest.mark.parametrize(
    ("refused", "formats"),
    [
        (frozenset(), ["json_schema"]),
        (frozenset({"json_schema"}), ["json_schema", "json_object"]),
        (frozenset({"json_schema", "json_object"}), ["json_schema", "json_object", "prompt"]),
    ],
    ids=["schema", "object", "prompt"],
)
def test_the_ladder_is_learned_once(
    seen: Eyes, server: ModelServer, refused: frozenset[str], formats: list[str]
) -> None:
    """Down as far as the endpoint asks; the next picture begins there; the schema then stands in the prompt."""
    server.refused_formats = refused
    seen.vision.look(PICTURE, DataType.PRODUCT, "{}")
    assert formats == [one.format for one in server.calls]

    seen.vision.look(PICTURE, DataType.LOGO, "{}")
    assert [*formats, formats[-1]] == [one.format for one in server.calls]
    assert ["format_refused"] * (len(formats) - 1) + [None, None] == [one.reason for one in seen.bill]
    assert "additionalProperties" in json.dumps(server.calls[-1].body)


def test_no_other_refusal_steps_down(seen: Eyes, server: ModelServer) -> None:
    """A 400 about the picture is this picture's trouble, and the next one is asked for as strictly."""
    server.script(status(400, "You uploaded an unsupported image. Use one of these formats: png, jpeg."))

    with pytest.raises(TryAgain, match="request_refused"):
        seen.vision.look(PICTURE, DataType.PRODUCT, "{}")
    seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert ["json_schema", "json_schema"] == [one.format for one in server.calls]


def test_who_refuses_every_rung_is_asked_three_times_and_no_more(seen: Eyes, server: ModelServer) -> None:
    """There is an end of the ladder."""
    server.refused_formats = frozenset({"json_schema", "json_object", "prompt"})

    with pytest.raises(TryAgain, match="request_refused"):
        seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert 3 == len(server.calls)


def test_openrouter_without_an_endpoint_for_the_format_steps_down(server: ModelServer) -> None:
    """It answers 404 when no upstream takes every parameter: that is about the format, not about the model."""
    server.script(status(404, "No endpoints found that can handle the requested parameters."))
    with eyes(server, Provider.OPENROUTER) as seen:
        seen.vision.look(PICTURE, DataType.PRODUCT, "{}")

    assert ["json_schema", "json_object"] == [one.format for one in server.calls]


def test_threads_that_learn_at_once_go_down_one_rung(server: ModelServer, provider: Provider) -> None:
    """Eight threads whose strict question is refused all succeed on the next rung, and none goes below."""
    server.refused_formats = frozenset({"json_schema"})
    server.delay = 0.05
    start = threading.Barrier(8)
    with eyes(server, provider) as seen, ThreadPoolExecutor(8) as threads:

        def look(_: int) -> str | None:
            start.wait()
            return seen.vision.look(PICTURE, DataType.PRODUCT, "{}").style

        assert ["Impressionist"] * 8 == list(threads.map(look, range(8)))

    assert {"json_schema", "json_object"} == {one.format for one in server.calls}
