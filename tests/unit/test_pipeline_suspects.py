"""Items that went down with a worker twice: one at a time in each worker, and nothing else at risk beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from media_vm.pipeline import run_cycle
from media_vm.rules.checklist import DEATHS_THAT_ISOLATE
from media_vm.testing import memory_parts, picture
from media_vm.values import Rendering, RenderRequest

ITEMS = range(1, 5)


def test_a_suspect_that_is_walked_is_all_that_its_worker_holds() -> None:
    """Else those that wait for their turn would go down with it, and be suspected all the more."""
    parts = memory_parts()
    world = replace(parts.world, items_in_flight=len(ITEMS))
    for number in ITEMS:
        parts.api.upload(number, f"{number}.jpg", picture(width=900 + number), user_id=number)
    world.store.remember(parts.api.pending(), world.store.now())
    for row in parts.database.rows.values():
        suspected = replace(row.media.checklist, worker_deaths=DEATHS_THAT_ISOLATE)
        row.media = replace(row.media, checklist=suspected)
    held, render = list[int](), parts.pixels.render

    def counted(source: Path, into: Path, request: RenderRequest) -> Rendering:
        held.append(sum(row.expires_at is not None for row in parts.database.rows.values()))
        return render(source, into, request)

    parts.pixels.render = counted  # type: ignore[method-assign]
    for _ in ITEMS:
        parts.clock.advance(run_cycle(world))

    assert [1] * len(ITEMS) == held
    assert len(ITEMS) == len(parts.api.sent)
