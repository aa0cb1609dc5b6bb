"""Moderation: proposals with their states and risk, reviews, verification rounds, suggestions."""
