"""Where Flask and WTForms live, and nowhere else. ``register`` hangs everything on the application."""

from flask import Flask

from legalmap.services.reading import Reader
from legalmap.web import compressing, csrf, errors, headers, presenting, session
from legalmap.web.api import bulk, v1
from legalmap.web.desk import blueprint as desk
from legalmap.web.editing import blueprint as editing
from legalmap.web.feeds import blueprint as feeds
from legalmap.web.history import blueprint as history
from legalmap.web.mapping import blueprint as mapping
from legalmap.web.placing import blueprint as placing
from legalmap.web.public import blueprint as public
from legalmap.web.reviewing import blueprint as reviewing
from legalmap.web.searching import blueprint as searching
from legalmap.web.sharing import blueprint as sharing
from legalmap.web.signing import blueprint as signing
from legalmap.web.travelling import blueprint as travelling
from legalmap.web.trust import blueprint as trust


def register(app: Flask, reader: Reader) -> None:
    """Blueprints, the reader they answer from, template helpers, headers and errors."""
    app.extensions["reader"] = reader
    compressing.register(app)
    presenting.register(app)
    session.register(app)
    csrf.register(app)
    headers.register(app)
    errors.register(app)
    for blueprint in (signing, desk, editing, reviewing, v1.blueprint, bulk.blueprint):
        app.register_blueprint(blueprint)
    # The topic pages come last: /{topic} matches what nothing else claims.
    app.register_blueprint(searching)
    app.register_blueprint(travelling)
    app.register_blueprint(mapping)
    for blueprint in (sharing, feeds, trust):
        app.register_blueprint(blueprint)
    app.register_blueprint(history)
    app.register_blueprint(public)
    app.register_blueprint(placing)
