"""The settings of `media-vm replace-urls`: the main API's own database, and what is replaced in it."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings

from media_vm.forms import Columns, DatabaseUrl, Url
from media_vm.rules.temp_urls import DEFAULT_COLUMNS, columns_named
from media_vm.setting_fields import CONFIG, setting


class ReplacingSettings(BaseSettings):
    """The part of `Settings` that nobody but `replace-urls` needs."""

    model_config = CONFIG

    main_api_database_url: DatabaseUrl | None = setting(
        None,
        "MAIN_API_DATABASE_URL",
        says="the main API's own database, for `replace-urls` alone, by a user that may do nothing else "
        "(`deploy/sql/replace_urls_user.sql`)",
        example="mysql+pymysql://media_vm_urls:…@localhost/festival",
        repr=False,
    )
    smart_media_base_url: Url | None = setting(
        None,
        "SMART_MEDIA_BASE_URL",
        says="what `replace-urls` begins permanent URLs with; `/{media_id}?size=detail` follows",
        example="https://api.festival.example/api/images",
    )
    replace_columns: Columns = setting(
        columns_named(DEFAULT_COLUMNS),
        "MEDIA_VM_REPLACE_COLUMNS",
        says="where `replace-urls` looks for temp paths, as table.column",
        example="user_profiles.profile_image_path,products.image_path",
    )
    replace_log_dir: Path | None = setting(
        None,
        "MEDIA_VM_REPLACE_LOG_DIR",
        says="the folder of `replace-urls`' undo logs; without it `replaced` in `MEDIA_VM_STORAGE_DIR`",
        example="/var/lib/media-vm/replaced",
    )
