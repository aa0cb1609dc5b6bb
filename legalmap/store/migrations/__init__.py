"""Alembic migrations: tables and, written by hand, the triggers that guard history."""
