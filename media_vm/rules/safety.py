"""What a page may do with a picture. In art, nudity is no fault; what nobody looked at is never allowed."""

from __future__ import annotations

import re
from dataclasses import replace

from media_vm.rules.analysis import Safety, Verdict
from media_vm.rules.findings import Likelihood, Provider, SafeSearch, Seen

SUSPECTED_INJECTION = "suspected_injection"
NEEDS_REVIEW = "needs_review"

_ART = re.compile(
    r"\b(?:art|arts|artwork|painting|drawing|sketch|sculpture|statue|carving|illustration|etching|engraving"
    r"|printmaking|lithograph|watercolou?r|portrait|mural|fresco)\b",
    re.IGNORECASE,
)
_SURE_LABEL = 0.6
_WORSE = (Verdict.ALLOW, Verdict.UNKNOWN, Verdict.MATURE, Verdict.REVIEW, Verdict.BLOCK)


def safety(seen: Seen | None, *, is_suspicious: bool) -> Safety:
    """By Google's SafeSearch, the only provider that looks. A suspected order to a model is looked at by a person,
    whatever was found: the answer may be the order's."""
    found = seen.safe_search if seen else None
    judged = _judged(found, is_art=_is_art(seen)) if seen and found else Safety()
    if not is_suspicious:
        return judged
    verdict = max(judged.verdict, Verdict.REVIEW, key=_WORSE.index)
    return replace(judged, verdict=verdict, flags=(*judged.flags, SUSPECTED_INJECTION))


def _judged(found: SafeSearch, *, is_art: bool) -> Safety:
    verdict = _verdict(found, is_art=is_art)
    is_doubtful = verdict is Verdict.REVIEW or found.adult >= Likelihood.LIKELY
    return Safety(
        verdict=verdict,
        source=Provider.GOOGLE.value,
        adult=found.adult,
        violence=found.violence,
        racy=found.racy,
        medical=found.medical,
        spoof=found.spoof,
        flags=(NEEDS_REVIEW,) if is_doubtful else (),
    )


def _verdict(found: SafeSearch, *, is_art: bool) -> Verdict:
    """The policy: a nude that is art is mature, one that is none is looked at, and so is blood. What is likely but
    not sure is mature. Medical and spoof decide nothing."""
    if found.violence is Likelihood.VERY_LIKELY or (found.adult is Likelihood.VERY_LIKELY and not is_art):
        return Verdict.REVIEW
    if found.adult >= Likelihood.LIKELY or found.violence is Likelihood.LIKELY:
        return Verdict.MATURE
    if found.racy is Likelihood.VERY_LIKELY:
        return Verdict.MATURE
    if Likelihood.UNKNOWN in (found.adult, found.violence, found.racy):
        return Verdict.UNKNOWN
    return Verdict.ALLOW


def _is_art(seen: Seen | None) -> bool:
    """By the labels of the same provider: a model's word may be the picture's own."""
    labels = seen.labels if seen else ()
    return any(one.confidence >= _SURE_LABEL and _ART.search(one.name) for one in labels)
