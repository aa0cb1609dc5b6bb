"""The published records of a topic at one feed number, in memory, and what is kept of them."""
