"""What a simulated world's database holds of every item, between two steps of a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, select

from media_vm.adapters.leases import oldest_open
from media_vm.adapters.rows import checklist_of, news_of
from media_vm.adapters.tables import ProcessingChecklist
from media_vm.rules.checklist import Checklist, Step, StepStatus
from tests.faults.sight import Sight
from tests.faults.simulated import Simulated

TABLES = (
    "media_events",
    "media_callbacks",
    "media_variants",
    "media_ai_analysis",
    "processing_checklist",
    "media_files",
    "media_marks",
    "media_outages",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One item."""

    checklist: Checklist
    token: str | None
    due_at: datetime | None
    expires_at: datetime | None

    def has(self, step: Step) -> StepStatus:
        """That step's column."""
        return self.checklist[step].status


def seen(sim: Simulated) -> dict[int, Seen]:
    """Every item by our id."""
    if sim.engine is None:
        rows = sim.parts.database.rows.items()
        return {one: Seen(row.checklist(), row.token, row.due_at, row.expires_at) for one, row in rows}
    with Session(sim.engine) as session:
        return {
            row.media_id: Seen(
                checklist_of(row, news_of(oldest_open(session, row.media_id))),
                row.lease_token,
                row.due_at,
                row.lease_expires_at,
            )
            for row in session.exec(select(ProcessingChecklist)).all()
        }


def everything(sim: Simulated) -> object:
    """All that is known of all items, to be compared."""
    if sim.engine is None:
        return repr(sorted(sim.parts.database.rows.items()))
    return Sight(sim.engine).everything()


def empty(sim: Simulated) -> None:
    """As when nothing had ever happened, but for the time."""
    sim.parts.api.listed, sim.parts.api.temp_files, sim.parts.api.sent = [], {}, []
    sim.parts.api.answers, sim.parts.pixels.troubles, sim.parts.vision.troubles = [], [], []
    if sim.engine is None:
        sim.parts.database.rows.clear()
        sim.parts.database._marks.clear()
        sim.parts.outages._open.clear()
        return
    with sim.engine.begin() as connection:
        for table in TABLES:
            connection.execute(text(f"DELETE FROM {table}"))
