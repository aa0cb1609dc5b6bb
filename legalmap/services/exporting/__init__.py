"""Whole topics as files: formats, schemas, checks, releases; and the feed as tools read it."""
