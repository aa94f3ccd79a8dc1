"""Prometheus's text format, and the names in its expressions, as the tests of metrics read them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # ships no types

DEPLOY = Path(__file__).parents[1] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
DASHBOARD = DEPLOY / "grafana" / "dashboard.json"
_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*"')
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"\{([^}]*)\}")
_WORDS = re.compile(r"\b[a-zA-Z_:][a-zA-Z0-9_:]*")
_OPERATORS = {"and", "or", "unless", "bool", "offset"}


def value(text: str, series: str) -> float:
    """Of one series, by its name and labels as they stand there; 0 where it does not stand there."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def series_names(text: str) -> set[str]:
    """All that an expression may name: a histogram by its parts, any other family by its own name."""
    kinds = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    parts = {"histogram": ("_bucket", "_sum", "_count")}
    return {name + part for name, kind in kinds for part in parts.get(kind, ("",))}


def families(text: str) -> set[str]:
    """The names that HELP and TYPE are about."""
    return {name for name, _ in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)}


def label_names(text: str) -> set[str]:
    """Of all series."""
    return {name for labels in _SELECTOR.findall(text) for name in re.findall(r"(\w+)=", labels)}


def names_in(expression: str) -> tuple[set[str], set[str]]:
    """The metrics and the labels that an expression names."""
    bare = _TEXTS.sub('""', expression)
    labels = {word for given in _GROUPING.findall(bare) for word in _WORDS.findall(given)}
    labels |= {word for given in _SELECTOR.findall(bare) for word in _WORDS.findall(given)}
    bare = _SELECTOR.sub("", _GROUPING.sub("", bare))
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    bare = re.sub(r"[a-zA-Z_]\w*\s*\(", "(", bare)  # functions
    return {word for word in _WORDS.findall(bare) if word not in _OPERATORS}, labels


def alerts() -> list[dict[str, Any]]:
    """Every rule."""
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Those of the dashboard that ask something."""
    return [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"]


def asked_by_panels() -> list[str]:
    """Every expression of the dashboard."""
    return [target["expr"] for panel in panels() for target in panel["targets"]]
