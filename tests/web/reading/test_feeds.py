"""Recent changes as a page and as Atom: old and new value, since when, by which source; valid and stable."""

import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import msgspec
import pytest
import time_machine
from bs4 import Tag
from flask import Flask

from legalmap import clock
from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import verification
from legalmap.services.reading.reader import Reader
from legalmap.web.http.hosts import Hosts
from tests.build import a_payload, a_period, a_source
from tests.services.build import decide, propose
from tests.store.build import NOW
from tests.web.visit import Visitor

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "Sale & <script>alert(1)</script> ]]> are “barred”."
FEEDS = ["/kratom/changes.atom", "/kratom/us-al/changes.atom"]


def payload_of(tracker: Tracker, code: str) -> Payload:
    return Reader(tracker).edition("kratom").records[code].payload


def new_law(tracker: Tracker, code: str = "us-ga", summary: str = "A new act.") -> None:
    """Publish a ban from July 2027 on."""
    law = a_period(
        "2027-07-01",
        "banned",
        summary=summary,
        sources=(a_source("https://law.example/hb7", title="House Bill <7>"),),
    )
    before = payload_of(tracker, code)
    after = msgspec.structs.replace(before, periods=(*before.periods, law), confidence="high")
    decide(tracker, propose(tracker, after, jurisdiction=code, note="House Bill 7 was signed."))


def one(element: Element, name: str) -> Element:
    elements = element.findall(f"{ATOM}{name}")
    assert len(elements) == 1, f"{len(elements)} of {name}"
    return elements[0]


def text(element: Element, name: str) -> str:
    content = one(element, name).text
    assert content
    return content


def instant(element: Element, name: str) -> datetime:
    written = text(element, name)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", written)
    return datetime.fromisoformat(written)


def links(element: Element) -> dict[str, str]:
    return {link.get("rel", ""): link.get("href", "") for link in element.findall(f"{ATOM}link")}


def feed(client: Visitor, address: str) -> Element:
    """A feed that keeps RFC 4287."""
    response = client.http.get(address)
    assert response.status_code == 200
    assert response.mimetype == "application/atom+xml"
    root = ET.fromstring(response.data)
    assert root.tag == f"{ATOM}feed"
    assert re.match(r"tag:localhost,2026:/", text(root, "id"))
    assert text(root, "title")
    assert text(one(root, "author"), "name") == "legalmap"
    assert links(root)["self"] == f"http://localhost{address}"
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        assert re.match(r"tag:localhost,2026:/kratom/", text(entry, "id"))
        assert "\n" not in text(entry, "title")
        assert text(one(entry, "author"), "name")
        assert client.http.get(links(entry)["alternate"]).status_code == 200
        assert one(entry, "content").get("type") == "html"
        assert instant(root, "updated") >= instant(entry, "updated")
    ids = [text(entry, "id") for entry in entries]
    assert len(set(ids)) == len(ids)
    assert client.http.get(links(root)["alternate"]).status_code == 200
    return root


def entries(client: Visitor, address: str = FEEDS[0]) -> list[Element]:
    return feed(client, address).findall(f"{ATOM}entry")


# The page


def test_without_a_change_the_page_says_so(client: Visitor) -> None:
    page = client.get("/kratom/changes")
    assert "Nothing was published since the first 230 records were loaded." in page.text


@time_machine.travel(NOW, tick=False)
def test_the_law_has_changed_even_if_nothing_was_published(client: Visitor) -> None:
    """By the day a rule takes effect: what is to come stands apart, and each day leads to the law then."""
    coming, past, *_ = client.get("/kratom/changes").all(".turns")
    assert _turns(coming) == [
        "22 December 2026 New York US: regulated, with new rules",
        "1 January 2027 Kentucky US: regulated → restricted",
    ]
    assert _turns(past)[:5] == [
        "28 August 2026 Massachusetts US: legal → unclear",
        "1 August 2026 Minnesota US: regulated, with new rules",
        "1 July 2026 Wyoming US: legal → regulated",
        "1 July 2026 Tennessee US: restricted → banned",
        "1 July 2026 Kansas US: legal → unclear",
    ]
    wyoming = past.select("a")[2]
    assert wyoming["href"] == "/kratom/us-wy?as_of=2026-07-01"
    assert (
        "Kratom is regulated in Wyoming since 1 July 2026" in client.get(str(wyoming["href"])).text
    )


