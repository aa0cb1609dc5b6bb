"""Where a place is: search, points, outlines, shapes and routes."""
