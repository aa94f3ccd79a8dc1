"""What is told of an analysis beyond the callback: to whoever asks for it, and to an operator."""

from __future__ import annotations

from media_vm.rules.analysis import Analysis, Safety


def page_body(analysis: Analysis) -> dict[str, object]:
    """What a page needs besides: before the picture comes, around its subject, and whether it may show it."""
    measured, point = analysis.measured, analysis.focal_point
    return {
        "thumbhash": measured.thumbhash,
        "average_color": measured.average_color,
        "focal_point": {"x": point.x, "y": point.y},
        "alt_text_source": analysis.alt_source and analysis.alt_source.value,
        "safety": analysis.safety and safety_body(analysis.safety),
    }


def origin_body(analysis: Analysis) -> dict[str, object]:
    """Where it comes from."""
    return {
        "ai_enhanced": analysis.ai_enhanced,
        "technical_score": analysis.measured.quality.score,
        "aesthetic_score": analysis.described.aesthetic,
        "focal_source": analysis.focal_source.value,
        "model": analysis.model,
        "prompt_version": analysis.prompt_version,
        "provenance": {field: list(sources) for field, sources in analysis.provenance.items()},
    }


def safety_body(safety: Safety) -> dict[str, object]:
    """Likelihoods by Google's words in lower case."""
    return {
        "verdict": safety.verdict.value,
        "source": safety.source,
        "adult": safety.adult.name.lower(),
        "violence": safety.violence.name.lower(),
        "racy": safety.racy.name.lower(),
        "medical": safety.medical.name.lower(),
        "spoof": safety.spoof.name.lower(),
        "flags": list(safety.flags),
    }
