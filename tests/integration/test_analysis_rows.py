"""The columns of an analysis: what goes in comes out, on real databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from media_vm.adapters.analysis_rows import analysis_of, analysis_row
from media_vm.adapters.tables import MediaAIAnalysis
from media_vm.rules.analysis import Analysis, Measured
from media_vm.rules.findings import (
    Box,
    BrandColor,
    Likelihood,
    LogoWords,
    SafeSearch,
    Seen,
    SiteWords,
    Thing,
    Told,
)
from media_vm.rules.known import Known, SiteKnown
from media_vm.rules.merging import merged
from media_vm.rules.owners_words import with_alt_text
from media_vm.rules.pictures import DataType, FocalPoint
from tests.integration.databases import migrated_engine, sqlite_engine
from tests.said import ANY_KNOWN, ANY_MEASURED, ANY_SEEN, ANY_TOLD, MEASURED, seen, told

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WORDS = told(
    style="Cubism",
    medium="Oil on canvas",
    subject_matter="Böote 🛶",
    description="Boats",
    detailed_description="Two boats at night",
    caption="Boats",
    alt_text="Two boats",
    composition="diagonal",
    mood_keywords=("calm",),
    tags=("sea",),
    categories=("seascape",),
    aesthetic=72,
    confidence=0.91,
    focal_point=FocalPoint(0.123456, 0.7),
    logo=LogoWords("ACME", "wordmark", ("anvil",), ("®",), (BrandColor("#C8861D"),), True, None, False),
    site=SiteWords("banner", 80, ("Warmer",), "Boats at night", "left"),
    raw='{"id": "resp_1", "usage": {"tokens": 12.50}}',
)
FOUND = seen(
    labels=(Thing("Sea", 0.97),),
    objects=(Thing("Boat", 0.876543, Box(0.1, 0.2, 1 / 3, 0.3)), Thing("Pier", 0.5)),
    logos=(Thing("Acme", 0.8),),
    text="HARBOUR\nIV",
    text_regions=(Box(0.1, 0.8, 0.5, 0.1), Box(0.0, 0.0, 1 / 7, 0.25)),
    safe_search=SafeSearch(Likelihood.LIKELY, Likelihood.UNLIKELY, Likelihood.POSSIBLE),
    raw='{"responses":[{}]}',
)
SITE = SiteKnown(("#C8861D",), context_used=("own",))
ANALYSES = {
    "measured": Analysis(replace(MEASURED, focal_point=FocalPoint(1 / 3, 2 / 3))),
    "nobody": merged(MEASURED, None, None, Known(DataType.EVENT)),
    "google": merged(MEASURED, FOUND, None, Known(DataType.EVENT)),
    **{kind.value: merged(MEASURED, FOUND, WORDS, Known(kind, "Boats", site=SITE)) for kind in DataType},
    "decorative": with_alt_text(merged(MEASURED, None, WORDS, Known(DataType.SITES)), ""),
    "owned": merged(MEASURED, FOUND, WORDS, Known(DataType.LOGO, owners_focal_point=FocalPoint(0.5, 1.0))),
}


@pytest.fixture(params=["sqlite", "mariadb"], scope="module")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        opened = sqlite_engine(tmp_path_factory.mktemp("database"))
    else:
        opened = migrated_engine("mariadb", request)
    with opened.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO media_files (id, main_api_id, user_id, data_type, original_name, mime_type, status,"
                " created_at, updated_at) VALUES (1, 1, 1, 'product', 'a', 'b', 'completed', '2025-01-01',"
                " '2025-01-01')"
            )
        )
    yield opened
    opened.dispose()


def stored(engine: Engine, analysis: Analysis) -> Analysis:
    """Written in one session and read in another, as by two processes."""
    with Session(engine) as session, session.begin():
        session.execute(text("DELETE FROM media_ai_analysis"))
        session.add(analysis_row(1, analysis, NOW))
    with Session(engine) as session:
        return analysis_of(session.exec(select(MediaAIAnalysis)).one())


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_comes_back_as_it_was(engine: Engine, name: str) -> None:
    """Every field of it, whoever said it: unknown stays unknown, and "" stays a word."""
    assert ANALYSES[name] == stored(engine, ANALYSES[name])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(measured=ANY_MEASURED, seen=st.none() | ANY_SEEN, told=st.none() | ANY_TOLD, known=ANY_KNOWN)
def test_any_merged_analysis_comes_back(
    engine: Engine, measured: Measured, seen: Seen | None, told: Told | None, known: Known
) -> None:
    """No answer of a provider makes a row that the database refuses or changes."""
    analysis = merged(measured, seen, told, known)

    assert analysis == stored(engine, analysis)


def test_columns_hold_what_the_contract_names(engine: Engine) -> None:
    """For whoever reads the table without us (contract §9)."""
    stored(engine, ANALYSES["logo"])
    with engine.connect() as connection:
        row = dict(connection.execute(text("SELECT * FROM media_ai_analysis")).mappings().one())

    assert (66, 60, 72) == (row["quality_score"], row["technical_score"], row["aesthetic_score"])
    assert ("Boats", "Two boats", "ai", "google") == (
        row["title"],
        row["alt_text"],
        row["alt_text_source"],
        row["focal_source"],
    )
    assert ("Cubism", "Oil on canvas", "HARBOUR IV") == (
        row["style_classification"],
        row["medium_detected"],
        row["detected_text"],
    )
    assert ["#C8861D"] == json.loads(row["brand_colors"])
    assert {"name": "Boat", "confidence": 0.8765} == {
        name: value for name, value in json.loads(row["detected_objects"])[0].items() if name != "box"
    }
    safety = json.loads(row["safety"])
    assert ("mature", "google", "likely", ["needs_review"]) == (
        *(safety[name] for name in ("verdict", "source", "adult")),
        safety["flags"],
    )
    assert {"responses": [{}]} == json.loads(row["raw_google_response"])
    assert "resp_1" == json.loads(row["raw_gpt4_response"])["id"]
    assert (["openai"], "gpt-5.4-mini", "art-1") == (
        json.loads(row["provenance"])["style"],
        row["model"],
        row["prompt_version"],
    )


def test_a_row_of_the_seeds_own_is_read(engine: Engine) -> None:
    """Its columns alone, without what we measure: an analysis that comes later can take its place."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM media_ai_analysis"))
        insert = "INSERT INTO media_ai_analysis (media_id, quality_score, style_classification, created_at,"
        connection.execute(text(f"{insert} generated_at) VALUES (1, 70, 'Cubism', '2025-01-01', '2025-01-01')"))
    with Session(engine) as session:
        found = analysis_of(session.exec(select(MediaAIAnalysis)).one())

    assert (70, "Cubism", None) == (found.quality_score, found.described.style, found.alt_source)


def test_members_of_a_later_version_are_left(engine: Engine) -> None:
    """Old code on a newer row."""
    stored(engine, ANALYSES["logo"])
    with engine.begin() as connection:
        logo = json.dumps({"brand_text": "ACME", "brand_elements": ["x"], "slogan": "new"})
        connection.execute(text("UPDATE media_ai_analysis SET logo = :logo"), {"logo": logo})
    with Session(engine) as session:
        found = analysis_of(session.exec(select(MediaAIAnalysis)).one()).logo

    assert found is not None
    assert ("ACME", ("x",)) == (found.brand_text, found.brand_elements)
