"""The `Pixels` port: everything that is done to pixels, done in child processes."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Final

from media_vm.errors import ChildDied
from media_vm.imaging import tasks
from media_vm.imaging.pool import ChildPool
from media_vm.rules.clean_text import clean
from media_vm.rules.pictures import Remover, SourceFacts
from media_vm.rules.quality import Aims
from media_vm.rules.sizes import BOXES
from media_vm.rules.validation import READABLE, Limits
from media_vm.values import Rendering, RenderRequest

INSPECT_LIMIT: Final = timedelta(seconds=15)
RENDER_LIMIT: Final = timedelta(seconds=120)
LONGEST_CAPTION: Final = 500  # characters


class Studio:
    """Looks at originals and makes their variants. This process never decodes a foreign byte itself."""

    def __init__(
        self,
        children: ChildPool,
        *,
        limits: Limits | None = None,
        allowed: frozenset[str] = READABLE,
        render_limit: timedelta = RENDER_LIMIT,
        remover: Remover = Remover.PLAIN,
        aims: Aims | None = None,
    ) -> None:
        self._children = children
        self._limits = limits or Limits()
        self._allowed = allowed
        self._render_limit = render_limit
        self._remover = remover
        self._aims = aims or Aims()

    def inspect(self, source: Path) -> SourceFacts:
        """Header only. NotThere, GiveUp, NoRoom, ChildDied, TryAgain (the child was stopped)."""
        return self._children.run(tasks.inspect, source, self._limits, self._allowed, limit=INSPECT_LIMIT)

    def look_through(self, source: Path) -> SourceFacts:
        """Header and every pixel: is it whole? NotThere, GiveUp, NoRoom, ChildDied, TryAgain."""
        return self._children.run(
            tasks.look_through, source, self._limits, self._allowed, limit=self._render_limit
        )

    def caption(self, source: Path) -> str | None:
        """What the file itself says that it shows, cleaned here once more: a child may have been taken over.
        NotThere, GiveUp, NoRoom, ChildDied, TryAgain."""
        found = self._children.run(tasks.caption, source, self._limits, self._allowed, limit=INSPECT_LIMIT)
        return clean(found, LONGEST_CAPTION)

    def render(self, source: Path, into: Path, request: RenderRequest) -> Rendering:
        """Make all variants in `into` as `.tmp-*`; whatever goes wrong, none of them stays behind.

        NotThere, GiveUp, NoRoom, ChildDied, TryAgain (the child was stopped).
        """
        prefix = f".tmp-{secrets.token_hex(8)}-"
        task = (source, into, prefix, request, self._limits, self._allowed, self._remover, self._aims)
        try:
            rendering = self._children.run(tasks.render, *task, limit=self._render_limit)
            _require_own(rendering, into, prefix)
            return rendering
        except BaseException:
            for left_behind in into.glob(f"{prefix}*"):
                left_behind.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        """End the children."""
        self._children.close()


def _require_own(rendering: Rendering, into: Path, prefix: str) -> None:
    """A child that was taken over could name any file to be published, or tell any size. ChildDied: it names one
    not its own, one twice, or a size beyond the box. Whoever publishes compares bytes and digest."""
    if len({one.temporary for one in rendering.kept}) < len(rendering.kept):
        raise _nonsense("one file twice")
    for one in rendering.kept:
        path = one.temporary
        is_own = path.parent == into and path.name.startswith(prefix)
        if not is_own or path.is_symlink() or not path.is_file():
            raise _nonsense("a strange file")
        width, height = BOXES[one.size]
        if not (1 <= one.width <= width and 1 <= one.height <= height):
            raise _nonsense("a size beyond its box")


def _nonsense(told: str) -> ChildDied:
    return ChildDied("answered_nonsense", f"the picture process named {told}", crash_signal=False)
