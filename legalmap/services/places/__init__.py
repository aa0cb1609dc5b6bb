"""Places: search, points, outlines, map shapes, routes."""
