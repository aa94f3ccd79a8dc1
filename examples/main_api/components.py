"""`/components`: media VM's own elements, `<smart-image>` and `<ai-analysis>`, on the pictures of this site."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi.responses import HTMLResponse

from examples.main_api import gallery, pages
from examples.main_api.festival import HasFestival

CARD = """\
      <article class="work">
        <div class="mat"><smart-image media-id="{media_id}" size="grid" show-ai-data></smart-image></div>
        <div class="label">
          <h2>{name}</h2>
          <ai-analysis media-id="{media_id}" analysis-src="/api/media/analysis/{media_id}"
            show-style show-colors show-quality show-mood></ai-analysis>
        </div>
      </article>
"""
NONE = '<p class="notice">No picture is ready yet: <a href="/upload">add some</a>, then load this page again.</p>'


async def components_page(festival: HasFestival) -> HTMLResponse:
    """`GET /components`: the newest pictures that are ready, drawn by elements that ask media VM themselves."""
    pictures = (await gallery.gallery(festival))["pictures"]
    cards = "".join(_card(one) for one in pictures if one["status"] == "complete")
    policy = pages.policy(festival, elements=True)
    backend = escape(festival.settings.media_backend_url)
    page = (pages.HERE / "templates" / "components.html").read_text(encoding="utf-8")
    page = page.replace("{media_backend_url}", backend).replace("{cards}", cards or NONE)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def _card(picture: dict[str, Any]) -> str:
    return CARD.format(media_id=escape(str(picture["media_id"])), name=escape(picture["original_name"]))
