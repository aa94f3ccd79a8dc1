"""What a page may do with a picture."""

from __future__ import annotations

import pytest

from media_vm.rules.analysis import Safety, Verdict
from media_vm.rules.findings import Likelihood, SafeSearch, Seen, Thing
from media_vm.rules.safety import safety
from tests.said import SEEN, seen

U, NO, MAYBE, LIKELY, SURE = (Likelihood(number) for number in (0, 1, 3, 4, 5))
ART, HOUSE = (Thing("Oil painting", 0.9),), (Thing("House", 0.9), Thing("Art", 0.4), Thing("Party", 0.9))


@pytest.mark.parametrize(
    ("adult", "violence", "racy", "labels", "verdict", "flags"),
    [
        (NO, NO, NO, HOUSE, Verdict.ALLOW, ()),
        (MAYBE, MAYBE, LIKELY, HOUSE, Verdict.ALLOW, ()),
        (LIKELY, NO, NO, HOUSE, Verdict.MATURE, ("needs_review",)),
        (LIKELY, NO, NO, ART, Verdict.MATURE, ("needs_review",)),
        (SURE, NO, SURE, HOUSE, Verdict.REVIEW, ("needs_review",)),
        (SURE, NO, SURE, (), Verdict.REVIEW, ("needs_review",)),
        (SURE, NO, SURE, ART, Verdict.MATURE, ("needs_review",)),
        (NO, LIKELY, NO, ART, Verdict.MATURE, ()),
        (NO, SURE, NO, ART, Verdict.REVIEW, ("needs_review",)),
        (NO, NO, SURE, HOUSE, Verdict.MATURE, ()),
        (U, NO, NO, HOUSE, Verdict.UNKNOWN, ()),
        (NO, U, NO, HOUSE, Verdict.UNKNOWN, ()),
        (NO, NO, U, HOUSE, Verdict.UNKNOWN, ()),
        (U, SURE, U, HOUSE, Verdict.REVIEW, ("needs_review",)),
        (U, U, SURE, HOUSE, Verdict.MATURE, ()),
    ],
)
def test_the_policy(
    adult: Likelihood,
    violence: Likelihood,
    racy: Likelihood,
    labels: tuple[Thing, ...],
    verdict: Verdict,
    flags: tuple[str, ...],
) -> None:
    """A nude in art is mature; one in no art, and blood, is looked at; what is not known is not allowed."""
    found = SafeSearch(adult, violence, racy, LIKELY, SURE)
    judged = safety(seen(labels=labels, safe_search=found), is_suspicious=False)

    assert Safety(verdict, "google", adult, violence, racy, LIKELY, SURE, flags) == judged


@pytest.mark.parametrize("google", [None, Seen(), Seen(labels=ART)])
def test_nothing_is_allowed_that_nobody_looked_at(google: Seen | None) -> None:
    """Without a SafeSearch the verdict is unknown, and names no source."""
    assert Safety() == safety(google, is_suspicious=False)
    assert (Verdict.UNKNOWN, None) == (Safety().verdict, Safety().source)


@pytest.mark.parametrize("google", [None, SEEN, seen(safe_search=SafeSearch(LIKELY, NO, NO))])
def test_a_suspicion_is_looked_at(google: Seen | None) -> None:
    """Whatever was found: it may be what the picture ordered."""
    judged = safety(google, is_suspicious=True)

    assert (Verdict.REVIEW, "suspected_injection") == (judged.verdict, judged.flags[-1])


def test_nothing_is_blocked_by_itself() -> None:
    """That is an operator's word, whatever is seen."""
    kinds = [SafeSearch(a, v, r) for a in Likelihood for v in Likelihood for r in Likelihood]
    found = {
        safety(seen(safe_search=one), is_suspicious=doubt).verdict for one in kinds for doubt in (True, False)
    }

    assert {Verdict.UNKNOWN, Verdict.ALLOW, Verdict.MATURE, Verdict.REVIEW} == found
