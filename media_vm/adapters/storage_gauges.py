"""What a worker's metrics tell of all that is stored: as upkeep measured it last, and of when its backup is."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlmodel import Session

from media_vm.adapters.gauges import gauge
from media_vm.adapters.storage_figures import Part
from media_vm.adapters.storage_marks import marked_storage
from media_vm.adapters.tables import MediaMark
from media_vm.values import BACKUP_MARK


def storage_gauges(session: Session) -> Iterator[Metric]:
    """Times are 0 for what never happened; before the first measurement there are no numbers."""
    files = GaugeMetricFamily("media_vm_storage_files", "Files stored.", labels=Part._fields)
    size = GaugeMetricFamily("media_vm_storage_bytes", "Bytes stored.", labels=Part._fields)
    yield files
    yield size
    measured = marked_storage(session)
    if measured:
        for part, amount in measured.stored.parts.items():
            files.add_metric(part, amount.files)
            size.add_metric(part, amount.bytes)
        saved = measured.stored.saved
        yield gauge("storage_saved_files", "Files that there would be too, were none shared.", saved.files)
        yield gauge("storage_saved_bytes", "Bytes that sharing files saves.", saved.bytes)
    at = measured.at.timestamp() if measured else 0
    yield gauge("storage_measured_timestamp_seconds", "When that was measured.", at)
    backup = session.get(MediaMark, BACKUP_MARK)
    at = backup.at.timestamp() if backup else 0
    yield gauge("backup_timestamp_seconds", "What the last whole backup holds is as of then.", at)
