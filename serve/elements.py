"""`/static/smart-image.js`: the custom elements that show pictures in a page."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request, Response

from media_vm.rules.caching import entity_tag, is_unchanged
from serve.headers import of_any_answer, of_origin

_MODULE = (Path(__file__).parent / "static" / "smart-image.js").read_bytes()
_SHA256 = sha256(_MODULE).hexdigest()
_MAX_AGE_SECONDS = 3600  # the address has no version, and pages are to have a new one within the day

elements = APIRouter()


@elements.get(
    "/static/smart-image.js",
    response_class=Response,
    responses={200: {"content": {"text/javascript": {}}}, 304: {"description": "The copy is still good."}},
)
@elements.head("/static/smart-image.js", include_in_schema=False)
async def smart_image(request: Request) -> Response:
    """The module of `<smart-image>` and `<ai-analysis>`, for pages of any origin that CORS lets in."""
    settings = request.app.state.settings
    headers = of_any_answer(settings) | of_origin(settings, request.headers.get("origin"))
    headers |= {"ETag": entity_tag(_SHA256), "Cache-Control": f"public, max-age={_MAX_AGE_SECONDS}"}
    if is_unchanged(", ".join(request.headers.getlist("if-none-match")), _SHA256):
        return Response(status_code=304, headers=headers)
    headers |= {"Content-Length": str(len(_MODULE))}
    body = b"" if request.method == "HEAD" else _MODULE
    return Response(body, media_type="text/javascript", headers=headers)
