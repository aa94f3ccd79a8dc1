"""What requests are made up against: the serving app over a real database and a few real pictures."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from pydantic import SecretStr
from sqlalchemy import Engine, update
from sqlmodel import SQLModel, col
from starlette.types import ASGIApp

from media_vm.adapters.analysis_rows import analysis_row
from media_vm.adapters.engine import migrate, open_engine
from media_vm.adapters.readings import Readings
from media_vm.adapters.rows import variant_rows
from media_vm.adapters.tables import MediaFile, MediaVariant, ProcessingChecklist
from media_vm.adapters.transactions import transact
from media_vm.rules.checklist import StepStatus
from media_vm.rules.pictures import Background, DataType, Format, MediaStatus, Size, Source, Variant, VariantSet
from media_vm.settings import Settings
from serve.app import create_app
from tests import canaries
from tests.portraits import ANALYSIS
from tests.private_nginx import free_port

API_KEY, SERVE_KEY, SECRET = canaries.MEDIA_VM_API_KEY, canaries.SERVE_KEY, canaries.SERVE_SECRET
HOST = "127.0.0.1"
PATIENCE_SECONDS = 60.0
MISSING, DELETED = 7, 6

_ALL, _ONES = (Format.AVIF, Format.WEBP, Format.JPEG), (Format.WEBP, Format.PNG)
_FACES = (Background.ORIGINAL, Background.REMOVED)
_KEPT: Mapping[int, list[tuple[Size, Format, Background]]] = {
    1: [(size, form, _FACES[0]) for size in (Size.THUMBNAIL, Size.GRID, Size.DETAIL) for form in _ALL],
    2: [(size, form, face) for size in (Size.GRID, Size.DETAIL) for form in _ONES for face in _FACES],
    3: [(size, Format.JPEG, _FACES[0]) for size in (Size.SMALL, Size.HEADER)],
    MISSING: [(Size.DETAIL, form, _FACES[0]) for form in _ALL],
    8: [(Size.ZOOM, form, _FACES[0]) for form in _ALL],
}
_STATUSES = {4: MediaStatus.PROCESSING, 5: MediaStatus.FAILED, 8: MediaStatus.FAILED, 9: MediaStatus.DOWNLOADING}
_NAMES = {1: "sunset.jpg", 2: 'a"logo\r\nX: y.png', 3: "Überblick – 日本.jpg"}
_SERVE = """
from media_vm.settings import Settings
from serve.main import serve
raise SystemExit(serve(Settings()))
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """sites: the same pictures `open` to everybody, `closed` to all but the signed and the proxy, as applications.
    port: of a process of serve that is the open one. log: what that process says. secrets: what nobody may be
    told. tags: the pictures' entity tags.
    """

    sites: Mapping[str, ASGIApp]
    port: int
    log: Path
    secrets: tuple[str, ...]
    tags: tuple[str, ...]
    engine: Engine

    def mend(self) -> None:
        """Undo what a request deleted, for the next ones."""
        kept = update(MediaFile).where(col(MediaFile.id) != DELETED).values(deleted_at=None)
        transact(self.engine, lambda session: session.exec(kept))


@contextmanager
def staged(folder: Path, url: str) -> Iterator[Stage]:
    """Migrate and fill the database, and start a process of serve, until the block ends."""
    storage = folder / "storage"
    storage.mkdir(parents=True)
    migrate(url)
    engine = open_engine(url)
    transact(engine, lambda session: session.add_all(_media()))
    belongings = _belongings(storage)
    tags = tuple(f'"{row.sha256}"' for row in belongings if isinstance(row, MediaVariant))
    transact(engine, lambda session: session.add_all(belongings))
    port, log = free_port(), folder / "serve.log"
    with log.open("wb") as lines:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE], env=_environment(storage, url, port), stdout=lines, stderr=lines
        )
    try:
        _wait(process, port, log)
        secrets = (str(folder), url, API_KEY, SERVE_KEY, SECRET)
        yield Stage(_sites(storage, engine), port, log, secrets, tags, engine)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        engine.dispose()


