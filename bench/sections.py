"""The figures one after the other, so that none disturbs another, and how far the run has come."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bench.comparison import Comparison, NotMeasured
from examples.demo.processes import ProcessEnded


@dataclass(frozen=True, slots=True)
class Section:
    """One figure. of: how many pictures it takes, in words."""

    name: str
    of: str
    take: Callable[[], Iterator[Comparison]]


@dataclass(slots=True)
class Run:
    """What came of all sections. seconds: of each, in order. problems: a sentence for each without figures."""

    comparisons: list[Comparison] = field(default_factory=list)
    seconds: list[tuple[Section, float]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def total(self) -> float:
        """Seconds of all sections."""
        return sum(seconds for _, seconds in self.seconds)


def run_through(sections: Sequence[Section], clock: Callable[[], float] = time.monotonic) -> Run:
    """Take all of them; what cannot be measured keeps none of the others. Tells before each how far it is."""
    run = Run()
    for number, section in enumerate(sections, start=1):
        _say(f"[{number}/{len(sections)}] {section.name}: {section.of} ({run.total:.0f} s so far)")
        began = clock()
        try:
            run.comparisons += section.take()
        except (NotMeasured, ProcessEnded) as error:
            run.problems.append(f"{section.name} is not measured: {error}")
        except Exception as error:  # a quarter of an hour of other figures is not lost for it
            traceback.print_exc()
            run.problems.append(f"{section.name} broke: {type(error).__name__}")
        run.seconds.append((section, clock() - began))
    _say(f"{run.total:.0f} s in all")
    _tell(run.problems)
    return run


def _tell(problems: Iterable[str]) -> None:
    for problem in problems:
        _say(problem)


def _say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr)
