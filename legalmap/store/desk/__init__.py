"""Rows of work under way: drafts, claims, notices, the queue."""
