"""Where Flask and WTForms live, and nowhere else. ``register`` hangs everything on the application.

Every module of ``ROOMS`` that has a ``blueprint`` is found by itself: a new page needs no entry here.
"""

from collections.abc import Iterator

from flask import Blueprint, Flask
from werkzeug.utils import find_modules, import_string

from legalmap.services.reading.reader import Reader
from legalmap.web import components, errors, template_helpers
from legalmap.web.api import memento, negotiation
from legalmap.web.http import bodies, csrf, headers, hosts, rate_limits, session

# Flask calls what follows a request in reverse: what runs last is registered first.
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
    negotiation,
)
ROOMS = ("people", "editing", "reviewing", "api", "reading")


def register(app: Flask, reader: Reader) -> None:
    """Blueprints, the reader they answer from, template helpers, headers and errors."""
    app.extensions["reader"] = reader
    for concern in CONCERNS:
        concern.register(app)
    for blueprint in (*_blueprints(), components.blueprint):
        app.register_blueprint(blueprint)


def _blueprints() -> Iterator[Blueprint]:
    for room in ROOMS:
        for name in find_modules(f"{__name__}.{room}"):
            module = import_string(name)
            if hasattr(module, "blueprint"):
                yield module.blueprint
