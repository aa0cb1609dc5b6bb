"""Filling, copying and checking a database."""