YEARS = {
    # What was asked, how many changes there are, and some of them.
    "which US states changed in 2026": (
        "year=2026&kind=state&parent=us",
        None,
        [
            "1 July 2026 Tennessee US: restricted → banned",
            "1 July 2026 Wyoming US: legal → regulated",
        ],
    ),
    "a year without any": ("year=1999", 0, []),
}


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(("query", "count", "some"), YEARS.values(), ids=YEARS)
def test_the_changes_of_a_year_and_a_kind_of_place(
    client: Visitor, query: str, count: int | None, some: list[str]
) -> None:
    page = client.get(f"/kratom/changes?{query}")
    turns = [turn for section in page.all(".turns") for turn in _turns(section)]
    assert set(some) <= set(turns)
    assert count is None or len(turns) == count
    assert all(" US" in turn for turn in turns)


@time_machine.travel(NOW, tick=False)
def test_every_change_is_in_the_list_of_its_year(client: Visitor, tracker: Tracker) -> None:
    """And counted: the links of the years lead to all of them, those to come among them."""
    edition = Reader(tracker).edition("kratom")
    listed = 0
    for link in client.get("/kratom/changes").all('nav[aria-label="Year"] a'):
        turns = [*client.get(str(link["href"])).all(".turns li")]
        assert link.get_text().split()[-1] == str(len(turns))
        listed += len(turns)
    assert listed == len(edition.turns)


@time_machine.travel(NOW, tick=False)
def test_a_change_known_to_the_year_never_looks_as_if_it_were_of_its_first_day(
    client: Visitor,
) -> None:
    for link in client.get("/kratom/changes").all('nav[aria-label="Year"] a'):
        page = client.get(str(link["href"]))
        for heading in page.all("h3 + .turns"):
            title = heading.find_previous_sibling("h3")
            rough = title is not None and "no source tells" in title.get_text()
            for turn in heading.select("li"):
                assert bool(re.match(r"\d+ \w+ \d{4}", turn.get_text().strip())) is not rough


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("year=two", "Give a year of four digits"),
        ("year=99999", "Give a year of four digits"),
        ("kind=planet", "is not known. Choose from: country, state, county, town"),
        ("page=2", "There is no page"),
    ],
)
def test_a_choice_that_is_none_is_named(client: Visitor, query: str, says: str) -> None:
    page = client.get(f"/kratom/changes?{query}", 400)
    assert says in page.text


def _turns(section: Tag) -> list[str]:
    words = (" ".join(item.get_text(" ").split()) for item in section.select("li"))
    return [item.replace(" :", ":") for item in words]


@time_machine.travel(NOW, tick=False)
def test_a_law_that_is_published_stands_among_those_to_come(
    client: Visitor, tracker: Tracker
) -> None:
    new_law(tracker)
    coming = client.get("/kratom/changes").all(".turns")[0]
    assert _turns(coming)[-1] == "1 July 2027 Georgia US: regulated → banned"


def test_a_change_is_told_with_both_values_its_day_and_its_source(
    client: Visitor, tracker: Tracker
) -> None:
    new_law(tracker)
    page = client.get("/kratom/changes")
    assert "Georgia: banned from 1 July 2027. Before: regulated from 1 January 2025" in page.text
    assert "House Bill 7 was signed." in page.text
    assert "In force from 1 July 2027." in page.text
    assert "Source: House Bill <7> , Parliament" in page.text
    assert page.all('.told a[href="https://law.example/hb7"]')
    assert "reviewed by ben" in page.text
    assert page.all('a[href="/kratom/us-ga/history/1/diff/0"]')
    assert "229 records stand as they were first loaded, not yet reviewed" in page.text


