"""Work in progress, as changeable rows: drafts, claims, notices, suggestions, the queue."""
