"""Steps from one database schema to the next, run by `storage.database` with Alembic."""
