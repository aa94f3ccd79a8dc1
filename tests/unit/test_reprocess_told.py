"""How long, why, how far, and with what settings: what is told of pictures that are made again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.reprocess_ports import Progress, Trouble
from media_vm.rules.checklist import Checklist, Redo, Step
from media_vm.rules.pictures import DataType, Remover
from media_vm.rules.quality import Aims
from media_vm.rules.recipes import recipe_of
from media_vm.rules.remake_estimate import USUAL_SECONDS, Estimate, estimate
from media_vm.rules.remaking import remaking_body
from media_vm.rules.reprocessing import Remake, RequestState, begun
from media_vm.told_reprocessing import progress_json, tell_progress
from tests.checklists import COMPLETED, NOW, PENDING, columns

RESIZE, ANALYSIS = Step.RESIZE_OPTIMIZE, Step.AI_VISUAL_ANALYSIS
LIVE = replace(columns(COMPLETED, COMPLETED, COMPLETED, COMPLETED), has_variants=True)
VARIANTS, DESCRIBED = (Remake(frozenset({step})) for step in (RESIZE, ANALYSIS))


def test_an_estimate_is_by_what_was_measured() -> None:
    """The middle of each type; of a type without any that of all, and without any at all the usual time."""
    kinds = Counter({DataType.LOGO: 2, DataType.EVENT: 1})

    assert Estimate(3 * USUAL_SECONDS, 0) == estimate(kinds, {})
    assert Estimate(2 * 10.0 + 1.0, 4) == estimate(
        kinds, {DataType.LOGO: [10.0, 90.0, 9.0], DataType.EVENT: [1.0]}
    )
    assert Estimate(3 * 5.0, 1) == estimate(kinds, {DataType.PRODUCT: [5.0]})


def test_other_settings_are_another_recipe() -> None:
    """And so is another encoder; it fits its column."""
    aims, others = Aims(), Aims(photos=80.0)
    recipes = [
        recipe_of(aims, Remover.PLAIN, 100, "vips 8.18.7"),
        recipe_of(others, Remover.PLAIN, 100, "vips 8.18.7"),
        recipe_of(aims, Remover.OFF, 100, "vips 8.18.7"),
        recipe_of(aims, Remover.PLAIN, 0, "vips 8.18.7"),
        recipe_of(aims, Remover.PLAIN, 100, "vips 9" + "9" * 99),
    ]
    assert "1 q72 g84 plain a100 vips 8.18.7" == recipes[0]
    assert (5, 64) == (len(set(recipes)), max(map(len, recipes)))


@pytest.mark.parametrize(
    ("checklist", "asked", "waits", "expected"),
    [
        (LIVE, None, False, None),
        (columns(COMPLETED, COMPLETED, PENDING), None, False, None),
        (LIVE.with_entry(ANALYSIS, PENDING), None, False, None),
        (LIVE, VARIANTS, True, ("waiting", "waits for its turn, behind every upload")),
        (begun(LIVE, VARIANTS), VARIANTS, False, ("due", "asked for by media-vm reprocess")),
        (begun(LIVE, DESCRIBED), DESCRIBED, False, ("due", "asked for by media-vm reprocess")),
        (
            replace(LIVE.with_entry(RESIZE, PENDING, 1), running=RESIZE, remakes=Redo.CROPS),
            None,
            False,
            ("running", "around a new focal point"),
        ),
        (LIVE.with_entry(RESIZE, PENDING), None, False, ("due", "files of it were missing or altered")),
        (
            LIVE.with_entry(Step.RETRIEVE_FILE, PENDING),
            None,
            False,
            ("due", "its original was missing or altered, and is fetched once more"),
        ),
        (
            replace(LIVE, redo=Redo.FACE),
            None,
            False,
            ("waiting", "a logo's face without background was asked for"),
        ),
    ],
)
def test_why_a_live_picture_is_made_again(
    checklist: Checklist, asked: Remake | None, waits: bool, expected: tuple[str, str] | None
) -> None:
    """What makes it completed is one thing, what is done to it another."""
    told = remaking_body(checklist, asked, NOW, waits=waits)

    assert expected == (told and (told["state"], told["why"]))


def test_how_far_the_queue_is_is_told() -> None:
    """With an estimate by the pace so far, and what came to nothing."""
    numbers = dict.fromkeys(RequestState, 1) | {RequestState.DONE: 4, RequestState.WAITING: 5}
    trouble = Trouble(7, RequestState.FAILED, "permanent: too_complex")
    story = progress_json(Progress(NOW, numbers, NOW, NOW - timedelta(minutes=6), (trouble,)))

    assert (12, 360.0) == (story["total"], story["seconds_left"])
    assert [
        "4 of 12 made again, 1 failed, 1 left, 1 under way, 5 wait; about 6 min left",
        "  failed: media 7: permanent: too_complex",
        "  and 1 more",
    ] == tell_progress(story).splitlines()
    assert None is progress_json(Progress(NOW, {RequestState.WAITING: 2}))["seconds_left"]
