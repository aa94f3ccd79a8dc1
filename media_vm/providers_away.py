"""AI providers that are away: each holds back only what is left for it alone to say (contract §5.3, §5.4).

Google is one choice, the models are another, of which the first that answers is heard. A picture is asked about
while any choice that it lacks has somebody there; who is away is passed over, or tried when its time has come.
What then still lacks waits for the first of them to be tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from media_vm.errors import Misconfigured, ProviderDown, StepFailed, most_telling
from media_vm.outage import as_outage, over
from media_vm.ports import World
from media_vm.rules.asking import Choice, lacking
from media_vm.rules.checklist import Step
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.findings import Provider
from media_vm.rules.outages import AWAY, PARTY_OF, Outage, is_paid_answer, turn
from media_vm.values import Described
from media_vm.walk import Walk

Away = Mapping[Provider, Outage]
_STEP = Step.AI_VISUAL_ANALYSIS


def nobody_to_ask(walk: Walk, step: Step, world: World) -> tuple[Failure, datetime] | None:
    """What the analysis waits for, and until when; None if somebody is to be asked, as a probe perhaps.
    `walk.away` says who is not."""
    away = _away(world) if step is _STEP else {}
    set_up = {provider for choice in world.vision.choices for provider in choice}
    for provider in away.keys() - set_up:  # nobody misses who is set up no more
        over(PARTY_OF[provider], world)
    if not set_up & away.keys():
        return None
    lacks = lacking(world.vision.choices, world.store.analysis(walk.media.id))
    for choice in world.vision.choices:
        if choice not in lacks and not away.keys() >= set(choice):  # its answer is kept; whoever is there has it
            walk.away |= {one: away[one] for one in choice if one in away}
    held = [_is_held(walk, choice, away, world) for choice in lacks]
    if not held or not all(held):
        return None
    soonest = _soonest(walk, [provider for choice in lacks for provider in choice])
    return _waiting(soonest).failure, turn(soonest.until, walk.media.checklist.outage_turn)


def unanswered(walk: Walk, described: Described, world: World) -> StepFailed | None:
    """What the step still lacks, as the failure that says most about what to do; None: nothing. Who answered is
    back, and everybody learns who else is away."""
    failed = {PARTY_OF[one.provider] for one in described.failures if one.provider}
    for party in walk.probing & {PARTY_OF[one] for one in described.asked} - failed:
        over(party, world)
        walk.probing.discard(party)
    if described.failures and described.told and described.told.provider in described.asked:
        over(PARTY_OF[described.told.provider], world)  # it stands behind who failed, and was no probe
    mine = list(described.unanswered)
    for choice in world.vision.choices:
        if walk.away.keys() >= set(choice):
            soonest = _soonest(walk, choice)
            walk.waits_for.append(soonest)
            mine.append(_waiting(soonest))
    telling = _telling(mine)
    for other in described.failures:
        if other is not telling:
            _, outage = as_outage(walk, _STEP, other.failure, world)
            walk.waits_for += [outage] if outage and other in mine else []
    return telling


def _telling(lacking: list[StepFailed]) -> StepFailed | None:
    """What spends the picture's attempt, before what waits and spends none: else who does not take it is asked,
    and paid, each time that somebody else may be back."""
    own = [one for one in lacking if one.kind not in AWAY]
    answers = [one for one in own if is_paid_answer(one.failure)]
    return most_telling(answers or own or lacking) if lacking else None


def _away(world: World) -> dict[Provider, Outage]:
    open_ = {outage.party: outage for outage in world.outages.open()}
    return {provider: open_[party] for provider, party in PARTY_OF.items() if party in open_}


def _is_held(walk: Walk, choice: Choice, away: Away, world: World) -> bool:
    """Is nobody of it to be asked? The first who is there, or may be tried as the probe, will be; of those
    behind, who is away is passed over."""
    is_held = True
    for provider in choice:
        if provider not in away:
            is_held = False
            continue
        party = PARTY_OF[provider]
        if not is_held and away[provider].until <= walk.now():
            continue  # its time has come: it is asked if those before it fail
        come_again = world.outages.admit(party) if is_held else away[provider].until
        if come_again is None:
            walk.probing.add(party)
            is_held = False
        else:
            turn_of_its_own = walk.media.checklist.outage_turn
            walk.away[provider] = replace(away[provider], until=come_again, failures=turn_of_its_own)
    return is_held


def _soonest(walk: Walk, providers: Choice | list[Provider]) -> Outage:
    """Of those passed over, who is tried first."""
    return min((walk.away[one] for one in providers), key=lambda one: one.until)


def _waiting(outage: Outage) -> StepFailed:
    """What passed it over means for an item: as if it had been asked."""
    detail = f"waits for {outage.party.value}, away since {outage.since:%Y-%m-%d %H:%M:%S} UTC"
    kind = Misconfigured if outage.kind is Kind.MISCONFIGURED else ProviderDown
    waiting = kind(outage.reason, detail)
    waiting.provider = Provider(outage.party.value)
    return waiting
