"""How a logo's sizes are made: what is done once for all of them, and in which order."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from media_vm.imaging import crew, logo_render, svg
from media_vm.imaging.removers import remover_named
from media_vm.imaging.source import read_facts
from media_vm.imaging.svg_cleaning import cleaned
from media_vm.rules.pictures import DataType, Remover
from media_vm.rules.validation import READABLE, Limits
from media_vm.values import RenderRequest


def test_a_drawing_is_cleaned_for_all_sizes_at_once_and_the_largest_made_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once to decode it and once to draw it at every size, on one thread and the same."""
    (path := tmp_path / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle cx="4" cy="4" r="3"/></svg>'
    )
    facts = read_facts(path, Limits(), READABLE)
    clean, encode = Mock(wraps=cleaned), Mock(return_value=({}, {}))
    monkeypatch.setattr(svg, "cleaned", clean)
    monkeypatch.setattr(logo_render, "logo_bodies", encode)
    monkeypatch.setattr(crew, "MOST_THREADS", 1)

    logo_render.render_logo(path, facts, Mock(), remover_named(Remover.PLAIN), RenderRequest(DataType.LOGO, None))

    begun = [call.args[0].width * call.args[0].height for call in encode.call_args_list]
    assert (2, 6) == (clean.call_count, len(begun))
    assert sorted(begun, reverse=True) == begun
