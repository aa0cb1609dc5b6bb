"""Where Flask and WTForms live, and nowhere else. ``register`` hangs everything on the application."""

from flask import Flask

from legalmap.services.reading.reader import Reader
from legalmap.web import components, errors, template_helpers
from legalmap.web.api import decisions, docs, export, feed, memento, v1
from legalmap.web.editing import edit, file_import, source_checks, suggestions
from legalmap.web.http import bodies, csrf, headers, hosts, rate_limits, session
from legalmap.web.people import admins, one_time_links, own_account, second_factor, sign_in
from legalmap.web.reading import (
    about,
    compare_and_route,
    corrections,
    feeds,
    history,
    maps,
    pages,
    place,
    releases,
    search,
    share,
    sitemap,
)
from legalmap.web.reviewing import batches, dashboard, log, notices, queue, review, rounds

# What runs last after a request is registered first.
CONCERNS = (
    hosts,
    bodies,
    template_helpers,
    rate_limits,
    session,
    csrf,
    headers,
    errors,
    memento,
)
PEOPLE = (
    sign_in,
    second_factor,
    one_time_links,
    own_account,
    admins,
    dashboard,
    edit,
    review,
    log,
    suggestions,
    file_import,
    batches,
    notices,
    queue,
    rounds,
    source_checks,
)
TOOLS = (v1, decisions, docs, feed, export, memento)
READERS = (
    sitemap,
    search,
    compare_and_route,
    maps,
    share,
    feeds,
    corrections,
    about,
    history,
    pages,
    releases,
    place,
    components,
)


def register(app: Flask, reader: Reader) -> None:
    """Blueprints, the reader they answer from, template helpers, headers and errors."""
    app.extensions["reader"] = reader
    for concern in CONCERNS:
        concern.register(app)
    for family in (*PEOPLE, *TOOLS, *READERS):
        app.register_blueprint(family.blueprint)
