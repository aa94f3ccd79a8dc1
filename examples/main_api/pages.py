"""The pages for people: plain HTML files, locked down to our own scripts and media VM's pictures."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse

from examples.main_api.festival import Festival, HasFestival
from examples.main_api.uploads import spelled

HERE = Path(__file__).parent
STATIC = HERE / "static"


def gallery_page(festival: HasFestival) -> HTMLResponse:
    """`GET /`: every picture, with what it costs and what is known of it."""
    return _page("gallery.html", festival)


def upload_page(festival: HasFestival) -> HTMLResponse:
    """`GET /upload`: a form that works without JavaScript too."""
    return _page("upload.html", festival)


def policy(festival: Festival, *, elements: bool = False, permanent: bool = False) -> str:
    """What a page may load: our own, and media VM's pictures. elements: its custom elements too. permanent:
    pictures from where permanent URLs lead."""
    media_vm = _origin(festival.settings.media_backend_url)
    images = f"{media_vm} {_origin(festival.settings.smart_media_base_url)}" if permanent else media_vm
    code = f"'self' {media_vm}" if elements else "'self'"
    return (
        f"default-src 'none'; script-src {code}; style-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action 'self'; connect-src {code}; img-src 'self' blob: data: {images}"
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _page(name: str, festival: Festival) -> HTMLResponse:
    page = (HERE / "templates" / name).read_text(encoding="utf-8")
    limit = spelled(festival.settings.max_upload_bytes)
    return HTMLResponse(
        page.replace("{upload_limit}", limit), headers={"Content-Security-Policy": policy(festival)}
    )
