"""The log of acts: written with each act, and read."""
