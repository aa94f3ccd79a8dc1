"""Every setting with its default, its limits and its meaning (contract §10).

Each field's description becomes its row in docs/settings.md; a test keeps them equal. `environment.py` tells
what is wrong with the environment.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from media_vm.forms import DatabaseUrl, Key, Origins, Types, Url
from media_vm.rules.pictures import Background, Remover
from media_vm.rules.policy import Policy
from media_vm.rules.quality import Aims
from media_vm.rules.validation import READABLE, Limits
from media_vm.secret_files import secrets_from_files

A_YEAR = 31_536_000  # seconds


def _setting(default: Any, *names: str, says: str, example: str, **limits: Any) -> Any:
    extra: dict[str, Any] = {"variable": names[0], "example": example}
    alias = AliasChoices(*names)
    return Field(default=default, validation_alias=alias, description=says, json_schema_extra=extra, **limits)


def _seconds(default: float, name: str, *, says: str, **limits: float) -> Any:
    """A time. The upper limit also keeps `inf` out of sums of times."""
    return _setting(default, name, says=says, example=f"{default:g}", le=A_YEAR, **limits)


def _score(default: float, name: str, *, says: str) -> Any:
    return _setting(default, name, says=says, example=f"{default:g}", ge=30, le=95)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


class Settings(BaseSettings):
    """All settings. Times are in seconds, sizes in bytes, as their variables' names say."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: DatabaseUrl = _setting(
        "sqlite:///storage/media_vm.db",
        "DATABASE_URL",
        says="SQLAlchemy URL of the database; its password is percent-encoded",
        example="mysql+pymysql://media_vm:…@localhost/oaf_media",
        repr=False,
    )
    storage_dir: Path = _setting(
        Path("storage"),
        "MEDIA_VM_STORAGE_DIR",
        says="root of bulk, library and quarantine",
        example="/srv/media-vm/storage",
    )
    main_api_url: Url | None = _setting(
        None, "MAIN_API_URL", says="the main API; the worker needs it", example="https://api.festival.example"
    )
    main_api_key: Key | None = _setting(
        None,
        "MAIN_API_KEY",
        "MEDIA_API_KEY",
        says="Bearer key for the main API; the worker needs it; `MEDIA_API_KEY` is read as another name",
        example="a long random text",
    )
    media_backend_url: Url = _setting(
        "http://127.0.0.1:3001",
        "MEDIA_BACKEND_URL",
        says="this service as others reach it: the start of `permanent_url`",
        example="https://media.festival.example",
    )
    serve_host: str = _setting(
        "127.0.0.1", "MEDIA_VM_SERVE_HOST", says="address that `serve` listens on", example="192.0.2.7"
    )
    serve_port: int = _setting(
        3001, "MEDIA_VM_SERVE_PORT", says="port that `serve` listens on", example="3001", ge=1, le=65535
    )
    own_api_key: Key | None = _setting(
        None,
        "MEDIA_VM_API_KEY",
        says="Bearer key that the main API calls us with; without it `MAIN_API_KEY` counts",
        example="another long random text",
    )
    cors_origins: Origins = _setting(
        ("*",),
        "MEDIA_VM_CORS_ORIGINS",
        says="origins that may read pictures from a page's code",
        example="https://festival.example,https://www.festival.example",
    )
    unversioned_max_age_seconds: int = _setting(
        A_YEAR,
        "MEDIA_VM_UNVERSIONED_MAX_AGE_SECONDS",
        says="how long caches keep a picture whose URL names no version",
        example="3600",
        ge=0,
    )
    logo_background: Background = _setting(
        Background.ORIGINAL,
        "MEDIA_VM_LOGO_BACKGROUND",
        says="what a logo's URL without `bg` gives: `original` or `removed`",
        example="removed",
    )
    background_remover: Remover = _setting(
        Remover.PLAIN,
        "MEDIA_VM_BACKGROUND_REMOVER",
        says="who takes logos' backgrounds away: `plain`, `rembg` (a model, installed apart) or `off`",
        example="rembg",
    )
    cpu_slots: int = _setting(
        _cores(),
        "MEDIA_VM_CPU_SLOTS",
        says="pixel processes, and processes of `serve`",
        example="2",
        ge=1,
    )
    items_in_flight: int = _setting(
        4 * _cores(), "MEDIA_VM_ITEMS_IN_FLIGHT", says="items walked at once", example="8", ge=1, le=256
    )
    idle_seconds: float = _seconds(600, "MEDIA_VM_IDLE_SECONDS", says="rest when nothing is due", gt=0)
    lease_seconds: float = _seconds(
        60, "MEDIA_VM_LEASE_SECONDS", says="how long an item is held without a heartbeat", ge=1
    )
    step_seconds: float = _seconds(
        300, "MEDIA_VM_STEP_SECONDS", says="deadline of one step, not counting queues", gt=0
    )
    stuck_seconds: float = _seconds(
        3600, "MEDIA_VM_STUCK_SECONDS", says="until an item that neither ends nor moves is called stuck", gt=0
    )
    max_attempts: int = _setting(3, "MEDIA_VM_MAX_ATTEMPTS", says="attempts at a step", example="3", ge=1, le=100)
    backoff_seconds: float = _seconds(
        30, "MEDIA_VM_BACKOFF_SECONDS", says="first wait after a failure; it doubles", gt=0
    )
    confirm_seconds: float = _seconds(
        60, "MEDIA_VM_CONFIRM_SECONDS", says="until unusable bytes are fetched once more, as proof", ge=0
    )
    give_up_seconds: float = _seconds(
        86_400, "MEDIA_VM_GIVE_UP_SECONDS", says="how long to look for an absent file", ge=0
    )
    heal_after_seconds: float = _seconds(
        3600,
        "MEDIA_VM_HEAL_AFTER_SECONDS",
        says="until a failed item gets a further round; × 12 the next time",
        ge=0,
    )
    heal_rounds: int = _setting(
        2, "MEDIA_VM_HEAL_ROUNDS", says="further rounds that a failed item gets", example="2", ge=0, le=10
    )
    heal_per_cycle: int = _setting(
        10, "MEDIA_VM_HEAL_PER_CYCLE", says="failed items that get a further round at once", example="10", ge=0
    )
    disk_floor_bytes: int = _setting(
        1_000_000_000,
        "MEDIA_VM_DISK_FLOOR_BYTES",
        says="free space below which nothing is taken on",
        example="1000000000",
        ge=0,
    )
    max_source_bytes: int = _setting(
        50_000_000, "MEDIA_VM_MAX_SOURCE_BYTES", says="largest source file", example="50000000", ge=1
    )
    max_source_megapixels: int = _setting(
        50, "MEDIA_VM_MAX_SOURCE_MEGAPIXELS", says="most pixels of a source", example="50", gt=0
    )
    max_source_side: int = _setting(
        16_384, "MEDIA_VM_MAX_SOURCE_SIDE", says="longest side of a source in pixels", example="16384", ge=1
    )
    max_source_frames: int = _setting(
        200, "MEDIA_VM_MAX_SOURCE_FRAMES", says="most frames or pages of a source", example="200", ge=1
    )
    max_animation_megapixels: int = _setting(
        100,
        "MEDIA_VM_MAX_ANIMATION_MEGAPIXELS",
        says="frames × pixels up to which an animation's `detail` moves; above it every size is a still",
        example="100",
        ge=0,
    )
    allowed_types: Types = _setting(
        tuple(sorted(READABLE)),
        "MEDIA_VM_ALLOWED_TYPES",
        says="types that are taken; one left out is refused as `type_not_allowed`",
        example="jpeg,png,webp",
    )

    quality: float = _score(
        Aims().photos, "MEDIA_VM_QUALITY", says="how much lossy variants look like their photographs (SSIMULACRA2)"
    )
    graphics_quality: float = _score(
        Aims().graphics, "MEDIA_VM_GRAPHICS_QUALITY", says="the same for drawings, whose edges show every flaw"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, with secrets from the files that `X_FILE` variables name before it."""
        return init_settings, InitSettingsSource(settings_cls, secrets_from_files()[0]), env_settings

    @property
    def api_key(self) -> SecretStr | None:
        """The key of our own routes (contract §10)."""
        return self.own_api_key or self.main_api_key

    @property
    def policy(self) -> Policy:
        """The numbers that the rules need."""
        return Policy(
            max_attempts=self.max_attempts,
            backoff=timedelta(seconds=self.backoff_seconds),
            confirm=timedelta(seconds=self.confirm_seconds),
            give_up=timedelta(seconds=self.give_up_seconds),
            idle=timedelta(seconds=self.idle_seconds),
            heal_after=timedelta(seconds=self.heal_after_seconds),
            heal_rounds=self.heal_rounds,
            heal_per_cycle=self.heal_per_cycle,
        )

    @property
    def aims(self) -> Aims:
        """What lossy variants should look like."""
        return Aims(photos=self.quality, graphics=self.graphics_quality)

    @property
    def limits(self) -> Limits:
        """What a source may be."""
        return Limits(
            bytes=self.max_source_bytes,
            megapixels=self.max_source_megapixels,
            side=self.max_source_side,
            frames=self.max_source_frames,
            animation_megapixels=self.max_animation_megapixels,
        )
