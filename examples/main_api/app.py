"""Every route of the example main API on one screen.

What your own main API needs are the rows under "for media VM" and "out of media VM"; the rest is the website
around them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from examples.main_api import (
    components,
    gallery,
    media_calls,
    pages,
    profile_page,
    proxy,
    site_context,
    temp_files,
    users,
)
from examples.main_api.database import Database
from examples.main_api.festival import Festival, only_media_vm
from examples.main_api.media_vm_client import MediaVM
from examples.main_api.settings import Settings


def create_app(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The example as an ASGI application; transport replaces the network to media VM in tests."""
    app = FastAPI(title="Example main API", lifespan=_lifespan)
    database = Database(settings.database_url)
    app.state.festival = Festival(settings, database, MediaVM(settings, transport))
    _routes(app)
    return app


def _routes(app: FastAPI) -> None:
    route, with_key = app.add_api_route, [Depends(only_media_vm)]

    # for people
    route("/", pages.gallery_page, methods=["GET"])
    route("/upload", pages.upload_page, methods=["GET"])
    route("/profile", profile_page.profile_page, methods=["GET"])
    route("/components", components.components_page, methods=["GET"])
    route("/gallery.json", gallery.gallery, methods=["GET"])
    route("/users/me", users.show_me, methods=["GET"])
    route("/users/me", users.change_me, methods=["PATCH"])
    route("/users/me", users.change_me, methods=["POST"], include_in_schema=False)  # the plain HTML form

    # for media VM
    route("/api/media/pending/all", media_calls.pending, methods=["GET"], dependencies=with_key)
    route("/temp_images/{folder}/{name}", temp_files.temp_image, methods=["GET", "HEAD"])
    complete, cleanup = "/api/media/complete/{pending_image_id}", "/api/media/cleanup/{pending_image_id}"
    route(complete, media_calls.complete, methods=["POST"], dependencies=with_key)
    route(cleanup, media_calls.cleanup, methods=["DELETE"], dependencies=with_key)
    route("/api/media/context/{user_id}", site_context.context, methods=["GET"], dependencies=with_key)

    # out of media VM
    route("/api/images/{media_id}", proxy.image, methods=["GET", "HEAD"])
    route("/api/media/analysis/{media_id}", proxy.analysis, methods=["GET"])

    app.mount("/static", StaticFiles(directory=pages.STATIC))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.festival.media_vm.close()


def from_environment() -> FastAPI:
    """What the server imports: the application with its settings out of the environment."""
    return create_app(Settings.from_environment(os.environ))
