"""Errors that nobody raised as problems, turned into problems: FastAPI's, the shelf's and bugs.

The handlers are coroutines because Starlette calls plain functions in a thread: who is refused is to cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from media_vm.errors import MediaVMError
from media_vm.settings import Settings
from serve import headers, problems
from serve.problems import Problem
from serve.wire import headers_read

_BY_STATUS = {
    404: (problems.NOT_FOUND, "Nothing lives at this URL."),
    405: (problems.METHOD_NOT_ALLOWED, "This URL has other methods."),
    413: (problems.TOO_LARGE, "This body is larger than any that this service reads."),
}
_UNREADABLE = (problems.MALFORMED, "The request could not be read.")
_NO_JSON = {"json_invalid": "The body is not JSON.", "model_attributes_type": "The body is not a JSON object."}
_LONGEST_DETAIL = 200
_DATABASE_SECONDS = 10


def problem_of(error: Exception) -> Problem:
    """What a client may know of an error that was not meant for it."""
    if isinstance(error, MediaVMError):  # DatabaseDown or NotMigrated, from the shelf
        detail = "The database does not answer at the moment."
        return Problem(problems.UNAVAILABLE, detail, retry_after_seconds=_DATABASE_SECONDS)
    return Problem(problems.INTERNAL, "Something went wrong here; the log knows it by this request_id.")


def picture_refused(problem: Problem, scope: Scope, settings: Settings) -> Response:
    """An error in the place of a picture, which the same pages may read as would have read that."""
    origin = headers_read(scope).get(b"origin")
    problem.headers |= headers.of_any_answer(settings) | headers.of_origin(settings, origin)
    return problems.answer(problem, scope, settings.media_backend_url)


async def _of_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    settings: Settings = request.app.state.settings
    return problems.answer(problem, request.scope, settings.media_backend_url)


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind, detail = _BY_STATUS.get(error.status_code, _UNREADABLE)
    return await _of_problem(request, Problem(kind, detail, headers=error.headers))


async def _of_validation(request: Request, error: Exception) -> Response:
    """Names the first wrong field; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    detail = _NO_JSON.get(first["type"], f"{field}: {first['msg']}.")
    return await _of_problem(request, Problem(problems.INVALID, detail[:_LONGEST_DETAIL]))


async def _of_anything_else(request: Request, error: Exception) -> Response:
    """Starlette raises the error again after this, so that the door can log it."""
    return await _of_problem(request, problem_of(error))


EXCEPTION_HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Any]] = {
    Problem: _of_problem,
    HTTPException: _of_http,
    RequestValidationError: _of_validation,
    Exception: _of_anything_else,
}
