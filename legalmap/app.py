"""Builds the Flask application from settings, store, services and web."""

import gc
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from legalmap import paths, web
from legalmap.config import Settings, files_folder, jobs_url, releases_folder, secret_key
from legalmap.domain.errors import Unusable
from legalmap.services.core.tracker import Tracker
from legalmap.services.exporting.files import Files
from legalmap.services.maintenance import first_load, fit_check
from legalmap.services.places import place_names, point_index
from legalmap.services.reading.reader import Reader
from legalmap.store import schema
from legalmap.store.connection_errors import named
from legalmap.store.engine import Store

if TYPE_CHECKING:
    from legalmap.jobs.tasks import Jobs


def create_app(settings: Settings | None = None, *, serving: bool = False) -> Flask:
    """The application. Raises Unusable if the database is missing or empty, or older or newer than the code.

    ``serving``: this process will serve for long, so it preloads data and may listen to the database.
    """
    settings = settings or Settings.from_environment()
    store = Store(settings.database_url, mails=settings.mail is not None)
    schema.require_current(store)
    app = Flask("legalmap", template_folder=str(paths.TEMPLATES), static_folder=str(paths.STATIC))
    # No view or hook is a coroutine: Flask need not look at each of them in each request.
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]
    app.config.update(
        SECRET_KEY=secret_key(settings, store),
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        DEMO=settings.demo,
        RELEASES=releases_folder(settings, store),
        LIMITS_URL=settings.limits_url,
        PER_MINUTE=settings.per_minute,
        SITES=settings.sites,
        FILES=files_folder(settings, store),
        BEHIND_PROXY=settings.behind_proxy,
    )
    replica = Store(settings.replica_url) if settings.replica_url else None
    tracker = Tracker(store, replica=replica, listen=serving)
    if not first_load.is_initialised(tracker):
        raise Unusable(
            f"{named(store.url)} holds nothing yet: run “legalmap init”, or “legalmap copy” again."
        )
    fit_check.require_fit(tracker)
    point_index.share_in(files_folder(settings, store))
    place_names.share_in(files_folder(settings, store))
    reader = Reader(tracker)
    web.register(app, reader)
    if settings.behind_proxy:
        # Of X-Forwarded-* only the entries that our own proxies added are believed.
        hops = settings.behind_proxy
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    if serving:
        tracker.listeners.append(
            _asker(jobs_url(settings, store), tracker, app.extensions["files"])
        )
        _settle(reader)
    return app


def _asker(url: str, tracker: Tracker, files: Files) -> Callable[[int], None]:
    """A listener that enqueues what follows from a publication."""

    @cache
    def jobs() -> "Jobs":
        # Imported at the first publication, because it takes as long as importing Flask.
        from legalmap.jobs.task_queue import open_queue  # noqa: PLC0415
        from legalmap.jobs.tasks import Jobs  # noqa: PLC0415

        queue = open_queue(url)
        tracker.store.closing(queue.storage.close)
        return Jobs(queue, tracker, files)

    if not url.startswith("sqlite:///"):
        # Opened now, so that a wrong URL or a missing package shows when the site starts.
        jobs()
    return lambda feed_no: jobs().published(feed_no)


def _settle(reader: Reader) -> None:
    """Load the editions before the first request and exclude them from garbage collection.

    Otherwise the collector walks through every record again and again, and never finds anything to free.
    """
    for topic in reader.tracker.topics:
        reader.edition(topic)
    gc.collect()
    gc.freeze()
