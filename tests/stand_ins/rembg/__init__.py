"""A stand-in for rembg: its "model" is a file with a brightness, below which everything is ink."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sessions: list[str] = []
"""The models that were loaded in this process."""


def new_session(model_name: str) -> int:
    """The model of this name in the folder that the environment names. OSError, ValueError."""
    level = int(Path(os.environ["U2NET_HOME"], f"{model_name}.onnx").read_text())
    sessions.append(model_name)
    return level


def remove(data: NDArray[np.uint8], *, session: int, only_mask: bool) -> NDArray[np.uint8]:
    """255 for ink, 0 for ground."""
    assert only_mask
    return np.where(data.mean(axis=2) < session, 255, 0).astype(np.uint8)
