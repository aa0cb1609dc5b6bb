"""What is HTTP alone: for whom a request is meant and what it may hold, before any view sees it."""
