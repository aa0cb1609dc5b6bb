"""Filling, copying, checking and upgrading a database: what the command line does and no page can."""
