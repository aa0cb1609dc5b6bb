"""What moderators work with: proposals, their states and risk, reviews, rounds, suggestions."""
