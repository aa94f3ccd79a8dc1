"""The settings of who may look: where metrics are told, by serve and by each worker."""

from __future__ import annotations

from pydantic_settings import BaseSettings

from media_vm.forms import ListensOn
from media_vm.rules.endpoints import Bind
from media_vm.setting_fields import CONFIG, setting


class MetricsSettings(BaseSettings):
    """The part of `Settings` that is about being watched."""

    model_config = CONFIG

    metrics_bind: ListensOn = setting(
        Bind("127.0.0.1", 9464),
        "MEDIA_VM_METRICS_BIND",
        says="address and port of serve's `/metrics`; a port that is taken gives way to the next free one",
        example="192.0.2.7:9464",
    )
    worker_bind: ListensOn = setting(
        Bind("127.0.0.1", 9465),
        "MEDIA_VM_WORKER_BIND",
        says="the same of a worker's `/metrics` and `/readyz`",
        example="192.0.2.7:9465",
    )
