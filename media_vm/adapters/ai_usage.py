"""What AI calls cost, in the database: one row a call, and what is set aside for those under way.

What is left of a day is asked and taken under the lock of one row (SQLite: of the database), so that of any number
of workers no two take the same money. Writing a call down needs no lock: in one transaction its row is there and
what was set aside for it is gone, and both are summed by one statement, which sees the one or the other.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from media_vm.adapters.ai_costs import costs_since, spent_on_day
from media_vm.adapters.ai_tables import MediaAIReservation, MediaAIUsage
from media_vm.adapters.rows import cut
from media_vm.adapters.tables import MediaMark
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.ai_ports import CostBy, CostLine, Reservation
from media_vm.rules.budget import Spent, day_of, is_spent, may_go, next_day, to_set_aside
from media_vm.rules.findings import Call
from media_vm.rules.prices import Prices, cost_of, sound

LOCK = "ai spending"


class DatabaseSpending:
    """The `Spending` port. cap: micro-USD a day, None: none. worker: who spends, for the rows."""

    def __init__(self, engine: Engine, prices: Prices, cap: int | None, worker: str) -> None:
        self._engine = engine
        self._prices = prices
        self._cap = cap
        self._worker = cut(worker, 50)

    def reserve(self, most: int | None, lasts: timedelta) -> Reservation | datetime | None:
        """Without a cap, and for what is free, nothing need be written."""
        if self._cap is None or most == 0:
            return Reservation("", 0)
        token = secrets.token_hex(16)
        return transact(self._engine, partial(self._reserve, token, self._cap, most, lasts))

    def record(
        self, call: Call, media_id: int | None, prompt_version: str, reservation: Reservation | None = None
    ) -> None:
        """The row has a random token: written again, since the answer to COMMIT was lost, it is found."""
        token = secrets.token_hex(16)
        transact(self._engine, partial(self._record, token, sound(call), media_id, prompt_version, reservation))

    def release(self, reservation: Reservation) -> None:
        """Its row goes."""
        if reservation.token:
            transact(self._engine, partial(_give_back, reservation))

    def spent_today(self) -> Spent:
        """By the database's clock."""
        with reading(self._engine) as session:
            return spent_on_day(session, database_now(session))

    def costs(self, since: datetime, by: CostBy) -> Sequence[CostLine]:
        """Summed by the database."""
        with reading(self._engine) as session:
            return costs_since(session, since, by)

    def _reserve(
        self, token: str, cap: int, most: int | None, lasts: timedelta, session: Session
    ) -> Reservation | datetime | None:
        _alone(session)
        if earlier := session.get(MediaAIReservation, token):  # of ourselves, its answer lost
            return Reservation(token, earlier.micro_usd)
        now = database_now(session)
        session.exec(delete(MediaAIReservation).where(col(MediaAIReservation.expires_at) < day_of(now)))
        spent = spent_on_day(session, now)
        if not may_go(spent, cap, most):
            return next_day(now) if is_spent(spent, cap, most) else None
        aside = to_set_aside(spent, most)
        session.add(MediaAIReservation(token=token, micro_usd=aside, expires_at=now + lasts, worker=self._worker))
        return Reservation(token, aside)

    def _record(
        self,
        token: str,
        call: Call,
        media_id: int | None,
        prompt_version: str,
        reservation: Reservation | None,
        session: Session,
    ) -> None:
        if session.exec(select(MediaAIUsage.id).where(col(MediaAIUsage.token) == token)).first() is not None:
            return
        cost, source = cost_of(call, self._prices)
        session.add(
            MediaAIUsage(
                at=database_now(session),
                media_id=media_id,
                provider=call.provider.value,
                model=cut(call.model, 100),
                task=cut(call.task, 20),
                prompt_version=cut(prompt_version, 50),
                tokens_in=call.tokens_in,
                tokens_cached=call.tokens_cached,
                tokens_out=call.tokens_out,
                tokens_reasoning=call.tokens_reasoning,
                units=list(call.units) or None,
                cost_micro_usd=cost,
                cost_source=source,
                request_id=_printed(call.request_id),
                ms=call.ms,
                reason=cut(call.reason, 50) if call.reason else None,
                worker=self._worker,
                token=token,
            )
        )
        if reservation:
            _give_back(reservation, session)


def _alone(session: Session) -> None:
    """Until the transaction ends; the first of all makes the row."""
    if session.get(MediaMark, LOCK, with_for_update=True) is None:
        session.add(MediaMark(name=LOCK, at=database_now(session)))
        session.flush()


def _give_back(reservation: Reservation, session: Session) -> None:
    session.exec(delete(MediaAIReservation).where(col(MediaAIReservation.token) == reservation.token))


def _printed(request_id: str | None) -> str | None:
    """A header's value: what is no printed ASCII of it says nothing."""
    return cut("".join(one for one in request_id or "" if one.isascii() and one.isprintable()), 100) or None
