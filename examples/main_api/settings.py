"""The example's settings, all from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

DATABASES = ("sqlite", "mysql+pymysql", "mariadb+pymysql")
VARIABLES = """\
MAIN_API_KEY              the key that media VM shows to this program; has to be set
MEDIA_VM_API_KEY          the key that this program shows to media VM; MAIN_API_KEY's unless set
EXAMPLE_HOST              where it listens; 127.0.0.1
EXAMPLE_PORT              3000
EXAMPLE_DATA_DIR          temp files, and the database unless set; example_data
EXAMPLE_DATABASE_URL      a SQLite file (main_api.db in that folder), or mysql+pymysql://user:password@host/name
EXAMPLE_MAX_UPLOAD_BYTES  50000000
MEDIA_VM_URL              media VM as this program reaches it; http://127.0.0.1:3001
MEDIA_BACKEND_URL         media VM as browsers reach it; MEDIA_VM_URL's unless set
SMART_MEDIA_BASE_URL      what stored picture URLs begin with; http://{host}:{port}/api/images

MAIN_API_KEY=key-of-this-example python -m examples.main_api
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the example listens and stores, and how it and media VM reach and recognise each other.

    data_dir: temp files. database_url: a file beside them, or MariaDB's `mysql+pymysql://…`.
    main_api_key: media VM shows it to us. media_vm_api_key: we show it to media VM.
    media_vm_url: media VM as this server reaches it. media_backend_url: the same as browsers reach it.
    smart_media_base_url: what stored picture URLs begin with; `/{media_id}?size=…` follows.
    """

    main_api_key: str = field(repr=False)
    media_vm_api_key: str = field(repr=False)
    data_dir: Path
    database_url: str = field(repr=False)
    host: str
    port: int
    media_vm_url: str
    media_backend_url: str
    smart_media_base_url: str
    max_upload_bytes: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the variables; SystemExit with a sentence where one is missing or malformed."""
        get = environment.get
        main_api_key = get("MAIN_API_KEY") or _refuse("MAIN_API_KEY is not set: choose the key of media VM")
        host, port = get("EXAMPLE_HOST", "127.0.0.1"), _whole_number("EXAMPLE_PORT", environment, 3000)
        data_dir = Path(get("EXAMPLE_DATA_DIR") or "example_data")
        media_vm_url = _url("MEDIA_VM_URL", environment, "http://127.0.0.1:3001")
        return cls(
            main_api_key=main_api_key,
            media_vm_api_key=get("MEDIA_VM_API_KEY") or main_api_key,
            data_dir=data_dir,
            database_url=_database_url(
                "EXAMPLE_DATABASE_URL", environment, f"sqlite:///{data_dir / 'main_api.db'}"
            ),
            host=host,
            port=port,
            media_vm_url=media_vm_url,
            media_backend_url=_url("MEDIA_BACKEND_URL", environment, media_vm_url),
            smart_media_base_url=_url("SMART_MEDIA_BASE_URL", environment, f"http://{host}:{port}/api/images"),
            # The seed's main API allows 5 MB; media VM itself takes 50,000,000 bytes.
            max_upload_bytes=_whole_number("EXAMPLE_MAX_UPLOAD_BYTES", environment, 50_000_000),
        )


def _refuse(sentence: str) -> str:
    raise SystemExit(sentence)


def _whole_number(name: str, environment: Mapping[str, str], default: int) -> int:
    text = environment.get(name) or str(default)
    return int(text) if text.isascii() and text.isdigit() else int(_refuse(f"{name} must be a whole number"))


def _url(name: str, environment: Mapping[str, str], default: str) -> str:
    url = environment.get(name) or default
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        _refuse(f"{name} must be an http(s) URL such as {default}")
    return url.rstrip("/")


def _database_url(name: str, environment: Mapping[str, str], default: str) -> str:
    """It may hold a password, so no part of it is repeated."""
    url = environment.get(name) or default
    try:
        is_known = make_url(url).drivername in DATABASES
    except ArgumentError:
        is_known = False
    if not is_known:
        _refuse(f"{name} must be sqlite:///file or mysql+pymysql://user:password@host/database")
    return url
