"""From values of the domain to sentences people read."""