def test_a_rewritten_value_shows_what_it_was(client: Visitor, tracker: Tracker) -> None:
    before = payload_of(tracker, "us-al")
    last = msgspec.structs.replace(before.periods[-1], status="unclear", summary="Who knows.")
    after = msgspec.structs.replace(before, periods=(*before.periods[:-1], last))
    decide(tracker, propose(tracker, after))
    page = client.get("/kratom/changes").text
    assert "Period from 10 May 2016, Status: was Banned; is now Unclear." in page
    assert "; is now Who knows." in page


def test_long_texts_are_cut_to_where_they_differ(client: Visitor, tracker: Tracker) -> None:
    before = payload_of(tracker, "us-al")
    words = [f"w{number}" for number in range(60)]
    note = " ".join(words)
    decide(tracker, propose(tracker, msgspec.structs.replace(before, notes=note)))
    words[30] = "CHANGED"
    after = msgspec.structs.replace(before, notes=" ".join(words))
    decide(tracker, propose(tracker, after, base_number=1))
    page = client.get("/kratom/changes").text
    around = "was “… w24 w25 w26 w27 w28 w29 w30 w31 w32 w33 w34 w35 w36 …”; is now “… w24"
    assert around in page
    assert "w29 CHANGED w31 w32 w33 w34 w35 w36 …”." in page


def test_what_is_not_published_is_not_told(client: Visitor, tracker: Tracker) -> None:
    propose(tracker, a_payload(a_period("2027", "banned", summary="A secret draft.")))
    assert "secret draft" not in client.get("/kratom/changes").text
    for address in FEEDS:
        assert entries(client, address) == []


def test_a_first_record_is_told_whole(client: Visitor, tracker: Tracker) -> None:
    law = a_payload(a_period("2025", "banned", summary="Decree 1 bans it."))
    decide(tracker, propose(tracker, law, jurisdiction="fj"))
    page = client.get("/kratom/changes").text
    assert "Fiji: first record. banned from 2025" in page
    assert "Banned from 2025. Decree 1 bans it." in page


# The feeds


@pytest.mark.parametrize("address", FEEDS)
def test_a_feed_without_entries_is_valid(client: Visitor, address: str) -> None:
    root = feed(client, address)
    assert root.findall(f"{ATOM}entry") == []
    assert instant(root, "updated") <= datetime.now(UTC)


def test_a_feed_tells_each_change_newest_first(client: Visitor, tracker: Tracker) -> None:
    new_law(tracker, "us-ga", HOSTILE)
    new_law(tracker, "us-al")
    newer, older = entries(client)
    assert text(newer, "title").startswith("Alabama: banned from 1 July 2027. Before: banned")
    assert links(older)["alternate"] == "http://localhost/kratom/us-ga/history/1"
    assert text(older, "summary") == "House Bill 7 was signed."
    html = text(older, "content")
    assert "Sale &amp; &lt;script&gt;alert(1)&lt;/script&gt; ]]&gt; are “barred”." in html
    assert "<script" not in html
    assert "https://law.example/hb7" in html
    assert "In force from 1 July 2027" in html


def test_ids_stay_when_more_is_published(client: Visitor, tracker: Tracker) -> None:
    new_law(tracker, "us-ga")
    (first,) = [ET.tostring(entry) for entry in entries(client)]
    new_law(tracker, "us-al")
    assert first in [ET.tostring(entry) for entry in entries(client)]


def test_a_place_hears_of_itself_and_the_levels_above(client: Visitor, tracker: Tracker) -> None:
    new_law(tracker, "us-ga")
    new_law(tracker, "us-al")
    for code in ("us-al", "us-al-mobile"):
        (entry,) = entries(client, f"/kratom/{code}/changes.atom")
        assert "Alabama" in text(entry, "title")
    assert entries(client, "/kratom/us-tn/changes.atom") == []
    assert entries(client, "/7-oh/us-al/changes.atom") == []


