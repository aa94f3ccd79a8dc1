"""Every route of the serving app on one screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp

from media_vm import __version__
from media_vm.rules.alt_text import MOST_BY_HAND
from media_vm.rules.clean_text import clean
from media_vm.rules.pictures import DataType, FocalPoint, MediaStatus
from media_vm.settings import Settings
from serve import problems
from serve.bodies import LARGEST_ID, BodiesAreJSON, Face, Focal, Id, Wake, Words
from serve.defaults import Defaults
from serve.docs_page import HEADERS, docs_page
from serve.documented import DELETED, Documented
from serve.door import Door
from serve.elements import elements
from serve.failures import EXCEPTION_HANDLERS
from serve.gate import Gate
from serve.guard import BEARER, ForTheMainAPI, Guard
from serve.images import PREFIXES, Images
from serve.parameters import require_known_parameters
from serve.presence import present
from serve.problem_pages import list_page, page
from serve.problems import PROBLEM_TYPES, Problem
from serve.reader import Reader
from serve.readiness import Readiness
from serve.shelf import AltTextAnswer, BackgroundAnswer, RefocusAnswer, RetryAnswer, Shelf, Wanted
from serve.tally import Tally
from serve.wakes import Wakes

_NOT_ANALYSED_SECONDS = 60


def _reader(request: Request) -> Reader:
    reader: Reader = request.app.state.reader
    return reader


Asking = Annotated[Reader, Depends(_reader)]
open_routes = APIRouter()
main_api_routes = APIRouter(
    prefix="/api/media",
    route_class=ForTheMainAPI,
    dependencies=[Depends(BEARER), Depends(require_known_parameters)],
)


def create_app(settings: Settings, shelf: Shelf, tally: Tally | None = None) -> ASGIApp:
    """The whole serving app as one ASGI application: pictures by the hot path, the rest by FastAPI.

    tally: what counts its answers; None: nobody asks."""
    reader, tally = Reader(shelf), tally or Tally()
    images = Images(settings, reader, Gate(settings), tally)
    return Door(PREFIXES, images, _rest(settings, reader, tally), settings, tally)


def _rest(settings: Settings, reader: Reader, tally: Tally) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        reader.close()
        tally.hand_over()

    app = Documented(
        title="media VM",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own page is a script from a CDN
        redoc_url=None,
        redirect_slashes=False,  # one spelling a route; the redirect would name whatever host the client sent
        exception_handlers=EXCEPTION_HANDLERS,
    )
    app.add_middleware(BodiesAreJSON)
    app.add_middleware(Defaults)
    app.state.settings = settings
    app.state.reader = reader
    app.state.readiness = Readiness(reader)
    app.state.guard = Guard(settings)
    app.state.wakes = Wakes(reader)
    app.include_router(open_routes)
    app.include_router(elements)
    app.include_router(main_api_routes)
    return app


@open_routes.get("/livez")
@open_routes.head("/livez", include_in_schema=False)
async def livez() -> dict[str, str]:
    """The process runs; touches nothing else."""
    return {"status": "alive"}


@open_routes.get("/readyz")
@open_routes.head("/readyz", include_in_schema=False)
async def readyz(request: Request) -> dict[str, str]:
    """The database answers and is migrated."""
    if remedy := await request.app.state.readiness.remedy():
        raise Problem(problems.NOT_SET_UP, remedy)
    return {"status": "ready"}


@open_routes.get("/docs", include_in_schema=False)
@open_routes.head("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """Every route, for people."""
    return HTMLResponse(docs_page(request.app.openapi()), headers=HEADERS)


@open_routes.get("/problems", response_class=HTMLResponse)
@open_routes.head("/problems", include_in_schema=False)
async def problem_list() -> HTMLResponse:
    """Every problem there is, for people."""
    return HTMLResponse(list_page(), headers=HEADERS)


@open_routes.get("/problems/{slug}", response_class=HTMLResponse)
@open_routes.head("/problems/{slug}", include_in_schema=False)
async def problem_page(slug: str) -> HTMLResponse:
    """What a problem's `type` means and what to do about it."""
    kind = PROBLEM_TYPES.get(slug)
    if kind is None:
        raise Problem(problems.NOT_FOUND, "No problem has this name.")
    return HTMLResponse(page(kind), headers=HEADERS)


@main_api_routes.post("/wake", status_code=202)
async def wake(request: Request, body: Wake | None = None) -> dict[str, object]:
    """A hint to look soon; polling alone finds everything."""
    await request.app.state.wakes.wake(body.pending_image_ids if body else [])
    return {"success": True}


@main_api_routes.get("")
async def media(
    reader: Asking,
    status: MediaStatus | None = None,
    data_type: DataType | None = None,
    user_id: Id | None = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, object]:
    """Everything there is, in the order of the ids; `next_after` is the next page's `after`."""
    wanted = Wanted(status, data_type, user_id, after, limit)
    return {"success": True} | await reader.ask(reader.shelf.list_media, wanted)


