"""Serve's metrics, added up over its processes: each writes into files of its own, which whoever is asked reads.

Imported only once PROMETHEUS_MULTIPROC_DIR is set: prometheus_client looks at it when it is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram

from media_vm.rules.negotiation import Fallback
from media_vm.rules.pictures import Format, Size
from serve.tally import BOUNDS, NO_STATUS, Sent, Tally, Variants


class _Durations(Histogram):
    """One that takes many durations at once."""

    def add(self, buckets: Sequence[int], seconds: float) -> None:
        """buckets: how many fell into each. seconds: all together."""
        self._sum.inc(seconds)
        for bucket, number in zip(self._buckets, buckets, strict=True):
            if number:
                bucket.inc(number)


class Counters:
    """The families that every process of serve has a part of."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._requests = Counter(
            "media_vm_serve_requests", "Requests answered.", ("route", "status"), registry=registry
        )
        self._durations = _Durations(
            "media_vm_serve_request_duration_seconds",
            "From a request's head to the end of its answer, as handed to the server.",
            ("route",),
            buckets=BOUNDS,
            registry=registry,
        )
        self._hits = Counter(
            "media_vm_serve_cache_hits",
            "Answers with a picture whose media this process remembered.",
            ("size", "format"),
            registry=registry,
        )
        self._misses = Counter(
            "media_vm_serve_cache_misses",
            "Answers with a picture whose media had to be looked up.",
            ("size", "format"),
            registry=registry,
        )
        self._bytes = Counter(
            "media_vm_serve_picture_bytes", "Bytes of pictures sent.", ("size", "format"), registry=registry
        )
        self._fallbacks = Counter(
            "media_vm_serve_fallbacks",
            "Answers with another size or background than was asked for.",
            ("fallback", "size"),
            registry=registry,
        )
        self._missing = Counter(
            "media_vm_serve_variants_missing",
            "Requests for a variant whose file was not there.",
            registry=registry,
        )
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """What is counted by size is there before its first picture."""
        for size in Size:
            for fallback in get_args(Fallback):
                self._fallbacks.labels(fallback, size)
            for form in Format:
                for family in (self._hits, self._misses, self._bytes):
                    family.labels(size, form)

    def add(self, tally: Tally) -> None:
        """Take in what one process counted."""
        for (route, status), requests in tally.requests.items():
            if number := sum(requests.buckets):
                self._requests.labels(route, "none" if status == NO_STATUS else str(status)).inc(number)
                self._durations.labels(route).add(requests.buckets, requests.seconds)
        for variants, sent in tally.sent.items():
            if sent.hits or sent.misses:
                self._add_sent(variants, sent)
        if tally.missing:
            self._missing.inc(tally.missing)

    def _add_sent(self, variants: Variants, sent: Sent) -> None:
        size, form, fallback = variants
        self._hits.labels(size, form).inc(sent.hits)
        self._misses.labels(size, form).inc(sent.misses)
        self._bytes.labels(size, form).inc(sent.bytes)
        if fallback:
            self._fallbacks.labels(fallback, size).inc(sent.hits + sent.misses)
