"""One picture's answer made ready: all of it that follows from its URL, `Accept` and the media alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from media_vm.rules.asked import Asked
from media_vm.rules.caching import Lifetime, cache_control, lifetime
from media_vm.rules.negotiation import choose
from media_vm.rules.pictures import Variant
from media_vm.settings import Settings
from serve import headers
from serve.files import located
from serve.presence import not_made_yet
from serve.shelf import Shown
from serve.tally import Sent, Tally
from serve.wire import Raw, raw


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request gets as long as `shown` is what is shown. path: of its file, None if there was none.

    cache_control: where everybody may see it. shared: the other headers of a 304 too; content: those that describe
    the bytes, length and range apart. sent: where it is counted.
    """

    shown: Shown
    variant: Variant
    path: str | None
    keep: Lifetime
    cache_control: bytes
    shared: Raw
    content: Raw
    sent: Sent


def prepare(settings: Settings, root: Path, shown: Shown, asked: Asked, accept: str, tally: Tally) -> Answer:
    """The answer to one question. Problem: nothing is made of the media yet."""
    choice = choose(shown, asked, accept, settings.logo_background)
    if choice is None:
        raise not_made_yet()
    keep = lifetime(choice, asked, settings.unversioned_max_age_seconds)
    return Answer(
        shown,
        choice.variant,
        located(root, choice.variant),
        keep,
        cache_control(keep).encode(),
        tuple(raw(headers.of_choice(settings, shown, choice))),
        tuple(raw(headers.of_content(shown, choice))),
        tally.of(choice.variant.size, choice.variant.format, choice.fallback),
    )
