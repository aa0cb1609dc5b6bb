"""The pages on which an edit is made and sent."""
