"""Query parameters that a route does not have: refused, for a filter with a slip would list everything."""

from __future__ import annotations

from fastapi import Request
from fastapi.routing import APIRoute

from serve import problems
from serve.problems import Problem


async def require_known_parameters(request: Request) -> None:
    """422 that names the first unknown one, and those there are."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = tuple(field.alias for field in route.dependant.query_params)
    for name in request.query_params:
        if name not in known:
            detail = f"query.{name[:50]}: this URL has no such parameter."
            raise Problem(problems.INVALID, detail, valid_values=known)