def test_a_feed_is_kept_until_something_is_published(client: Visitor, tracker: Tracker) -> None:
    held = client.http.get(FEEDS[0]).headers
    assert held["Cache-Control"] == "public, no-cache"
    condition = {"If-None-Match": held["ETag"]}
    assert client.http.get(FEEDS[0], headers=condition).status_code == 304
    new_law(tracker)
    assert client.http.get(FEEDS[0], headers=condition).status_code == 200


def test_ids_name_the_site_without_its_port(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sites = ("https://map.example:8443", "http://localhost")
    monkeypatch.setitem(app.extensions, "hosts", Hosts(sites))
    response = app.test_client().get(FEEDS[0], base_url="http://localhost")
    root = ET.fromstring(response.data)
    assert text(root, "id") == "tag:map.example,2026:/kratom"
    assert links(root)["self"] == "https://map.example:8443/kratom/changes.atom"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("/nonsense/changes", "There is no topic"),
        ("/nonsense/changes.atom", "There is no topic"),
        ("/nonsense/us-al/changes.atom", "There is no topic"),
        ("/kratom/us-zz/changes.atom", "There is no jurisdiction"),
        ("/nonsense/changes.json", "There is no topic"),
        ("/kratom/us-zz/changes.json", "There is no jurisdiction"),
    ],
)
def test_what_does_not_exist_is_not_found(client: Visitor, address: str, message: str) -> None:
    assert message in client.get(address, status=404).text


def test_pages_name_their_feeds(client: Visitor) -> None:
    def named(path: str, form: str = "atom+xml") -> list[str]:
        tags = client.get(path).all(f'link[rel="alternate"][type="application/{form}"]')
        return [str(link["href"]) for link in tags]

    assert named("/kratom") == ["/kratom/changes.atom"]
    assert named("/7-oh/changes") == ["/7-oh/changes.atom"]
    assert named("/kratom/us-al") == ["/kratom/changes.atom", "/kratom/us-al/changes.atom"]
    in_json = named("/kratom/us-al", "feed+json")
    assert in_json == ["/kratom/changes.json", "/kratom/us-al/changes.json"]


# The JSON feeds


def json_feed(client: Visitor, address: str) -> Any:
    """A feed that keeps JSON Feed 1.1."""
    response = client.http.get(address)
    assert (response.status_code, response.mimetype) == (200, "application/feed+json")
    feed = response.get_json(force=True)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"http://localhost{address}"
    assert client.http.get(feed["home_page_url"]).status_code == 200
    return feed


@pytest.mark.parametrize("address", FEEDS)
def test_a_json_feed_has_the_entries_of_the_atom_feed(
    client: Visitor, tracker: Tracker, address: str
) -> None:
    form = address.replace(".atom", ".json")
    assert json_feed(client, form)["items"] == []
    new_law(tracker, "us-al", HOSTILE)
    (entry,), (item,) = entries(client, address), json_feed(client, form)["items"]
    assert item["id"] == text(entry, "id")
    assert item["url"] == links(entry)["alternate"]
    assert (item["title"], item["summary"]) == (text(entry, "title"), text(entry, "summary"))
    assert item["content_html"].split() == text(entry, "content").split()
    assert "<script" not in item["content_html"]
    assert item["date_published"] == text(entry, "published")
    assert item["authors"] == [{"name": "ana"}]
    assert item["_legalmap"] == {"feed_no": 281, "kind": "edit"}


def test_a_check_that_found_nothing_is_news_too(client: Visitor, tracker: Tracker) -> None:
    before = payload_of(tracker, "us-al")
    opened = before.periods[0].sources[0].url
    checked = verification.verified(before, {opened}, clock.today())
    decide(tracker, propose(tracker, checked, kind="verify"))
    (item,) = json_feed(client, "/kratom/us-al/changes.json")["items"]
    (entry,) = entries(client)
    assert item["title"] == text(entry, "title") == "Alabama: checked, nothing changed"
    assert item["_legalmap"]["kind"] == "verify"
