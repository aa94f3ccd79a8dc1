"""The world outside: the main API, the database, the disk. One file a technology."""
