"""The pages anybody may read."""
