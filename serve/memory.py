"""What a process remembers of media: so many at most, and not for ever."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

_Kept = TypeVar("_Kept")


class Memory(Generic[_Kept]):
    """Things by media id: at most `most`, the longest unasked forgotten first; none after `seconds` of `clock`."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[int, tuple[float, _Kept]] = OrderedDict()

    def get(self, media_id: int) -> _Kept | None:
        """What is remembered, or None."""
        until, kept = self._kept.get(media_id, (0.0, None))
        if kept is None:
            return None
        if until <= self._clock():
            del self._kept[media_id]
            return None
        self._kept.move_to_end(media_id)
        return kept

    def keep(self, media_id: int, kept: _Kept) -> None:
        """Remember it from now on."""
        self._kept[media_id] = self._clock() + self._seconds, kept
        self._kept.move_to_end(media_id)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self, media_id: int) -> None:
        """As if it had never been asked for."""
        self._kept.pop(media_id, None)

    def __iter__(self) -> Iterator[int]:
        """The ids of whatever is remembered, or was until a moment ago."""
        return iter(self._kept)