def _sites(storage: Path, engine: Engine) -> dict[str, ASGIApp]:
    usual = Settings().model_copy(
        update={"storage_dir": storage, "own_api_key": SecretStr(API_KEY), "key_writes_per_minute": 0}
    )
    closed = {
        "serve_secrets": SecretStr(SECRET),
        "serve_key": SecretStr(SERVE_KEY),
        "cors_origins": ("https://festival.example",),
        "logo_background": Background.REMOVED,
    }
    shelf = Readings(engine)
    return {"open": create_app(usual, shelf), "closed": create_app(usual.model_copy(update=closed), shelf)}


def _environment(storage: Path, url: str, port: int) -> dict[str, str]:
    return os.environ | {
        "MEDIA_VM_STORAGE_DIR": str(storage),
        "DATABASE_URL": url,
        "MEDIA_VM_SERVE_PORT": str(port),
        "MEDIA_VM_CPU_SLOTS": "1",
        "MEDIA_VM_API_KEY": API_KEY,
        "MEDIA_VM_KEY_WRITES_PER_MINUTE": "0",
    }


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < ends, log.read_text()
        time.sleep(0.05)


def _media() -> list[SQLModel]:
    now = datetime.now(UTC)
    return [
        MediaFile(
            id=media_id,
            main_api_id=100 + media_id,
            user_id=1,
            data_type=DataType.LOGO if media_id == 2 else DataType.PRODUCT,
            original_name=_NAMES.get(media_id, "a.jpg"),
            mime_type="image/jpeg",
            image_path="/temp_images/products/1-product-1.jpg",
            bulk_path="bulk/2025-01-15/a.jpg",
            status=_STATUSES.get(media_id, MediaStatus.COMPLETED),
            source=Source.MAIN_API,
            width=64,
            height=48,
            created_at=now,
            updated_at=now,
            deleted_at=now if media_id == DELETED else None,
        )
        for media_id in range(1, 10)
    ]


def _belongings(storage: Path) -> list[SQLModel]:
    """Checklists, variants and, where there are variants, an analysis."""
    now = datetime.now(UTC)
    rows: list[SQLModel] = []
    for media_id in range(1, 10):
        is_made = StepStatus.COMPLETED if media_id in _KEPT else StepStatus.PENDING
        steps = dict.fromkeys(
            ("retrieve_file", "ai_visual_analysis", "resize_optimize", "update_callback"), is_made
        )
        row = ProcessingChecklist(
            media_id=media_id, created_at=now, updated_at=now, has_variants=media_id in _KEPT
        )
        rows.append(row.sqlmodel_update(steps))
        if media_id in _KEPT:
            kept = tuple(_variants(storage, media_id))
            rows += [*variant_rows(media_id, VariantSet(kept, ())), analysis_row(media_id, ANALYSIS, now)]
            if media_id == MISSING:
                for variant in kept:
                    (storage / variant.path).unlink()
    return rows


def _variants(storage: Path, media_id: int) -> Iterator[Variant]:
    for number, (size, form, face) in enumerate(_KEPT[media_id]):
        body = _drawn(form, 16 * media_id + number)
        sha256 = hashlib.sha256(body).hexdigest()
        path = f"library/user_1/product/img/{media_id}-{size}-{face}-{sha256[:8]}.{form.extension}"
        (storage / path).parent.mkdir(parents=True, exist_ok=True)
        (storage / path).write_bytes(body)
        yield Variant(size, form, face, 64, 48, len(body), sha256, path)


def _drawn(form: Format, shade: int) -> bytes:
    """A true picture of 64 × 48 pixels; each shade another."""
    picture = Image.linear_gradient("L").resize((64, 48)).convert("RGB")
    picture.paste((shade % 256, 90, 160), (8, 8, 40, 30))
    picture.save(file := io.BytesIO(), form.value)
    return file.getvalue()
