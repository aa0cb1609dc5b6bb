"""What reviewers do: the queue, claims, verdicts, remarks, the verification round."""
