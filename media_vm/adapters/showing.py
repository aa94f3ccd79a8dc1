"""What serve shows of a media: read in one query, for a page of pictures may miss every one of them at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, select
from sqlmodel import Session, col

from media_vm.adapters.analysis_rows import analysis_of
from media_vm.adapters.tables import MediaAIAnalysis, MediaFile, MediaVariant
from media_vm.rules.paths import slug_in, slug_of
from media_vm.rules.pictures import Variant
from media_vm.rules.shown import Portrait, Shown

_OF_MEDIA = 7  # columns; those of a variant follow, in the order of its fields
_SHOWN: Select[*tuple[Any, ...]] = (
    select(
        col(MediaFile.status),
        col(MediaFile.deleted_at),
        col(MediaFile.data_type),
        col(MediaFile.original_name),
        col(MediaFile.background_choice),
        col(MediaFile.width).label("source_width"),
        col(MediaFile.height).label("source_height"),
        col(MediaVariant.size),
        col(MediaVariant.format),
        col(MediaVariant.bg),
        col(MediaVariant.width),
        col(MediaVariant.height),
        col(MediaVariant.bytes),
        col(MediaVariant.sha256),
        col(MediaVariant.path),
    )
    .outerjoin(
        MediaVariant, and_(col(MediaVariant.media_id) == col(MediaFile.id), col(MediaVariant.path).is_not(None))
    )
    .where(col(MediaFile.id) == bindparam("media"))
)
_ANALYSIS = select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == bindparam("media"))


def look_up(connection: Connection, media_id: int) -> Shown | None:
    """One media with its variants; None if the id was never given."""
    rows = _rows(connection, media_id)
    return _shown(media_id, rows) if rows else None


def portrait(session: Session, media_id: int) -> Portrait | None:
    """The same with what is known of its content."""
    rows = _rows(session.connection(), media_id)
    if not rows:
        return None
    found = session.scalars(_ANALYSIS, {"media": media_id}).first()
    analysis = analysis_of(found) if found else None
    return Portrait(_shown(media_id, rows), rows[0].source_width, rows[0].source_height, analysis)


def _rows(connection: Connection, media_id: int) -> list[Row[Any]]:
    """One a variant that is kept; a media without any has one row all the same."""
    return list(connection.execute(_SHOWN, {"media": media_id}).all())


def _shown(media_id: int, rows: list[Row[Any]]) -> Shown:
    media = rows[0]
    return Shown(
        media_id=media_id,
        status=media.status,
        is_deleted=media.deleted_at is not None,
        data_type=media.data_type,
        slug=_slug(media_id, rows),
        background_choice=media.background_choice,
        variants=tuple(_variant(row) for row in rows if row.path is not None),
    )


def _slug(media_id: int, rows: list[Row[Any]]) -> str:
    """That of its files, which comes from the analysis; of its own name where adopted ones have others."""
    of_files = (slug_in(row.path, media_id, row.size) for row in rows if row.path is not None)
    return next(filter(None, of_files), None) or slug_of(rows[0].original_name)


def _variant(row: Row[Any]) -> Variant:
    return Variant(*row[_OF_MEDIA:])
