"""The settings of what is kept, and for how long."""

from __future__ import annotations

from pydantic_settings import BaseSettings

from media_vm.forms import Kept
from media_vm.rules.retention import EXAMPLE, Retention
from media_vm.setting_fields import CONFIG, setting


class KeepingSettings(BaseSettings):
    """The part of `Settings` that retention follows."""

    model_config = CONFIG

    retention: Kept = setting(
        Retention(),
        "MEDIA_VM_RETENTION_DAYS",
        says="for how many days originals and quarantine are kept, or `ever`: by area, or by area with a door "
        "(`main_api`, `upload`, `generation`), a type, or both",
        example=EXAMPLE,
    )
