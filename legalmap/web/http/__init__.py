"""HTTP around Flask: hosts, bodies, the cache of finished answers, content codings, limits, the server."""
