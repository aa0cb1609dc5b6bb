"""Telling people and programs: notices, mail and webhooks."""
