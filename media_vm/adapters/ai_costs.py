"""What `media-vm ai cost` tells: the bill, today beside the cap, and what one picture costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine, case, func
from sqlmodel import Session, col, select

from media_vm.adapters.ai_tables import MediaAIReservation, MediaAIUsage
from media_vm.adapters.machine_status import Story, text_of
from media_vm.adapters.transactions import database_now, reading
from media_vm.ai_ports import CostBy, CostLine
from media_vm.rules.budget import Spent, day_of, next_day
from media_vm.rules.google_features import DEFAULT_FEATURES, Feature
from media_vm.rules.pictures import DataType
from media_vm.rules.prices import MICRO, USUAL_TOKENS_IN, USUAL_TOKENS_OUT, Prices, each_feature, one_picture
from media_vm.rules.since import since_of

_WHAT = {
    CostBy.PROVIDER: col(MediaAIUsage.provider),
    CostBy.MODEL: col(MediaAIUsage.model),
    CostBy.TASK: col(MediaAIUsage.task),
    CostBy.DAY: func.date(MediaAIUsage.at),
}


def describe_costs(
    engine: Engine,
    since: str,
    by: CostBy,
    prices: Prices,
    cap: int | None,
    features: tuple[Feature, ...] = DEFAULT_FEATURES,
) -> Story | None:
    """The whole story in USD. since: days or a day (`rules/since.py`); None: neither. cap: micro-USD a day.
    features: what Google Vision is asked for."""
    with reading(engine) as session:
        now = database_now(session)
        begins = since_of(since, now)
        if begins is None:
            return None
        lines, today = costs_since(session, begins, by), spent_on_day(session, now)
    return {
        "now": text_of(now),
        "since": text_of(begins),
        "by": by.value,
        "lines": [{by.value: line.what, **_line(line)} for line in lines],
        "total": _line(_total(lines)),
        "today": {
            "usd": _usd(today.known),
            "set_aside_usd": _usd(today.reserved),
            "unknown_cost": today.unknown_calls,
            "counted_usd": _usd(today.counted),
            "cap_usd": None if cap is None else _usd(cap),
            "next_day": text_of(next_day(now)),
        },
        "prices_as_of": prices.as_of.isoformat(),
        "estimated_with": {"tokens_in": USUAL_TOKENS_IN, "tokens_out": USUAL_TOKENS_OUT},
        "one_picture_usd": {kind.value: _in_usd(one_picture(kind, features, prices)) for kind in DataType},
        "google_feature_usd": _in_usd(each_feature(features, prices)),
    }


def _line(line: CostLine) -> Story:
    return {
        "calls": line.calls,
        "failed": line.failed,
        "tokens_in": line.tokens_in,
        "tokens_out": line.tokens_out,
        "usd": _usd(line.micro_usd),
        "unknown_cost": line.unknown,
    }


def _total(lines: Sequence[CostLine]) -> CostLine:
    columns = ((one.calls, one.failed, one.tokens_in, one.tokens_out, one.micro_usd, one.unknown) for one in lines)
    return CostLine("total", *(sum(column) for column in zip((0,) * 6, *columns, strict=True)))


def _in_usd(costs: Mapping[str, int | None]) -> Story:
    return {who: None if cost is None else _usd(cost) for who, cost in costs.items()}


def _usd(micro: int) -> float:
    return micro / MICRO


def spent_on_day(session: Session, now: datetime) -> Spent:
    """Of the day up to now, in one statement, so that no call is seen in both places or in neither."""
    row, held = MediaAIUsage, MediaAIReservation
    today, cost = col(row.at) >= day_of(now), row.cost_micro_usd
    aside = select(func.coalesce(func.sum(held.micro_usd), 0))
    reserved = aside.where(col(held.expires_at) > now)
    unseen = aside.where(col(held.expires_at) <= now, col(held.expires_at) >= day_of(now))
    unknown = select(func.count()).where(today, col(cost).is_(None), col(row.reason).is_(None))
    sums = select(
        func.coalesce(func.sum(cost), 0) + unseen.scalar_subquery(),
        reserved.scalar_subquery(),
        unknown.scalar_subquery(),
        func.coalesce(func.max(cost), 0),
    )
    return Spent(*(int(one or 0) for one in session.exec(sums.where(today)).one()))


def costs_since(session: Session, since: datetime, by: CostBy) -> Sequence[CostLine]:
    """One line each, the dearest first; by day the latest first."""
    row, what = MediaAIUsage, _WHAT[by]
    cost = func.coalesce(func.sum(row.cost_micro_usd), 0)
    has_failed = col(row.reason).is_not(None)
    is_unknown = col(row.cost_micro_usd).is_(None) & col(row.reason).is_(None)
    lines = select(
        what,
        func.count(),
        func.sum(case((has_failed, 1), else_=0)),
        func.coalesce(func.sum(row.tokens_in), 0),
        func.coalesce(func.sum(row.tokens_out), 0),
        cost,
        func.sum(case((is_unknown, 1), else_=0)),
    )  # type: ignore[call-overload]
    order = [what.desc()] if by is CostBy.DAY else [cost.desc(), what]
    found = session.exec(lines.where(col(row.at) >= since).group_by(what).order_by(*order))
    return [CostLine(str(name), *(int(one) for one in sums)) for name, *sums in found]
