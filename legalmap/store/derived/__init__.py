"""Tables derived from the history, which can be rebuilt at any time."""
