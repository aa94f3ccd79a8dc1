"""Many beside each other, or one alone."""

from __future__ import annotations

import threading
from collections.abc import Callable

from media_vm.company import Company

PATIENCE_SECONDS = 5


def test_one_who_is_alone_waits_for_the_others_and_keeps_newcomers_out() -> None:
    """In the order in which they came."""
    company, order = Company(), list[str]()
    first_is_in, first_may_go = threading.Event(), threading.Event()

    def first() -> None:
        with company.joined():
            order.append("first")
            first_is_in.set()
            first_may_go.wait(PATIENCE_SECONDS)

    def suspect() -> None:
        with company.joined(), company.left_by_the_others() as is_alone:
            order.append(f"alone: {is_alone}")

    def newcomer() -> None:
        with company.joined():
            order.append("newcomer")

    threads = [started(first)]
    first_is_in.wait(PATIENCE_SECONDS)
    threads.append(started(suspect))
    while not company.is_awaited:
        pass
    threads.append(started(newcomer))
    first_may_go.set()
    for one in threads:
        one.join(PATIENCE_SECONDS)

    assert ["first", "alone: True", "newcomer"] == order


def test_only_one_waits_to_be_alone() -> None:
    """The second is told so at once, and the first is alone as soon as the second has gone."""
    company, order = Company(), list[str]()

    def first() -> None:
        with company.joined(), company.left_by_the_others() as is_alone:
            order.append(f"first: {is_alone}")

    with company.joined():
        thread = started(first)
        while not company.is_awaited:
            pass
        with company.left_by_the_others() as is_alone:
            order.append(f"second: {is_alone}")
    thread.join(PATIENCE_SECONDS)

    assert ["second: False", "first: True"] == order


def test_many_may_be_there_together() -> None:
    """Nobody waits for anybody."""
    company = Company()
    with company.joined(), company.joined():
        assert not company.is_awaited


def test_who_was_alone_lets_others_in() -> None:
    """One after the other, as often as you like."""
    company = Company()
    for _ in range(2):
        with company.joined(), company.left_by_the_others() as is_alone:
            assert is_alone


def started(target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread
