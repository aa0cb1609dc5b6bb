"""Notifying people and programs: notices in the desk, mail, webhooks."""
