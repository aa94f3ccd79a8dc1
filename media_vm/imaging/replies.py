"""What a child answers, as JSON: one that was taken over by a file can lie to us, but makes us run nothing.

The parent knows from the task's own annotation what the answer has to be, and takes nothing else.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter, ValidationError

from media_vm.errors import (
    ChildDied,
    GiveUp,
    Misconfigured,
    NoRoom,
    NotThere,
    ProviderDown,
    StepFailed,
    TooSlow,
    TryAgain,
)

_FAILURES: Final[dict[str, type[StepFailed]]] = {
    kind.__name__: kind for kind in (GiveUp, Misconfigured, NoRoom, NotThere, ProviderDown, TooSlow, TryAgain)
}
"""What a task may raise (`errors.py`); a death is seen, not told."""


class TaskBroke(RuntimeError):
    """A task raised what it should not: a bug of ours. Its traceback is a note."""


def told(task: Callable[..., Any], value: Any) -> bytes:
    """A task's result as the parent will hear it."""
    return b'{"value":' + _form_of(task).dump_json(value) + b"}"


def told_failure(error: Exception) -> bytes:
    """What a task raised."""
    name = type(error).__name__
    if isinstance(error, StepFailed) and name in _FAILURES:
        words = {"failure": name, "reason": error.reason, "detail": error.detail}
    else:
        words = {"bug": f"{name}: {error}", "trace": traceback.format_exc()}
    return json.dumps(words).encode()


def heard(task: Callable[..., Any], answer: bytes) -> Any:
    """Return what the task returned, or raise what it raised. ChildDied: that was no answer to this task."""
    try:
        words = json.loads(answer)
        if "value" in words:
            return _form_of(task).validate_json(json.dumps(words["value"]))
        failure = _failure(words)
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError):
        raise ChildDied("answered_nonsense", "the picture process gave no answer", crash_signal=False) from None
    raise failure


def _failure(words: dict[str, Any]) -> Exception:
    if "failure" in words:
        return _FAILURES[words["failure"]](str(words["reason"]), str(words["detail"]))
    broke = TaskBroke(str(words["bug"]))
    broke.add_note(str(words["trace"]))
    return broke


def _form_of(task: Callable[..., Any]) -> TypeAdapter[Any]:
    while isinstance(task, partial):
        task = task.func
    return _form(task)


@cache
def _form(task: Callable[..., Any]) -> TypeAdapter[Any]:
    try:
        hints = get_type_hints(task)
    except TypeError:  # a builtin has none
        hints = {}
    except NameError:  # the one type that a parent does not load before it is asked for one, for NumPy's sake
        from media_vm.raster import Raster

        hints = get_type_hints(task, localns={"Raster": Raster})
    return TypeAdapter(hints.get("return", Any))
