"""Accounts, signing in, second factors and invitations."""
