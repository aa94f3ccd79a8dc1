"""How often somebody may do something in a minute."""

from __future__ import annotations

from serve.counts import Budget, Counts, Refused


class Clock:
    """Seconds that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_budget_is_spent_and_comes_back_with_the_next_minute() -> None:
    """To the second that the refusal names; only the first refusal of a minute says that it is."""
    clock = Clock()
    budget = Budget(2, 10, clock)
    told = []
    for clock.now in (1000.0, 1010.5, 1020.5, 1059.9, 1060.0, 1060.0, 1060.0):
        told.append(budget.spend("a"))

    refused = [Refused(40, is_first=True), Refused(1, is_first=False), Refused(60, is_first=True)]
    assert [None, None, *refused[:2], None, None, refused[2]] == told


def test_each_has_a_budget_of_its_own() -> None:
    """What one spends is no other's loss."""
    budget = Budget(1, 10, Clock())

    assert [None, None, Refused(60, is_first=True)] == [budget.spend(who) for who in ("a", "b", "a")]


def test_a_budget_of_nothing_is_no_limit() -> None:
    """0 switches it off."""
    budget = Budget(0, 10, Clock())

    assert {None} == {budget.spend("a") for _ in range(1000)}


def test_a_flood_of_others_takes_no_more_memory() -> None:
    """The ones that were counted longest ago are forgotten; who goes on is not."""
    budget = Budget(2, 100, Clock())
    budget.spend("steady")
    for number in range(10_000):
        budget.spend(f"192.0.2.{number}")
        if number % 50 == 0:
            last = budget.spend("steady")

    assert last is not None
    assert 100 == budget._counts.reset()


def test_what_is_counted_can_be_asked_and_forgotten() -> None:
    """As every storage of the library's; a count ends with its window."""
    clock = Clock()
    counts = Counts(10, clock)

    assert (1, 3) == (counts.incr("a", 60), counts.incr("a", 60, 2))
    assert (3, 1060.0, True) == (counts.get("a"), counts.get_expiry("a"), counts.check())
    clock.now = 1060.0
    assert (0, 1060.0) == (counts.get("a"), counts.get_expiry("a"))
    counts.clear("a")
    assert 0 == counts.reset()
