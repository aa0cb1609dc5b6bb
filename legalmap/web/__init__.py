"""Where Flask and WTForms live, and nowhere else. ``register`` hangs everything on the application."""

from flask import Flask

from legalmap.services.reading import Reader
from legalmap.web import (
    batching,
    components,
    correcting,
    crawling,
    csrf,
    desk,
    editing,
    errors,
    factors,
    feeds,
    headers,
    history,
    importing,
    limiting,
    links,
    logbook,
    mapping,
    notices,
    own_account,
    people,
    placing,
    presenting,
    public,
    queue,
    releasing,
    remembering,
    reviewing,
    rounds,
    searching,
    session,
    sharing,
    signing,
    sourcing,
    suggesting,
    travelling,
    trust,
)
from legalmap.web.api import bulk, deciding, feeding, reference, v1
from legalmap.web.http import bodies, hosts

# What runs last after a request is registered first.
CONCERNS = (
    hosts,
    bodies,
    presenting,
    limiting,
    session,
    csrf,
    headers,
    errors,
    remembering,
)
PEOPLE = (
    signing,
    factors,
    links,
    own_account,
    people,
    desk,
    editing,
    reviewing,
    logbook,
    suggesting,
    importing,
    batching,
    notices,
    queue,
    rounds,
    sourcing,
)
TOOLS = (v1, deciding, reference, feeding, bulk, remembering)
READERS = (
    crawling,
    searching,
    travelling,
    mapping,
    sharing,
    feeds,
    correcting,
    trust,
    history,
    public,
    releasing,
    placing,
    components,
)


def register(app: Flask, reader: Reader) -> None:
    """Blueprints, the reader they answer from, template helpers, headers and errors."""
    app.extensions["reader"] = reader
    for concern in CONCERNS:
        concern.register(app)
    for family in (*PEOPLE, *TOOLS, *READERS):
        app.register_blueprint(family.blueprint)
