"""Rows of the running system's own tables as no program should have left them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, inspect, text

from tests.integration.databases import empty_mariadb
from tests.mariadb import PrivateMariaDB
from tests.takeover.seed import make_seed

ROWS = (
    # 5 and 7 are twins; 6 came further than 8 but both are of one pending image
    "INSERT INTO media_files (id, main_api_id, user_id, data_type, original_name, bulk_path, status, created_at,"
    " updated_at) VALUES"
    " (5, 50, 1, 'product', 'a.jpg', 'bulk/2025-01-15/a.jpg', 'completed', '2025-07-01 12:00:00', '2025-07-02'),"
    " (6, 60, 1, 'logo', NULL, NULL, 'completed', '2025-10-26 02:30:00', NULL),"
    " (7, 50, 1, 'product', 'a.jpg', NULL, 'completed', '2025-01-01 12:00:00', '2025-01-01 12:00:00'),"
    " (8, 60, 2, '', REPEAT('é', 255), NULL, NULL, NULL, NULL),"
    " (9, 0, 2, 'sites', '', '', 'failed', '2025-01-01 12:00:00', '2025-01-01 12:00:00'),"
    " (90, 900, 2, 'sites', '', '', 'failed', '2025-01-01 12:00:00', '2025-01-01 12:00:00')",
    "DELETE FROM media_files WHERE id = 90",
    "INSERT INTO processing_checklist (id, media_id, worker_id, retrieve_file, resize_optimize,"
    " resize_optimize_attempts) VALUES (1, 5, 'worker-1', 'completed', 'pending', -4),"
    " (2, 5, 'worker-2', 'completed', 'failed', 3), (3, 77, 'worker-2', 'completed', NULL, NULL)",
    "INSERT INTO media_ai_analysis (id, media_id, dominant_colors, detected_objects, mood_keywords, quality_score,"
    " confidence_score, style_classification, raw_google_response, created_at) VALUES"
    """ (1, 5, '["#FF5733"]', '[{"description": "canvas", "score": 0.98}]', '["vibrant", " calm "]', 85, 0.5,"""
    """ 'Abstract', '{"labels": [1, 2]}', '2025-07-01 12:00:00'),"""
    """ (2, 6, NULL, '{"a": 1}', '"calm, wild"', 850, 92, NULL, 'null', NULL), (3, 78, NULL, NULL, NULL, 1, 1,"""
    " NULL, NULL, NULL)",
)


def seeded(server: PrivateMariaDB, name: str) -> str:
    """Rows as a server in Berlin holds them, in a loose mode."""
    url = empty_mariadb(server, name)
    make_seed(url).dispose()
    loose = create_engine(url, connect_args={"init_command": "SET sql_mode = '', time_zone = '+02:00'"})
    with loose.begin() as connection:
        for statement in ROWS:
            connection.exec_driver_sql(statement.replace("%", "%%"))
    loose.dispose()
    return url


def all_rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Of every table."""
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))] for name in names}
