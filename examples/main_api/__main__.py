"""`python -m examples.main_api` starts the example; `--help` lists its environment variables."""

from __future__ import annotations

import argparse
import os
import socket
import sys

from granian import Granian
from granian.constants import Interfaces
from sqlalchemy.exc import OperationalError

from examples.main_api.database import Database
from examples.main_api.settings import VARIABLES, Settings

ABOUT = "The example's main API, with its upload page; it takes environment variables and no arguments."


def main() -> None:
    """Serve until stopped; a missing key, a taken port or no database ends it with a sentence that names it."""
    raw = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(
        "python -m examples.main_api", description=ABOUT, epilog=VARIABLES, formatter_class=raw
    ).parse_args()
    settings = Settings.from_environment(os.environ)
    try:
        # Granian binds with SO_REUSEPORT and would share a taken port with its holder; so bind once without.
        socket.create_server((settings.host, settings.port)).close()
    except OSError as error:
        sys.exit(f"cannot listen on {settings.host} port {settings.port} ({error.strerror}): set EXAMPLE_PORT")
    try:
        Database(settings.database_url)
    except OperationalError as error:
        sys.exit(f"cannot open the database ({error.orig}): check EXAMPLE_DATABASE_URL")
    print(f"Example main API: http://{settings.host}:{settings.port}/upload")
    Granian(
        "examples.main_api.app:from_environment",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
