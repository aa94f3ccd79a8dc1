"""Two workers, one database, and everything in any order: what holds after each step, whatever came before it.

The pipeline's own functions are called one attempt at a time, so that two walks can be interleaved, abandoned and
taken up again too late. What the world answers is drawn; the database is real, or the one in memory.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from media_vm import pipeline, poll
from media_vm import walk as walking
from media_vm.adapters.readings import Readings
from media_vm.errors import (
    ChildDied,
    GiveUp,
    LeaseLost,
    Misconfigured,
    NoRoom,
    NotThere,
    ProviderDown,
    StepFailed,
    TooSlow,
    TryAgain,
)
from media_vm.ports import World
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.checklist import Finished, GaveUp, Run, Step, StepStatus, Wait, decide
from media_vm.rules.pictures import FocalPoint
from media_vm.testing import picture
from media_vm.values import Answer, Outcome
from media_vm.walk import Walk
from tests.faults.simulated import DAY, HOUR, MINUTE, SECOND, Simulated
from tests.faults.snapshots import Seen, empty, everything, seen

IDS = range(1, 5)
TROUBLES: dict[str, StepFailed | None] = {
    "none": None,
    "permanent": GiveUp("truncated", "the picture's data ends early"),
    "absent": NotThere("temp_file_missing", "the temp file answers 404"),
    "transient": TryAgain("refused", "it answers 500"),
    "timeout": TooSlow("too_slow", "its deadline passed"),
    "local_resource": NoRoom("memory", "no memory"),
    "outage": ProviderDown("unreachable", "it cannot be reached"),
    "misconfigured": Misconfigured("key_refused", "it answers 401"),
    "death": ChildDied("crashed", "the child died", crash_signal=True),
}
# A failure that blames the bytes has them fetched again; bytes that arrive make all the rest anew.
REOPENS = {"permanent", "death"}
MOST_TURNS = 20  # of a walk, while no time passes
SPANS = (SECOND, MINUTE, 2 * MINUTE, HOUR, DAY)


class StoreMachine(RuleBasedStateMachine):
    """world: what a subclass runs in. walks: of either worker. stale: abandoned ones, some without their token."""

    world: ClassVar[Simulated]

    def __init__(self) -> None:
        super().__init__()
        self.sim = sim = self.world
        self.worlds = [replace(sim.world, worker=f"worker-{number}") for number in (1, 2)]
        self.walks: list[tuple[World, Walk]] = []
        self.stale: list[tuple[World, Walk]] = []
        self.calls: list[tuple[EventKind, int]] = []
        self.before: dict[int, Seen] = {}
        self.may_reopen: set[Step] = set()
        self.send, sim.parts.api.send = sim.parts.api.send, self._send  # type: ignore[method-assign]

    @initialize()
    def begin(self) -> None:
        """Two pictures are known."""
        empty(self.sim)
        for number in (1, 2):
            self.sim.parts.api.upload(number, f"{number}.jpg", picture(width=900 + number), user_id=number)
        poll.remember_pending(self.worlds[0])

    @rule(
        listed=st.sets(st.sampled_from(IDS)),
        is_whole=st.booleans(),
        trouble=st.sampled_from(["none"] * 3 + list(TROUBLES)),
    )
    def poll(self, listed: set[int], is_whole: bool, trouble: str) -> None:
        """New ids, known ones, and such as are listed no more; or the poll itself fails."""
        api = self.sim.parts.api
        api.listed = []
        for number in sorted(listed):
            api.upload(number, f"{number}.jpg", picture(width=900 + number), user_id=number % 2)
        self.may_reopen = set(Step)
        if is_whole:
            api.down = TROUBLES[trouble] if trouble in ("outage", "misconfigured") else None
            poll.remember_pending(self.worlds[0])
            api.down = None
        else:
            store = self.worlds[0].store
            store.remember(replace(api.pending(), is_whole=False), store.now())

    @rule(worker=st.sampled_from([0, 1]))
    def claim(self, worker: int) -> None:
        """Nobody gets what another holds, or what is not due."""
        world, held = self.worlds[worker], seen(self.sim)
        claim = world.leases.claim(world.worker)
        due = [one for one in held.values() if one.due_at and one.due_at <= world.store.now()]
        assert (claim is not None) == bool(due), "something is due, or nothing is"
        if claim is None:
            return
        was = held[claim.media.id]
        assert was.expires_at is None and was in due, "it was nobody's, and due"
        if was.checklist.redo:
            self.may_reopen = set(Step)
        incoming = world.files.incoming(claim.token)
        walk = Walk(claim, claim.media, incoming, world.clock(), world)
        walk.fingerprint = f"sha256:{claim.media.original.sha256}" if claim.media.original else None
        self.walks.append((world, walk))

    @precondition(lambda self: self.walks)
    @rule(number=st.integers(0, 9), trouble=st.sampled_from(["none"] * 6 + list(TROUBLES)))
    def go_on(self, number: int, trouble: str) -> None:
        """One walk does what is to be done next, and it ends in some way."""
        number %= len(self.walks)
        world, walk = self.walks[number]
        self._prepare(walk, TROUBLES[trouble])
        step = walk.media.checklist.running
        if trouble in REOPENS or step is Step.RETRIEVE_FILE:
            self.may_reopen = set(Step)
        elif step is Step.UPDATE_CALLBACK or walk.media.checklist.has_variants:
            self.may_reopen = {Step.UPDATE_CALLBACK}
        try:
            if self._advance(walk, world):
                del self.walks[number]
        except LeaseLost:
            assert not self._is_ours(walk), "who holds it may write"
            del self.walks[number]

    @precondition(lambda self: self.walks)
    @rule(number=st.integers(0, 9))
    def vanish(self, number: int) -> None:
        """It says nothing any more; it may wake up later."""
        self.stale.append(self.walks.pop(number % len(self.walks)))

    @precondition(lambda self: self.walks)
    @rule(number=st.integers(0, 9))
    def die(self, number: int) -> None:
        """It vanishes, and is found out."""
        self.vanish(number)
        self.pass_time(2 * MINUTE)
        self.free()

    @rule(trouble=st.sampled_from(list(TROUBLES)), worker=st.sampled_from([0, 1]), times=st.integers(2, 4))
    def persist(self, trouble: str, worker: int, times: int) -> None:
        """The same trouble, whoever is tried, whenever it is; each attempt as if it were a rule of its own."""
        for _ in range(times):
            self.claim(worker)
            self.is_sound()
            for _ in range(MOST_TURNS * len(self.walks)):
                if self.walks:
                    self.go_on(len(self.walks) - 1, trouble)
                    self.is_sound()
            assert not self.walks, "a walk that never lets go"
            self.pass_time(HOUR)

    @precondition(lambda self: self.walks)
    @rule(number=st.integers(0, 9))
    def renew(self, number: int) -> None:
        """A heartbeat."""
        world, walk = self.walks[number % len(self.walks)]
        is_ours = self._is_ours(walk)
        try:
            world.leases.renew(walk.claim)
            assert is_ours
        except LeaseLost:
            assert not is_ours

    @precondition(lambda self: any(not self._is_ours(walk, self.before) for _, walk in self.stale))
    @rule(number=st.integers(0, 9), what=st.sampled_from(["record", "renew", "release", "keep_own"]))
    def wake_too_late(self, number: int, what: str) -> None:
        """Whose token is another's by now writes nothing."""
        lost = [one for one in self.stale if not self._is_ours(one[1], self.before)]
        world, walk = lost[number % len(lost)]
        before = everything(self.sim)
        try:
            self._write(world, walk, what)
        except LeaseLost:
            assert before == everything(self.sim), "a lost token writes nothing"
            return
        raise AssertionError(f"{what} with a lost token")

    @rule(span=st.sampled_from(SPANS))
    def pass_time(self, span: timedelta) -> None:
        """Leases expire, waits end."""
        self.sim.parts.clock.advance(span)

    @rule()
    def free(self) -> None:
        """Anyone frees what was held by the dead: those past their expiry, and no others."""
        before, now = seen(self.sim), self.worlds[0].store.now()
        freed = self.worlds[0].leases.free_expired(1.0)
        assert freed == sum(one.expires_at is not None and one.expires_at <= now for one in before.values())

    @rule()
    def heal(self) -> None:
        """A further round for some."""
        self.may_reopen = set(Step)
        self.worlds[1].store.heal()

    @precondition(lambda self: self.sim.engine is not None)
    @rule(number=st.sampled_from(IDS), what=st.sampled_from(["retry", "crops"]))
    def ask(self, number: int, what: str) -> None:
        """Serve asks for a fresh round, or for new crops."""
        assert self.sim.engine is not None
        readings = Readings(self.sim.engine)
        if what == "retry":
            readings.retry(number)
        else:
            items = sorted(seen(self.sim))
            assume(items)
            readings.refocus(items[number % len(items)], FocalPoint(0.2, 0.2))

    @invariant()
    def is_sound(self) -> None:
        """What holds always."""
        now_seen = seen(self.sim)
        for media_id, one in now_seen.items():
            self._check(one)
            if media_id in self.before:
                self._went_not_back(self.before[media_id], one)
        assert len({walk.claim.token for _, walk in self.walks}) == len(self.walks)
        holders = [walk.media.id for _, walk in self.walks + self.stale if self._is_ours(walk, now_seen)]
        assert len(holders) == len(set(holders)), "no two live claims on one item"
        self.before, self.may_reopen = now_seen, set()

    @invariant()
    def no_cleanup_after_a_complete(self) -> None:
        """Once it was sent, whatever the answer."""
        told: set[int] = set()
        for kind, pending_id in self.calls:
            assert kind is not EventKind.CLEANUP or pending_id not in told
            if kind is not EventKind.CLEANUP:
                told.add(pending_id)

    def teardown(self) -> None:
        """In a healthy world everything ends: completed, or failed with a reason that a person can read."""
        self._prepare(None, None)
        world = self.worlds[0]
        for path in self.sim.parts.api.temp_files:
            self.sim.parts.api.temp_files[path] = picture(width=1000 + len(path))
        for _ in range(60):
            rest = pipeline.run_cycle(world)
            self.sim.parts.clock.advance(max(rest, SECOND))
            if world.leases.next_due() is None and not any(_heals(one) for one in seen(self.sim).values()):
                break
        else:
            self.sim.parts.clock.advance(DAY)
            pipeline.run_cycle(world)
        self.sim.parts.api.send = self.send  # type: ignore[method-assign]
        for one in seen(self.sim).values():
            assert one.expires_at is None and one.due_at is None, "not at rest"
            failed = [step for step in Step if one.has(step) is StepStatus.FAILED]
            done = [step for step in Step if one.has(step) is StepStatus.COMPLETED]
            assert len(done) == len(Step) or one.checklist.last_error is not None or not failed, one
            assert len(done) == len(Step) or failed or one.checklist.is_forgotten, one

    def _check(self, one: Seen) -> None:
        checklist = one.checklist
        assert one.expires_at is None or one.due_at is None, "held, and due for others"
        assert one.expires_at is not None or checklist.running is None, "nobody's, and an attempt under way"
        if one.expires_at is None and one.due_at is None:
            later = self.worlds[0].store.now() + 365 * DAY
            assert isinstance(decide(checklist, later, self.sim.world.policy), Finished), "stuck"
        for step in (Step.RETRIEVE_FILE, Step.AI_VISUAL_ANALYSIS, Step.RESIZE_OPTIMIZE):
            assert checklist[step].attempts <= self.sim.world.policy.max_attempts

    def _went_not_back(self, before: Seen, after: Seen) -> None:
        for step in set(Step) - self.may_reopen:
            if before.has(step) is StepStatus.COMPLETED:
                assert after.has(step) is StepStatus.COMPLETED, f"{step} went back"

    def _is_ours(self, walk: Walk, now_seen: dict[int, Seen] | None = None) -> bool:
        row = (now_seen or seen(self.sim))[walk.media.id]
        return row.token == walk.claim.token

    def _prepare(self, walk: Walk | None, trouble: StepFailed | None) -> None:
        """The next call of whatever the walk does next ends so."""
        parts, troubles = self.sim.parts, [trouble] if trouble else []
        step = walk.media.checklist.running if walk else None
        parts.pixels.troubles = troubles if step is Step.RESIZE_OPTIMIZE else []
        parts.vision.troubles = troubles if step is Step.AI_VISUAL_ANALYSIS else []
        parts.api.answers = troubles if step is Step.UPDATE_CALLBACK else []
        if walk and step is Step.RETRIEVE_FILE:
            parts.api.temp_files[walk.media.image_path] = trouble or picture(width=1000 + walk.media.id)

    @staticmethod
    def _advance(walk: Walk, world: World) -> bool:
        """One turn of `pipeline.advance`; True when the walk let go."""
        checklist = walk.media.checklist
        match decide(checklist, walk.now(), world.policy):
            case Run(step) if step is checklist.running:
                pipeline.attempt(walk, step, world)
                return False
            case GaveUp(step):
                pipeline.give_up(walk, step, world)
                return False
            case Wait(until):
                walking.let_go(walk, until, world)
            case Finished():
                walking.let_go(walk, None, world)
            case Run():
                walking.let_go(walk, walk.now(), world)
        return True

    @staticmethod
    def _write(world: World, walk: Walk, what: str) -> None:
        media = walk.media
        if what == "record":
            world.store.record(walk.claim, media.checklist, Outcome(Step.RETRIEVE_FILE))
        elif what == "renew":
            world.leases.renew(walk.claim)
        elif what == "release":
            world.leases.release(walk.claim, None)
        elif media.original:
            world.store.keep_own(walk.claim, media.original)
        else:
            raise LeaseLost("nothing to keep")

    def _send(self, event: Event, request_id: str) -> Answer:
        self.calls.append((event.kind, event.pending_id))
        return self.send(event, request_id)


def _heals(one: Seen) -> bool:
    return one.checklist.heal_at is not None or one.checklist.ai_heal_at is not None
