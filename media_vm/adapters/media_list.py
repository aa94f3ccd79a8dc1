"""`GET /api/media`: everything there is, by cursor (contract §3)."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlmodel import col, select

from media_vm.adapters.machine_status import text_of
from media_vm.adapters.tables import MediaFile, ProcessingChecklist
from media_vm.adapters.transactions import reading
from media_vm.rules.failures import Kind
from media_vm.rules.shown import Wanted


def list_media(engine: Engine, wanted: Wanted) -> dict[str, object]:
    """One page in the order of the ids, and after which id the next one begins; null at the end."""
    row = ProcessingChecklist
    page = (
        select(MediaFile, row.last_error_kind, row.last_error_reason)
        .join(row, col(row.media_id) == col(MediaFile.id))
        .where(col(MediaFile.id) > wanted.after, col(MediaFile.deleted_at).is_(None))
    )
    if wanted.status:
        page = page.where(col(MediaFile.status) == wanted.status)
    if wanted.data_type:
        page = page.where(col(MediaFile.data_type) == wanted.data_type)
    if wanted.user_id is not None:
        page = page.where(col(MediaFile.user_id) == wanted.user_id)
    with reading(engine) as session:
        found = session.exec(page.order_by(col(MediaFile.id)).limit(wanted.limit + 1)).all()
    items = [_item(*one) for one in found[: wanted.limit]]
    return {"items": items, "next_after": items[-1]["media_id"] if len(found) > wanted.limit else None}


def _item(media: MediaFile, kind: str | None, reason: str | None) -> dict[str, object]:
    return {
        "media_id": str(media.id),
        "pending_image_id": media.main_api_id,
        "user_id": media.user_id,
        "data_type": media.data_type.value,
        "status": media.status.value,
        "original_name": media.original_name,
        "width": media.width,
        "height": media.height,
        "error": f"{Kind(kind).value}: {reason}" if kind else None,
        "created_at": text_of(media.created_at),
        "updated_at": text_of(media.updated_at),
    }
