-- Undoes `media-vm migrate --take-over` on a database that it took over: our tables go, the old ones have their names again.
-- Stop serve and the worker first. What came in meanwhile is lost from the database; its files stay on the disk.
--
--     mariadb oaf_media < go_back_to_seed.sql
--
-- Where nothing was taken over, or it has gone back already, the first statement fails and nothing is dropped.

DO (SELECT COUNT(*) FROM seed_media_files);
SET FOREIGN_KEY_CHECKS = 0;
DROP TABLE IF EXISTS alembic_version, media_files, processing_checklist, media_ai_analysis, media_variants,
    media_events, media_callbacks, media_marks, media_outages, media_ai_usage, media_ai_reservations,
    media_ai_answers, media_embeddings, media_reprocess;
SET FOREIGN_KEY_CHECKS = 1;
RENAME TABLE seed_media_files TO media_files,
    seed_processing_checklist TO processing_checklist,
    seed_media_ai_analysis TO media_ai_analysis;
