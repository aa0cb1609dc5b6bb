"""Append-only history: records, revisions, reviews, the feed."""
