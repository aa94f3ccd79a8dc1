"""`GET /profile`: a user's page with what the profile's columns hold, as they stand.

While a picture is worked off that is its temp path; `media-vm replace-urls` makes it a permanent URL.
"""

from __future__ import annotations

import html

from fastapi.responses import HTMLResponse

from examples.main_api.database import Transaction
from examples.main_api.festival import HasFestival, UserId
from examples.main_api.pages import HERE, policy

# What a picture is to its user → its column.
USES = {
    "Header": "user_profiles.header_image_path",
    "Portrait": "user_profiles.profile_image_path",
    "Logo": "artist_profiles.logo_path",
    "Site": "site_media.media_path",
}
FIGURE = '<figure class="shown"><img src="{url}" alt="{use}"><figcaption>{use}</figcaption></figure>'
NOTHING = '<p class="lede">Nothing here yet. <a href="/upload">Add pictures</a></p>'


def profile_page(festival: HasFestival, user_id: UserId = 1) -> HTMLResponse:
    """Plain HTML, drawn here: it needs no script."""
    with festival.database.snapshot() as db:
        shown = [_figure(use, path) for use, column in USES.items() for path in _paths(db, column, user_id)]
    page = (HERE / "templates" / "profile.html").read_text(encoding="utf-8")
    pictures = "\n      ".join(shown) or NOTHING
    return HTMLResponse(
        page.replace("{pictures}", pictures), headers={"Content-Security-Policy": policy(festival, permanent=True)}
    )


def _figure(use: str, path: str) -> str:
    return FIGURE.format(url=html.escape(path), use=use)


def _paths(db: Transaction, column: str, user_id: int) -> list[str]:
    table, name = column.split(".")
    query = f"SELECT {name} AS path FROM {table} WHERE user_id = :user_id AND {name} IS NOT NULL"
    return [row["path"] for row in db.rows(query, user_id=user_id)]
