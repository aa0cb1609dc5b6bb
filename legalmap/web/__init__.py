"""Where Flask and WTForms live, and nowhere else. ``register`` hangs everything on the application."""

from flask import Flask

from legalmap.services.reading import Reader
from legalmap.web import (
    compressing,
    csrf,
    desk,
    editing,
    errors,
    feeds,
    headers,
    history,
    mapping,
    placing,
    presenting,
    public,
    reviewing,
    searching,
    session,
    sharing,
    signing,
    travelling,
    trust,
)
from legalmap.web.api import bulk, v1

PEOPLE = (signing, desk, editing, reviewing)
TOOLS = (v1, bulk)
READERS = (searching, travelling, mapping, sharing, feeds, trust, history, public, placing)


def register(app: Flask, reader: Reader) -> None:
    """Blueprints, the reader they answer from, template helpers, headers and errors."""
    app.extensions["reader"] = reader
    # What runs last after a request is registered first: compressing comes after all headers.
    for concern in (compressing, presenting, session, csrf, headers, errors):
        concern.register(app)
    for family in (*PEOPLE, *TOOLS, *READERS):
        app.register_blueprint(family.blueprint)
