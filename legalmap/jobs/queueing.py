"""The queue of tasks: in a SQLite file by default, in PostgreSQL or Redis by URL."""

from urllib.parse import urlsplit

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.exceptions import ConfigurationError

from legalmap.domain.errors import Unusable

NAME = "legalmap"


def open_queue(url: str) -> Huey:
    """The queue at ``sqlite:////path``, ``postgresql://…`` or ``redis://…``; raise Unusable for others."""
    scheme = urlsplit(url).scheme.partition("+")[0]
    # Nothing asks what a task gave: what it did is in the database.
    try:
        if scheme == "sqlite":
            return SqliteHuey(NAME, filename=url.partition("://")[2][1:], results=False)
        if scheme in ("postgresql", "postgres"):
            dsn = f"postgresql://{url.partition('://')[2]}"
            return PostgresHuey(NAME, dsn=dsn, results=False)
        if scheme in ("redis", "rediss", "unix"):
            return RedisHuey(NAME, url=url, results=False)
    except (ConfigurationError, ImportError) as error:
        raise Unusable(f"LEGALMAP_JOBS_URL needs another package: {error}") from None
    raise Unusable("LEGALMAP_JOBS_URL must begin with sqlite:, postgresql: or redis:.")
