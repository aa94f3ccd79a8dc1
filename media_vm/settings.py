"""Every setting with its default, its limits and its meaning (contract §10).

Each field's description becomes its row in docs/settings.md; a test keeps them equal. `environment.py` tells
what is wrong with the environment.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

from media_vm.forms import DatabaseUrl, Features, Key, Origins, Types, Url
from media_vm.rules.features import Feature
from media_vm.rules.pictures import Background, Remover
from media_vm.rules.policy import Policy
from media_vm.rules.quality import Aims
from media_vm.rules.validation import READABLE, Limits
from media_vm.secret_files import secrets_from_files
from media_vm.setting_fields import A_YEAR, cores, said_empty, score, seconds, setting
from media_vm.settings_ai import AISettings
from media_vm.settings_keeping import KeepingSettings
from media_vm.settings_metrics import MetricsSettings
from media_vm.settings_replacing import ReplacingSettings
from media_vm.settings_serve import ServeSettings


class Settings(AISettings, ServeSettings, MetricsSettings, ReplacingSettings, KeepingSettings):
    """All settings. Times are in seconds, sizes in bytes, as their variables' names say."""

    database_url: DatabaseUrl = setting(
        "sqlite:///storage/media_vm.db",
        "DATABASE_URL",
        says="SQLAlchemy URL of the database; its password is percent-encoded",
        example="mysql+pymysql://media_vm:…@localhost/oaf_media",
        repr=False,
    )
    storage_dir: Path = setting(
        Path("storage"),
        "MEDIA_VM_STORAGE_DIR",
        says="root of bulk, library and quarantine",
        example="/srv/media-vm/storage",
    )
    main_api_url: Url | None = setting(
        None, "MAIN_API_URL", says="the main API; the worker needs it", example="https://api.festival.example"
    )
    main_api_key: Key | None = setting(
        None,
        "MAIN_API_KEY",
        "MEDIA_API_KEY",
        says="Bearer key for the main API; the worker needs it; `MEDIA_API_KEY` is read as another name",
        example="a long random text",
    )
    media_backend_url: Url = setting(
        "http://127.0.0.1:3001",
        "MEDIA_BACKEND_URL",
        says="this service as others reach it: the start of `permanent_url`",
        example="https://media.festival.example",
    )
    serve_host: str = setting(
        "127.0.0.1", "MEDIA_VM_SERVE_HOST", says="address that `serve` listens on", example="192.0.2.7"
    )
    serve_port: int = setting(
        3001, "MEDIA_VM_SERVE_PORT", says="port that `serve` listens on", example="3001", ge=1, le=65535
    )
    own_api_key: Key | None = setting(
        None,
        "MEDIA_VM_API_KEY",
        says="Bearer key that the main API calls us with; without it `MAIN_API_KEY` counts",
        example="another long random text",
    )
    cors_origins: Origins = setting(
        ("*",),
        "MEDIA_VM_CORS_ORIGINS",
        says="origins that may read pictures from a page's code; behind our nginx set its `$media_vm_origin` too",
        example="https://festival.example,https://www.festival.example",
    )
    unversioned_max_age_seconds: int = setting(
        A_YEAR,
        "MEDIA_VM_UNVERSIONED_MAX_AGE_SECONDS",
        says="how long caches keep a picture whose URL names no version",
        example="3600",
        ge=0,
    )
    logo_background: Background = setting(
        Background.ORIGINAL,
        "MEDIA_VM_LOGO_BACKGROUND",
        says="what a logo's URL without `bg` gives: `original` or `removed`",
        example="removed",
    )
    background_remover: Remover = setting(
        Remover.PLAIN,
        "MEDIA_VM_BACKGROUND_REMOVER",
        says="who takes logos' backgrounds away: `plain`, `rembg` (a model, installed apart) or `off`",
        example="rembg",
    )
    rembg_dir: Path | None = setting(
        None,
        "MEDIA_VM_REMBG_DIR",
        says="the folder with the model that `rembg` needs, `u2netp.onnx`",
        example="/srv/media-vm/models",
    )
    cpu_slots: int = setting(
        cores(), "MEDIA_VM_CPU_SLOTS", says="pixel processes, and processes of `serve`", example="2", ge=1
    )
    items_in_flight: int = setting(
        4 * cores(), "MEDIA_VM_ITEMS_IN_FLIGHT", says="items walked at once", example="8", ge=1, le=256
    )
    idle_seconds: float = seconds(600, "MEDIA_VM_IDLE_SECONDS", says="rest when nothing is due", gt=0)
    lease_seconds: float = seconds(
        60, "MEDIA_VM_LEASE_SECONDS", says="how long an item is held without a heartbeat", ge=1
    )
    step_seconds: float = seconds(
        300, "MEDIA_VM_STEP_SECONDS", says="deadline of one step, not counting queues", gt=0
    )
    stuck_seconds: float = seconds(
        3600, "MEDIA_VM_STUCK_SECONDS", says="until an item that neither ends nor moves is called stuck", gt=0
    )
    max_attempts: int = setting(3, "MEDIA_VM_MAX_ATTEMPTS", says="attempts at a step", example="3", ge=1, le=100)
    backoff_seconds: float = seconds(
        30, "MEDIA_VM_BACKOFF_SECONDS", says="first wait after a failure; it doubles", gt=0
    )
    confirm_seconds: float = seconds(
        60, "MEDIA_VM_CONFIRM_SECONDS", says="until unusable bytes are fetched once more, as proof", ge=0
    )
    give_up_seconds: float = seconds(
        86_400, "MEDIA_VM_GIVE_UP_SECONDS", says="how long to look for an absent file", ge=0
    )
    heal_after_seconds: float = seconds(
        3600,
        "MEDIA_VM_HEAL_AFTER_SECONDS",
        says="until a failed item gets a further round; × 12 the next time",
        ge=0,
    )
    heal_rounds: int = setting(
        2, "MEDIA_VM_HEAL_ROUNDS", says="further rounds that a failed item gets", example="2", ge=0, le=10
    )
    heal_per_cycle: int = setting(
        10, "MEDIA_VM_HEAL_PER_CYCLE", says="failed items that get a further round at once", example="10", ge=0
    )
    disk_floor_bytes: int = setting(
        1_000_000_000,
        "MEDIA_VM_DISK_FLOOR_BYTES",
        says="free space below which nothing is taken on",
        example="1000000000",
        ge=0,
    )
    max_source_bytes: int = setting(
        50_000_000, "MEDIA_VM_MAX_SOURCE_BYTES", says="largest source file", example="50000000", ge=1
    )
    max_source_megapixels: int = setting(
        50, "MEDIA_VM_MAX_SOURCE_MEGAPIXELS", says="most pixels of a source", example="50", gt=0
    )
    max_source_side: int = setting(
        16_384, "MEDIA_VM_MAX_SOURCE_SIDE", says="longest side of a source in pixels", example="16384", ge=1
    )
    max_source_frames: int = setting(
        200, "MEDIA_VM_MAX_SOURCE_FRAMES", says="most frames or pages of a source", example="200", ge=1
    )
    max_animation_megapixels: int = setting(
        100,
        "MEDIA_VM_MAX_ANIMATION_MEGAPIXELS",
        says="frames × pixels up to which an animation's `detail` moves; above it every size is a still",
        example="100",
        ge=0,
    )
    allowed_types: Types = setting(
        tuple(sorted(READABLE)),
        "MEDIA_VM_ALLOWED_TYPES",
        says="types that are taken; one left out is refused as `type_not_allowed`",
        example="jpeg,png,webp",
    )

    quality: float = score(
        Aims().photos, "MEDIA_VM_QUALITY", says="how much lossy variants look like their photographs (SSIMULACRA2)"
    )
    graphics_quality: float = score(
        Aims().graphics, "MEDIA_VM_GRAPHICS_QUALITY", says="the same for drawings, whose edges show every flaw"
    )

    features: Features = setting(
        tuple(Feature),
        "MEDIA_VM_FEATURES",
        says="what is done beyond the necessary: `background_removal`; `polish`, which makes variants smaller "
        "when nothing else is to be done, given two `MEDIA_VM_CPU_SLOTS`; `embeddings`; `none` for none of them",
        example="background_removal",
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
        beforehand = InitSettingsSource(settings_cls, said_empty() | secrets_from_files()[0])
        return init_settings, beforehand, env_settings

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
    def remover(self) -> Remover:
        """Who takes logos' backgrounds away."""
        return self.background_remover if Feature.BACKGROUND_REMOVAL in self.features else Remover.OFF

    @property
    def model_dir(self) -> Path | None:
        """Where the remover's model is, if it has one."""
        return self.rembg_dir if self.remover is Remover.REMBG else None

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
