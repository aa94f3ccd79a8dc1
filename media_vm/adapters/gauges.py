"""Gauges as Prometheus takes them: our prefix, a sentence, base units."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily


def gauge(name: str, says: str, value: object) -> Metric:
    """One number."""
    family = GaugeMetricFamily(f"media_vm_{name}", says)
    family.add_metric((), float(str(value)))
    return family


def gauges(name: str, says: str, label: str, values: Mapping[str, float]) -> Metric:
    """A number for each word of a label."""
    family = GaugeMetricFamily(f"media_vm_{name}", says, labels=(label,))
    for value, number in values.items():
        family.add_metric((value,), number)
    return family
