-- The user of `media-vm replace-urls` in the main API's database: it reads what it compares, writes what it replaces,
-- and nothing else. Run it as an administrator there: mariadb < deploy/sql/replace_urls_user.sql
--
-- Before that, put in the place of
--   festival             your main API's database
--   'a-long-password'    a password of your own; percent-encoded it goes into MAIN_API_DATABASE_URL
--   localhost            the address that media VM comes from
--   user_id, id          in SELECT: the primary key of each table
-- Columns that you add to MEDIA_VM_REPLACE_COLUMNS want the same two rights, and SELECT on their table's primary key.

CREATE USER IF NOT EXISTS 'media_vm_urls'@'localhost' IDENTIFIED BY 'a-long-password';

GRANT SELECT (id, image_path, permanent_url, status, updated_at), UPDATE (status, updated_at)
    ON festival.pending_images TO 'media_vm_urls'@'localhost';

GRANT SELECT (user_id, profile_image_path, header_image_path), UPDATE (profile_image_path, header_image_path)
    ON festival.user_profiles TO 'media_vm_urls'@'localhost';

GRANT SELECT (user_id, logo_path), UPDATE (logo_path)
    ON festival.artist_profiles TO 'media_vm_urls'@'localhost';

GRANT SELECT (user_id, logo_path), UPDATE (logo_path)
    ON festival.promoter_profiles TO 'media_vm_urls'@'localhost';

GRANT SELECT (id, media_path), UPDATE (media_path)
    ON festival.site_media TO 'media_vm_urls'@'localhost';
