"""Proposing a change: drafts, proposals, imports, verifications, suggestions."""
