"""The corrections page and its feed, as readers see them."""

from xml.etree import ElementTree as ET

import pytest

from legalmap.domain.desk.edit_intents import Intent
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.reader import Reader
from tests.build import a_payload, a_period
from tests.services.build import decide, propose
from tests.web.visit import Visitor

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def corrected(tracker: Tracker, code: str = "us-al", status: str = "restricted") -> None:
    """The newest period of a record said something else."""
    (*earlier, last) = Reader(tracker).edition("kratom").records[code].payload.periods
    since = last.effective_from.text if last.effective_from else None
    changed = a_period(since, status, summary="Only the sale is prohibited.", sources=last.sources)
    number = Reader(tracker).edition("kratom").records[code].publication.revision_number
    proposal = propose(
        tracker,
        a_payload(*earlier, changed),
        jurisdiction=code,
        base_number=number,
        note="We misread it.",
        intent=Intent.CORRECTION,
    )
    decide(tracker, proposal)


def test_before_anything_was_wrong(client: Visitor) -> None:
    assert "None so far" in client.get("/kratom/corrections").text
    assert "No older ones" in client.get("/kratom/corrections?before=1").text


def test_readers_see_both_sides_since_when_and_who_looked(
    client: Visitor, tracker: Tracker
) -> None:
    corrected(tracker)
    page = client.get("/kratom/corrections")
    entry = page.one(".corrections > li")
    text = " ".join(entry.get_text(" ").split())
    assert "Readers saw it wrong on" in text
    assert "reviewed by ben" in text
    assert "We misread it." in text
    rows = {
        row.select_one("th").get_text().split(", ")[-1]: [td.get_text() for td in row.select("td")]  # type: ignore[union-attr]
        for row in entry.select("tbody tr")
    }
    assert rows["Status"] == ["Banned", "Restricted"]
    assert rows["Summary"][1] == "Only the sale is prohibited."
    # That somebody checked it on the way was not wrong before.
    assert not any("verified" in what for what in rows)
    assert entry.select('a[href="/kratom/us-al/history/1/diff/0"]')
    assert entry.select("h2 a")[0]["href"] == "/kratom/us-al/history/1"
    assert "None so far" in client.get("/7-oh/corrections").text


def test_the_page_is_linked_from_the_changes_and_from_the_page_about_trust(
    client: Visitor, tracker: Tracker
) -> None:
    corrected(tracker)
    for path in ("/kratom/changes", "/about"):
        assert client.get(path).all('main a[href="/kratom/corrections"]'), path


def test_older_ones_are_a_page_further(
    client: Visitor, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("legalmap.services.reading.corrections.page.__defaults__", (None, 1))
    corrected(tracker)
    corrected(tracker, "us-ar")
    page = client.get("/kratom/corrections")
    assert "Arkansas" in page.text
    older = client.get(str(page.one("main a.button")["href"]))
    assert "Alabama" in older.text
    assert not older.all("main a.button")


@pytest.mark.parametrize("before", ["x", "", "-1", "²", "9" * 10])
def test_a_feed_number_is_a_number(client: Visitor, before: str) -> None:
    client.get(f"/kratom/corrections?before={before}", status=400)


def test_an_unknown_topic_has_none(client: Visitor) -> None:
    client.get("/tea/corrections", status=404)


def test_the_feed(client: Visitor, tracker: Tracker) -> None:
    corrected(tracker)
    answer = client.http.get("/kratom/corrections.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ET.fromstring(answer.data)
    assert feed.findtext("a:title", namespaces=ATOM) == "Kratom: corrections"
    links = {link.get("rel"): str(link.get("href")) for link in feed.findall("a:link", ATOM)}
    assert links["self"].endswith("/kratom/corrections.atom")
    assert links["alternate"].endswith("/kratom/corrections")
    assert "Alabama" in str(feed.findtext("a:entry/a:title", namespaces=ATOM))
    # The same entry in the feed of changes has the same id; the feeds do not.
    changes = ET.fromstring(client.http.get("/kratom/changes.atom").data)
    for path, is_same in (("a:entry/a:id", True), ("a:id", False)):
        ids = [document.findtext(path, namespaces=ATOM) for document in (feed, changes)]
        assert (ids[0] == ids[1]) is is_same
