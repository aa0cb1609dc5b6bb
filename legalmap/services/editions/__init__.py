"""Editions: the published records of a topic at one feed number, in memory, with what is derived."""
