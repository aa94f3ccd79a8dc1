"""What begins anew: a round on other bytes, one that a person asked for, one of an item that is listed again."""

from __future__ import annotations

from dataclasses import replace

from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus


def fresh_round(checklist: Checklist) -> Checklist:
    """Other bytes arrived: what was made of the old ones, or is held against them, is void."""
    fresh = checklist.with_entry(Step.RESIZE_OPTIMIZE, StepStatus.PENDING, attempts=0)
    fresh = fresh.with_entry(Step.AI_VISUAL_ANALYSIS, StepStatus.PENDING, attempts=0)
    fresh = replace(fresh, remakes=None, ai_not_before=None, degraded=None)
    return replace(fresh, suspect=None, deaths=0, crash_deaths=0)


def renewed(checklist: Checklist) -> Checklist:
    """A failed item that somebody asked to retry begins anew, from its stored original if it has one. The request
    stands until the round ends (contract §5.5). A part of the variants that was asked for begins once; where
    variants are to be made anyway, all are."""
    if checklist.redo is Redo.RETRY and checklist.has_failed:
        again = replace(begun_anew(checklist), heal_rounds=0, ai_rounds=0)
        return replace(again, last_error=None, last_error_step=None)  # a lost original is fetched again, too
    if not (checklist.redoes_variants and checklist.has_variants) or checklist.running is not None:
        return checklist
    if checklist[Step.RESIZE_OPTIMIZE].status is not StepStatus.PENDING:
        again = checklist.with_entry(Step.RESIZE_OPTIMIZE, StepStatus.PENDING, attempts=0)
        return replace(again, not_before=None, remakes=checklist.redo)
    return checklist if checklist.remakes is checklist.redo else replace(checklist, remakes=None)


def begun_anew(checklist: Checklist) -> Checklist:
    """Every step that is not completed has its attempts again, and what was held against the bytes is void."""
    for step in (Step.RETRIEVE_FILE, Step.AI_VISUAL_ANALYSIS, Step.RESIZE_OPTIMIZE):
        if checklist[step].status is not StepStatus.COMPLETED:
            checklist = checklist.with_entry(step, StepStatus.PENDING, attempts=0)
    fresh = replace(checklist, not_before=None, ai_not_before=None, absent_since=None, looks=0)
    fresh = replace(fresh, heal_at=None, ai_heal_at=None, worker_deaths=0, remakes=None, from_kept=False)
    return replace(fresh, suspect=None, deaths=0, crash_deaths=0, outage_turn=0, outage_party=None)
