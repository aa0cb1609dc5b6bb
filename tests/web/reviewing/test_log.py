"""The log in the desk: who reads it, filters and their errors, pages, files."""

import json

import pytest

from legalmap.services.core.tracker import Tracker
from tests.services.build import decide, propose
from tests.web.conftest import SignedIn
from tests.web.visit import Visitor


@pytest.fixture
def ben(signed_in: SignedIn) -> Visitor:
    """A moderator."""
    return signed_in("ben")


def test_contributors_neither_read_nor_see_it(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    assert not ana.get("/desk").all('.desk-nav a[href="/desk/log"]')
    for path in ("/desk/log", "/desk/log.csv", "/desk/log.ndjson"):
        ana.get(path, status=403)


def test_each_event_unfolds_to_before_and_after(ben: Visitor, tracker: Tracker) -> None:
    decide(tracker, propose(tracker), comment="Well sourced.")
    page = ben.get("/desk/log")
    assert page.one('.desk-nav a[aria-current="page"]').get_text() == "Log"
    published, approved, submitted, *_ = [
        " ".join(item.get_text(" ").split()) for item in page.all(".log > li")
    ]
    assert "ben published kratom/us-al revision 1" in published
    assert "Status: was Banned; is now" in published or "removed" in published
    assert "ben approved kratom/us-al revision 1" in approved
    assert "Waiting for review → , then Approved" in approved
    assert "Well sourced." in approved
    assert "ana proposed kratom/us-al revision 1" in submitted
    assert page.all('.log a[href^="/desk/proposals/"]')


def test_filters_narrow_the_page_and_are_kept_in_its_links(ben: Visitor, tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    propose(tracker, jurisdiction="us-ga")
    page = ben.get("/desk/log?actor=ana&topic=kratom&place=US-GA&since=2020-01-01&until=2100-01-01")
    assert len(page.all(".log > li")) == 1
    assert page.form("form.log-form")["place"] == "US-GA"
    links = [str(link["href"]) for link in page.all(".actions a")]
    assert any(
        link.startswith("/desk/log.csv?actor=ana&topic=kratom&place=US-GA") for link in links
    )
    assert "Nothing fits" in ben.get("/desk/log?actor=nobody").text


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("since=yesterday&actor=kept", "since", "Write the day as year, month, day"),
        ("until=2026-13-01&actor=kept", "until", "Write the day as year, month, day"),
        ("since=2026-02-01&until=2026-01-01&actor=kept", "until", "the first one or later"),
        ("until=9999-12-31&actor=kept", "until", "earlier"),
        (f"place={'x' * 301}&actor=kept", "place", "under 300"),
        ("place=us%00al&actor=kept", "place", "control characters"),
    ],
)
def test_a_bad_filter_is_named_and_the_rest_is_kept(
    ben: Visitor, query: str, field: str, message: str
) -> None:
    page = ben.get(f"/desk/log?{query}", status=400)
    assert message in page.errors()[field]
    assert page.form("form.log-form")["actor"] == "kept"
    ben.get(f"/desk/log.csv?{query}", status=422)


@pytest.mark.parametrize("before", ["x", "-1", "", "²", "9" * 30])
def test_a_place_in_the_log_is_a_number(ben: Visitor, before: str) -> None:
    ben.get(f"/desk/log?before={before}", status=400)


def test_older_events_are_a_page_further(
    ben: Visitor, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("legalmap.services.audit.audit_log.PAGE", 2)
    decide(tracker, propose(tracker))
    page = ben.get("/desk/log?topic=kratom")
    assert len(page.all(".log > li")) == 2
    older = next(link for link in page.all(".actions a") if link.get_text() == "Older")
    rest = ben.get(str(older["href"]))
    assert len(rest.all(".log > li")) >= 1
    assert "topic=kratom" in str(older["href"])


def test_the_files(ben: Visitor, tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    answer = ben.http.get("/desk/log.csv?topic=kratom&action=publish&place=us-al")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.text.splitlines()) == 2
    lines = ben.http.get("/desk/log.ndjson?topic=kratom&place=us-al").text.splitlines()
    assert [json.loads(line)["action"] for line in lines][-3:] == ["submit", "approve", "publish"]
