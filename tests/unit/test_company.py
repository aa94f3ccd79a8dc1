"""Many beside each other, or one alone."""

from __future__ import annotations

import threading

from media_vm.company import Company


def test_one_who_is_alone_waits_for_the_others_and_keeps_newcomers_out() -> None:
    """In the order in which they came."""
    company, order = Company(), list[str]()
    first_is_in, first_may_go, alone_waits = threading.Event(), threading.Event(), threading.Event()

    def together(name: str) -> None:
        with company.kept(alone=False):
            order.append(name)
            if name == "first":
                first_is_in.set()
                first_may_go.wait(5)

    def alone() -> None:
        alone_waits.set()
        with company.kept(alone=True):
            order.append("alone")

    first = threading.Thread(target=together, args=("first",))
    first.start()
    first_is_in.wait(5)
    suspect = threading.Thread(target=alone)
    suspect.start()
    alone_waits.wait(5)
    while not company.is_awaited:
        pass
    newcomer = threading.Thread(target=together, args=("newcomer",))
    newcomer.start()
    first_may_go.set()
    for one in (first, suspect, newcomer):
        one.join(5)

    assert ["first", "alone", "newcomer"] == order


def test_many_may_be_there_together() -> None:
    """Nobody waits for anybody."""
    company = Company()
    with company.kept(alone=False), company.kept(alone=False):
        assert not company.is_awaited
