"""What only media VM knows of a picture: asked for once, and kept until one of its calls brings news."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

from fastapi.concurrency import run_in_threadpool

from examples.main_api.database import Row
from examples.main_api.festival import Festival

Ask = Callable[[Row, Festival], Awaitable[None]]
ASKED_AT_ONCE = 20


async def ask_what_is_missing(rows: Sequence[Row], festival: Festival) -> bool:
    """Ask for what these rows lack, for some of it at a time; was there anything to ask for?"""
    missing = [(row, ask) for row in rows for ask in _missing(row)][:ASKED_AT_ONCE]
    await asyncio.gather(*(ask(row, festival) for row, ask in missing))
    return bool(missing)


def sentence(error: str) -> str:
    """A status's `kind: reason: detail` for a visitor: the detail alone, as a sentence."""
    detail = error.split(": ", 2)[-1].rstrip(".")
    return f"{detail[:1].upper()}{detail[1:]}."


def _missing(row: Row) -> list[Ask]:
    if row["status"] == "failed":
        return [] if row["failure"] else [_failure]
    asks: dict[str, Ask] = {"analysis": _analysis, "weights": _weights}
    return [ask for column, ask in asks.items() if row["callback"] and not row[column]]


async def _failure(row: Row, festival: Festival) -> None:
    """Why an image cannot be used; not kept while media VM tries once more."""
    status = await festival.media_vm.status(row["id"])
    if status.get("status") == "failed" and isinstance(error := status.get("error"), str):
        statement = "REPLACE INTO media_failures (pending_image_id, failure) VALUES (:id, :failure)"
        await _keep(festival, statement, id=row["id"], failure=sentence(error))


async def _analysis(row: Row, festival: Festival) -> None:
    """Kept beside the callback that it was asked for only: a later one brings news, and is asked for again."""
    if analysis := await festival.media_vm.analysis(row["permanent_url"]):
        statement = "UPDATE media_details SET analysis = :analysis WHERE media_id = :id AND callback = :told"
        values = {"analysis": json.dumps(analysis), "id": row["permanent_url"], "told": row["callback"]}
        await _keep(festival, statement, **values)


async def _weights(row: Row, festival: Festival) -> None:
    if weights := await festival.media_vm.weights(row["permanent_url"]):
        statement = "REPLACE INTO media_weights (media_id, weights) VALUES (:id, :weights)"
        await _keep(festival, statement, id=row["permanent_url"], weights=json.dumps(weights))


async def _keep(festival: Festival, statement: str, **values: object) -> None:
    def write() -> None:
        with festival.database.transaction() as db:
            db.write(statement, **values)

    await run_in_threadpool(write)
