"""Did everything end as it should? Asked of the main API's ledger, the database and the disk, not of our logs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.ledger_api import LedgerAPI
from tests.faults.sight import (
    ASKED_AGAIN,
    BURNT,
    CLAIMABLE_WHILE_RUNNING,
    FAILURES,
    NOT_AT_REST,
    NOT_COMPLETED,
    NOT_POLISHED,
    PROMISED,
    QUARANTINED,
    UNEXPECTED,
    VANISHED,
    Sight,
    sight_of,
)
from tests.faults.waiting import until_none_is_left
from tests.faults.workers import Place, start, stop


@dataclass
class Verdict:
    """What was wrong, all zero when nothing was; and what it cost, which each misfortune may bound.

    items: how many there were. burnt: attempts beyond the first of each step; may_burn: how many of them the
    misfortune explains, None: any. running: was an item seen that anybody could claim while an attempt of it
    counted as under way? vanished: items freed of a dead worker's lease. put_off: items that waited for an hour,
    which was let pass. failures: events of failed attempts, by kind. held: leases that each killed worker held.
    """

    items: int = 0
    lost: int = 0
    stuck: int = 0
    quarantined: int = 0
    doubled: int = 0
    out_of_order: int = 0
    damaged: int = 0
    running: int = 0
    burnt: int = 0
    may_burn: int | None = 0
    vanished: int = 0
    put_off: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    held: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing lost, stuck, condemned, told twice, damaged, or paid for by those who are not to blame."""
        wrong = (
            self.lost,
            self.stuck,
            self.quarantined,
            self.doubled,
            self.out_of_order,
            self.damaged,
            self.running,
        )
        is_dear = self.may_burn is not None and self.burnt > self.may_burn
        return not any(wrong) and not is_dear and not self.notes


def converged(place: Place, api: LedgerAPI, *, may_burn: int | None = 0) -> Verdict:
    """Let one undisturbed worker bring everything to its end, then judge. Once nothing is left but items that are
    tried once an hour, that hour is let pass, once for each."""
    worker, polls, running, put_off = start(place), api.calls["poll"], [0], set[int]()
    under_way = NOT_POLISHED if place.polishes else NOT_AT_REST
    with sight_of(place.database) as sight:

        def left() -> int:
            running[0] = max(running[0], sight.count(CLAIMABLE_WHILE_RUNNING))
            waiting = sight.put_off() - put_off
            if waiting and len(waiting) == sight.count(NOT_AT_REST):
                sight.let_the_hour_pass(waiting)
                put_off.update(waiting)
            is_unasked = api.calls["poll"] <= polls
            return is_unasked + len(api.unfinished()) + sight.count(under_way) + sight.count(ASKED_AGAIN)

        is_over = until_none_is_left(left)
        code = stop(worker)
        verdict = judge(sight, place.storage, api)
        if not is_over:
            verdict.notes.append(f"{left()} still under way, polish included")
    verdict.running, verdict.put_off, verdict.may_burn = running[0], len(put_off), may_burn
    if code != 0:
        verdict.notes.append(f"the worker that was asked to end did so with {code}")
    return verdict


def judge(sight: Sight, storage: Path, api: LedgerAPI) -> Verdict:
    """The state as it is now."""
    verdict = Verdict(
        items=len(api.items),
        lost=len(api.unfinished()) + len(api.wrongly_ended()) + sight.count(NOT_COMPLETED),
        stuck=sight.count(NOT_AT_REST),
        quarantined=sight.count(QUARANTINED),
        doubled=len(api.doubled()),
        out_of_order=len(api.out_of_order()),
        damaged=damaged(sight, storage),
        burnt=sight.count(BURNT),
        vanished=sight.count(VANISHED),
        failures={str(kind): int(times) for kind, times in sight.rows(FAILURES)},
    )
    if api.foreign_keys:
        verdict.notes.append(f"{api.foreign_keys} calls without the right key")
    if bugs := sight.count(UNEXPECTED):
        verdict.notes.append(f"{bugs} steps broke in a way that nobody foresaw")
    return verdict


def damaged(sight: Sight, storage: Path) -> int:
    """Files that a row promises and that are not there, byte for byte."""
    return sum(not _is_sound(storage / path, sha256) for path, sha256 in sight.rows(PROMISED))


def _is_sound(path: Path, sha256: str) -> bool:
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