@main_api_routes.get("/status/{pending_image_id}")
async def status(pending_image_id: Annotated[Id, Path()], reader: Asking) -> dict[str, object]:
    """How far one pending image has come."""
    body = await reader.ask(reader.shelf.status, pending_image_id)
    if body is None:
        raise Problem(problems.NOT_FOUND, "No pending image with this id was ever listed.")
    return {"success": True} | body


@main_api_routes.post("/retry/{pending_image_id}", status_code=202)
async def retry(pending_image_id: Annotated[Id, Path()], reader: Asking) -> dict[str, object]:
    """A fresh round for a failed item; no effect on one that has not failed."""
    outcome = await reader.ask(reader.shelf.retry, pending_image_id)
    match outcome:
        case RetryAnswer.ACCEPTED | RetryAnswer.NOT_FAILED:
            return {"success": True, "id": pending_image_id, "retried": outcome is RetryAnswer.ACCEPTED}
        case RetryAnswer.COMPLETED:
            raise Problem(problems.CONFLICT, "This image is completed.")
        case RetryAnswer.NO_BYTES:
            raise Problem(problems.CONFLICT, "This image was cleaned up and none of its bytes are kept.")
        case RetryAnswer.DELETED:
            raise Problem(problems.GONE, "This picture was deleted.")
        case RetryAnswer.UNKNOWN:
            raise Problem(problems.NOT_FOUND, "No pending image with this id was ever listed.")


@main_api_routes.put("/focal/{media_id}")
async def focal(media_id: Annotated[Id, Path()], body: Focal, reader: Asking) -> dict[str, object]:
    """The owner's focal point; only the cropped sizes are made again, under new versions."""
    match await reader.ask(reader.shelf.refocus, media_id, FocalPoint(body.x, body.y)):
        case RefocusAnswer.UNKNOWN:
            raise Problem(problems.NOT_FOUND, "No picture has this id.")
        case RefocusAnswer.NO_ORIGINAL:
            raise Problem(problems.CONFLICT, "This picture's original is kept no more.")
        case RefocusAnswer.NOT_READY:
            await _refuse_unanalysed(media_id, reader)
    reader.forget(media_id)
    return {"success": True, "focal_point": {"x": body.x, "y": body.y}}


@main_api_routes.delete("/{media_id}", status_code=202, responses=DELETED)
async def delete(media_id: Annotated[Id, Path()], reader: Asking, response: Response) -> dict[str, object]:
    """The picture is gone at once, its files soon, and with them all that is known of it; once is for ever."""
    deletion = await reader.ask(reader.shelf.delete, media_id)
    if deletion is None:
        raise Problem(problems.NOT_FOUND, "No picture has this id.")
    reader.forget(media_id)
    response.status_code = 200 if deletion.is_removed else 202
    return {"success": True, "media_id": str(media_id), **deletion.told()}


@main_api_routes.put("/alt/{media_id}")
async def alt(media_id: Annotated[Id, Path()], body: Words, reader: Asking) -> dict[str, object]:
    """A person's alt text, which no analysis overwrites; the answer says it as it is kept, without markup."""
    kept = clean(body.alt_text, MOST_BY_HAND)
    if kept is None and body.alt_text.strip():
        raise Problem(problems.INVALID, "body.alt_text: nothing of it can be read out.")
    match await reader.ask(reader.shelf.keep_alt_text, media_id, kept or ""):
        case AltTextAnswer.UNKNOWN:
            raise Problem(problems.NOT_FOUND, "No picture has this id.")
        case AltTextAnswer.NOT_READY:
            await _refuse_unanalysed(media_id, reader)
    reader.forget(media_id)
    return {"success": True, "alt_text": kept or ""}


@main_api_routes.put("/background/{media_id}")
async def background(media_id: Annotated[Id, Path()], body: Face, reader: Asking) -> dict[str, object]:
    """The owner's choice of a logo's face; `background_removed` is null until it is known whether there is one."""
    choice = await reader.ask(reader.shelf.choose_background, media_id, body.bg)
    match choice.answer:
        case BackgroundAnswer.UNKNOWN:
            raise Problem(problems.NOT_FOUND, "No picture has this id.")
        case BackgroundAnswer.NOT_A_LOGO:
            raise Problem(problems.NO_LOGO, "This picture is no logo, and has one face only.")
    reader.forget(media_id)
    return {"success": True, "bg": body.bg.value, "background_removed": choice.is_removed}


@main_api_routes.get("/analysis/{media_id}")
async def analysis(media_id: Annotated[Id, Path()], reader: Asking) -> dict[str, object]:
    """What is known of a picture's content, as in the callback."""
    is_known, body = await reader.ask(reader.shelf.analysis, media_id)
    if not is_known:
        raise Problem(problems.NOT_FOUND, "No picture has this id.")
    if body is None:
        await _refuse_unanalysed(media_id, reader)
    return {"success": True, "analysis": body}


async def _refuse_unanalysed(media_id: int, reader: Reader) -> None:
    """Gone where it is gone, else to be asked for again."""
    present(await reader.shown(media_id))
    detail = "This picture is not analysed yet."
    raise Problem(problems.NOT_READY, detail, retry_after_seconds=_NOT_ANALYSED_SECONDS)
