"""Alembic migrations: the tables, and handwritten triggers that guard history."""
