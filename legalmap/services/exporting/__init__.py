"""Whole topics as files: formats, schemas, checks, releases, and the feed for tools."""
