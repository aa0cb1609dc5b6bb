"""Reviewing: the queue, claims, verdicts, remarks, and the verification round."""
