"""`media_ai_analysis` of contract §9."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from media_vm.adapters.columns import LongText
from media_vm.adapters.fields import NEVER_REUSED, json, owner_id, row_id, text, time


class MediaAIAnalysis(SQLModel, table=True):
    """What is known of a picture's content; null is unknown. embedding_due_at: when whoever embeds looks at
    its text; set by all that write the text. embedding_tries: how often that failed in a row."""

    __tablename__ = "media_ai_analysis"
    __table_args__ = (Index("ix_media_ai_analysis_embedding", "embedding_due_at", "media_id"), NEVER_REUSED)

    id: int | None = row_id()
    media_id: int = owner_id(unique=True)
    dominant_colors: Any = json()
    detected_objects: Any = json()
    detected_text: str | None = Field(default=None, sa_column=Column(LongText, nullable=True))
    style_classification: str | None = text(255)
    medium_detected: str | None = text(255)
    subject_matter: str | None = Field(default=None, sa_column=Column(LongText, nullable=True))
    quality_score: int | None = None
    mood_keywords: Any = json()
    confidence_score: float | None = None
    raw_google_response: Any = json()
    raw_gpt4_response: Any = json()
    created_at: datetime = time(required=True)
    description: str | None = Field(default=None, sa_column=Column(LongText, nullable=True))
    tags: Any = json()
    palette: Any = json()
    caption: str | None = text(500)
    alt_text: str | None = text(500)
    focal_x: float | None = None
    focal_y: float | None = None
    focal_source: str | None = text(20)
    perceptual_hash: str | None = text(16)
    thumbhash: str | None = text(64)
    average_color: str | None = text(7)
    has_transparency: bool | None = None
    logo_likeness: float | None = None
    technical_score: int | None = None
    technical_parts: Any = json()
    is_ai_enhanced: bool = False
    generated_at: datetime = time(required=True)
    title: str | None = text(255)
    detailed_description: str | None = Field(default=None, sa_column=Column(LongText, nullable=True))
    categories: Any = json()
    composition: str | None = text(500)
    text_regions: Any = json()
    alt_text_source: str | None = text(20)
    saliency: Any = json()
    aesthetic_score: int | None = None
    brand_colors: Any = json()
    logo: Any = json()
    site_context: Any = json()
    safety: Any = json()
    searchable_text: str | None = Field(default=None, sa_column=Column(LongText, nullable=True))
    model: str | None = text(100)
    prompt_version: str | None = text(50)
    provenance: Any = json()
    embedding_due_at: datetime | None = time()
    embedding_tries: int = 0
