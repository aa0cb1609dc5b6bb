"""Filling, copying and checking a database: what the command line does and no page can."""
