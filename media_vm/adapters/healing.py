"""Further rounds for what failed, given by one worker at a time (`rules/healing.py`)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from media_vm.adapters.leases import oldest_open
from media_vm.adapters.rows import checklist_of, news_of, write_checklist
from media_vm.adapters.tables import MediaEvent, MediaFile, MediaMark, ProcessingChecklist
from media_vm.adapters.transactions import database_now
from media_vm.rules.checklist import Checklist
from media_vm.rules.healing import HEALING, healed, healed_analysis
from media_vm.rules.policy import Policy


def heal(policy: Policy, session: Session) -> int:
    """Whoever moves the mark heals: the row's lock lets one in at a time."""
    now = database_now(session)
    mark = session.get(MediaMark, HEALING, with_for_update=True)
    if mark and now - mark.at < policy.idle:
        return 0
    session.merge(MediaMark(name=HEALING, at=now, note=""))
    row = ProcessingChecklist
    items = _renew(session, col(row.heal_at), healed, now, policy)
    return items + _renew(session, col(row.ai_heal_at), healed_analysis, now, policy)


def _renew(
    session: Session,
    heals_at: Mapped[datetime | None],
    renew: Callable[[Checklist], Checklist],
    now: datetime,
    policy: Policy,
) -> int:
    row = ProcessingChecklist
    ready = select(row).where(heals_at <= now, col(row.lease_expires_at).is_(None))
    chosen = session.exec(
        ready.order_by(heals_at).limit(policy.heal_per_cycle).with_for_update(skip_locked=True)
    ).all()
    for one in chosen:
        checklist = renew(checklist_of(one, news_of(oldest_open(session, one.media_id))))
        write_checklist(checklist, one)
        one.lease_token = secrets.token_hex(16)  # a release whose answer was lost may not be written again
        one.due_at, one.updated_at = now, now
        media = session.get_one(MediaFile, one.media_id)
        media.status = checklist.status
        round_ = max(checklist.heal_rounds, checklist.ai_rounds)
        note = f"a further round, the {'first' if round_ == 1 else f'{round_}th'}"
        session.add_all([one, media, MediaEvent(media_id=one.media_id, at=now, name="healed", note=note)])
    return len(chosen)
