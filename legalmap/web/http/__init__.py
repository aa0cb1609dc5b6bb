"""HTTP around Flask: the cache of finished answers, content codings, conditions, limits, the server."""
