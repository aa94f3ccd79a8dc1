"""The running system's own three tables, letter for letter as its reference has them."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine, text

DDL = (
    """CREATE TABLE media_files (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  main_api_id BIGINT NOT NULL,           -- Links to frontend pending_images.id
  user_id BIGINT NOT NULL,
  data_type ENUM('product', 'profile', 'event', 'logo', 'sites') NOT NULL,
  original_name VARCHAR(255),
  mime_type VARCHAR(100),
  file_size BIGINT,
  bulk_path VARCHAR(500),                -- Date-organized originals
  library_path VARCHAR(500),             -- Processed files location
  status ENUM('downloading', 'processing', 'completed', 'failed'),
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
)""",
    """CREATE TABLE processing_checklist (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  media_id BIGINT NOT NULL,              -- FK to media_files.id
  worker_id VARCHAR(50) NOT NULL,
  retrieve_file ENUM('pending','completed','failed') DEFAULT 'pending',
  ai_visual_analysis ENUM('pending','completed','failed') DEFAULT 'pending',
  resize_optimize ENUM('pending','completed','failed') DEFAULT 'pending',
  update_callback ENUM('pending','completed','failed') DEFAULT 'pending',
  -- Attempt counters for retry logic
  retrieve_file_attempts INT DEFAULT 0,
  ai_visual_analysis_attempts INT DEFAULT 0,
  resize_optimize_attempts INT DEFAULT 0,
  update_callback_attempts INT DEFAULT 0,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
)""",
    """CREATE TABLE media_ai_analysis (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  media_id BIGINT NOT NULL,              -- FK to media_files.id
  dominant_colors JSON,
  detected_objects JSON,
  detected_text TEXT,
  style_classification VARCHAR(255),
  medium_detected VARCHAR(255),
  subject_matter TEXT,
  quality_score INT,
  mood_keywords JSON,
  confidence_score FLOAT,
  raw_google_response JSON,
  raw_gpt4_response JSON,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
)""",
)


def seed_engine(url: str) -> Engine:
    """As the running system connects: whatever the server's zone and mode are."""
    return create_engine(url, pool_size=1)


def make_seed(url: str) -> Engine:
    """An empty database of the running system's."""
    engine = seed_engine(url)
    with engine.begin() as connection:
        for statement in DDL:
            connection.execute(text(statement))
    return engine
