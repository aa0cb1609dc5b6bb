"""The pages of the desk for who reviews."""
