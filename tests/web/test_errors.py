"""What our own mistakes leave in the log of the server: enough to find them, and nobody's secret."""

from typing import NoReturn

import pytest
import sqlalchemy as sa

from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import suggestions
from legalmap.services.people import one_time_links
from tests.web.visit import Visitor

ADDRESS = "kim@people.example"


def test_a_bug_tells_the_log_no_token_and_no_place(
    client: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The address of a request may open an account, or name a place that somebody looked up."""

    def broken(*_: object, **__: object) -> NoReturn:
        raise KeyError

    monkeypatch.setattr(one_time_links, "invitation", broken)
    monkeypatch.setattr(suggestions, "place_for", broken)
    client.get("/join/t0ken-of-an-invitation", status=500)
    client.http.get("/kratom/us-al/suggest")
    assert "unforeseen error at /join/<token>" in caplog.text
    assert "unforeseen error at /<topic>/<code>/suggest" in caplog.text
    assert "t0ken" not in caplog.text
    assert "us-al" not in caplog.text


@pytest.mark.usefixtures("dialect")
def test_what_the_database_refused_is_not_told(
    client: Visitor,
    tracker: Tracker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object, **__: object) -> NoReturn:
        with tracker.store.writing() as connection:
            write = sa.text("INSERT INTO account (id, email) VALUES (1, :email)")
            connection.execute(write, {"email": ADDRESS})
        raise AssertionError

    monkeypatch.setattr(one_time_links, "invitation", broken)
    client.get("/join/anything", status=500)
    assert "IntegrityError" in caplog.text
    assert ADDRESS not in caplog.text
