-- media VM's own database and its two users. Run it as an administrator: mariadb < deploy/sql/media_vm_users.sql
-- (deploy/install.sh does.) Before that, put passwords of your own in the place of
--   'owner-password'     of who makes the tables and the backups (media-vm migrate, backup, restore)
--   'daily-password'     of worker and serve, who read and write rows and can drop nothing
--   localhost            the address that media VM comes from, if the database is on another machine

CREATE DATABASE IF NOT EXISTS oaf_media CHARACTER SET utf8mb4;

CREATE USER IF NOT EXISTS 'media_vm_owner'@'localhost' IDENTIFIED BY 'owner-password';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, LOCK TABLES, TRIGGER, SHOW VIEW
    ON oaf_media.* TO 'media_vm_owner'@'localhost';

CREATE USER IF NOT EXISTS 'media_vm'@'localhost' IDENTIFIED BY 'daily-password';
GRANT SELECT, INSERT, UPDATE, DELETE ON oaf_media.* TO 'media_vm'@'localhost';
