"""The people of a demo need no second factor: so they are let in by a demo alone."""

from collections.abc import Iterator

import pytest
from flask import Flask

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import accounts
from legalmap.store.engine import Store
from tests.web.visit import Visitor


@pytest.fixture
def demo(shipped_store: Store) -> Iterator[Flask]:
    """A demo on the database that ``app`` serves too."""
    url = shipped_store.engine.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, secret_key="x" * 40, secure_cookies=False, demo=True)
    app = create_app(settings)
    yield app
    app.extensions["reader"].tracker.store.close()


def test_only_a_demo_lets_them_in(demo: Flask, app: Flask, tracker: Tracker) -> None:
    """Neither a server started otherwise nor one that began before the demo did."""
    for demo_person in accounts.make_demo_people(tracker):
        fields = {"handle": demo_person.handle, "password": demo_person.password}
        inside = Visitor(demo)
        inside.post("/sign-in", fields, status=303)
        inside.get("/desk")
        outside = Visitor(app)
        outside.post("/sign-in", fields, status=303)
        outside.get("/desk", status=303)
        # Nor does what was opened in the demo open anything elsewhere.
        token = inside.http.get_cookie("legalmap-session")
        assert token is not None
        outside.http.set_cookie("legalmap-session", token.value)
        outside.get("/desk", status=303)
