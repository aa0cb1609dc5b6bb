"""The pages about accounts and signing in."""
