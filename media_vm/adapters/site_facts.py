"""What we know of a user's site from our own tables: the colours of their logo, the words for their products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from media_vm.adapters.analysis_table import MediaAIAnalysis
from media_vm.adapters.tables import MediaFile
from media_vm.rules.known import OWN, SiteKnown
from media_vm.rules.pictures import DataType

_PRODUCTS_READ = 100  # the newest: more would not change what is usual
_WORDS = 5


def site_facts(session: Session, user_id: int, without: int | None = None) -> SiteKnown:
    """Of the newest logo that was analysed, and of the newest products. without: a media that says nothing of its
    own site, nor do its twins of the same bytes: what was measured of a logo is no news about it."""
    analysis = MediaAIAnalysis
    of_user = (
        select(analysis.brand_colors, analysis.style_classification, analysis.medium_detected)
        .join(MediaFile, col(MediaFile.id) == col(analysis.media_id))
        .where(col(MediaFile.user_id) == user_id, col(MediaFile.deleted_at).is_(None), *_others(session, without))
        .order_by(col(MediaFile.id).desc())
    )
    logo = session.exec(of_user.where(col(MediaFile.data_type) == DataType.LOGO).limit(1)).first()
    products = session.exec(
        of_user.where(col(MediaFile.data_type) == DataType.PRODUCT).limit(_PRODUCTS_READ)
    ).all()
    colors = tuple(str(one) for one in (logo[0] if logo else None) or ())
    styles, media = _usual(one[1] for one in products), _usual(one[2] for one in products)
    return SiteKnown(colors, styles, media, (OWN,) if colors or styles or media else ())


def _others(session: Session, without: int | None) -> Iterable[ColumnElement[bool]]:
    media = session.get(MediaFile, without) if without is not None else None
    if media is not None:
        yield col(MediaFile.id) != media.id
        if media.sha256 is not None:
            yield or_(col(MediaFile.sha256).is_(None), col(MediaFile.sha256) != media.sha256)


def _usual(words: Iterable[str | None]) -> tuple[str, ...]:
    """The most frequent first; the newer of two alike."""
    return tuple(word for word, _ in Counter(word for word in words if word).most_common(_WORDS))
