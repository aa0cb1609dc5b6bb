"""What readers see besides the law itself: history, changes, corrections, the past, and figures."""
