"""What readers ask besides what holds: history, changes, corrections, the past."""
