"""What goes with a media that is deleted, for an operator to look at before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from media_vm.adapters.machine_status import text_of
from media_vm.adapters.shared_files import sharers
from media_vm.adapters.tables import MediaFile, MediaVariant
from media_vm.adapters.transactions import reading

Story = dict[str, object]


def preview(engine: Engine, media_ids: Sequence[int]) -> Sequence[Story]:
    """One story a media, as the rows tell it: quarantine and what no row names goes too. Bytes are those that are
    freed: an original that others share stays, and one that only these share counts once."""
    with reading(engine) as session:
        return list(_stories(session, media_ids))


def _stories(session: Session, media_ids: Sequence[int]) -> Iterator[Story]:
    for media_id in dict.fromkeys(media_ids):
        media = session.get(MediaFile, media_id)
        named: Story = {"media_id": str(media_id)}
        yield named | (_story(session, media, set(media_ids)) if media else {"error": "unknown"})


def _story(session: Session, media: MediaFile, going: Collection[int | None]) -> Story:
    whose = col(MediaVariant.media_id) == media.id, col(MediaVariant.path).is_not(None)
    sizes = session.exec(select(MediaVariant.bytes).where(*whose)).all()
    files, size = len(sizes), sum(one or 0 for one in sizes)
    has_original = media.bulk_path is not None
    others = [one.id for one in sharers(session, media)] if has_original else []
    is_shared = any(one not in going for one in others)
    is_last = all((one or 0) < (media.id or 0) for one in others)
    frees_original = has_original and not is_shared and is_last
    return {
        "pending_image_id": media.main_api_id,
        "user_id": media.user_id,
        "data_type": media.data_type.value,
        "status": media.status.value,
        "files": files + frees_original,
        "bytes": size + ((media.file_size or 0) if frees_original else 0),
        "original_is_shared": is_shared,
        "deleted_at": text_of(media.deleted_at),
        "removed": media.removed_at is not None,
    }
