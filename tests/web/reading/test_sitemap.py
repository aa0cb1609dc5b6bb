"""What search engines are told: every page with a record, once, and none of the endless days."""

from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient

from legalmap.services.reading.reader import Reader
from legalmap.web.reading import sitemap
from tests.web.visit import Visitor

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def http(client: Visitor) -> FlaskClient:
    """The pages here are not HTML, so nothing examines them."""
    return client.http


@pytest.fixture
def reader(app: Flask) -> Reader:
    """The editions that the site answers from."""
    reading: Reader = app.extensions["reader"]
    return reading


def _locations(http: FlaskClient, path: str) -> list[str]:
    answer = http.get(path)
    assert answer.status_code == 200, path
    assert answer.content_type == "application/xml; charset=utf-8"
    return [str(location.text) for location in ET.fromstring(answer.data).iter(f"{SPACE}loc")]


def _listed(http: FlaskClient) -> list[str]:
    parts = [urlsplit(address).path for address in _locations(http, "/sitemap.xml")]
    return [page for part in parts for page in _locations(http, part)]


def test_every_record_is_listed_once_under_its_full_address(
    http: FlaskClient, reader: Reader
) -> None:
    addresses = _listed(http)
    assert len(addresses) == len(set(addresses))
    for topic in ("kratom", "7-oh"):
        for code in reader.edition(topic).codes:
            assert f"http://localhost/{topic}/{code}" in addresses


@pytest.mark.reads
def test_what_is_listed_is_there_and_calls_itself_by_that_address(client: Visitor) -> None:
    pages = _listed(client.http)
    for address in (*pages[:9], *pages[9::40]):
        page = client.get(urlsplit(address).path)
        assert [link["href"] for link in page.all('link[rel="canonical"]')] in ([], [address])


def test_a_record_says_on_which_day_it_was_published(http: FlaskClient, reader: Reader) -> None:
    item = reader.edition("kratom").records["us-al"]
    root = ET.fromstring(http.get("/kratom/sitemap/1.xml").data)
    days = {url.findtext(f"{SPACE}loc"): url.findtext(f"{SPACE}lastmod") for url in root}
    assert days["http://localhost/kratom/us-al"] == item.publication.at.date().isoformat()


def test_a_large_map_comes_in_parts(
    http: FlaskClient, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "PART", 100)
    assert [urlsplit(address).path for address in _locations(http, "/sitemap.xml")] == [
        "/kratom/sitemap/1.xml",
        "/kratom/sitemap/2.xml",
        "/kratom/sitemap/3.xml",
        "/7-oh/sitemap/1.xml",
    ]
    addresses = _listed(http)
    assert len(addresses) == len(set(addresses))
    kratom = {f"http://localhost/kratom/{code}" for code in reader.edition("kratom").codes}
    assert kratom <= set(addresses)


@pytest.mark.parametrize(
    "path", ["/kratom/sitemap/0.xml", "/kratom/sitemap/2.xml", "/x/sitemap/1.xml"]
)
def test_a_part_that_is_not_there(http: FlaskClient, path: str) -> None:
    assert http.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/", True),
        ("/kratom/us-fl-sarasota-county", True),
        ("/kratom/us-al/history/0", True),
        ("/export/kratom.csv", True),
        ("/static/css/base.css", True),
        ("/desk", False),
        ("/sign-in", False),
    ],
)
def test_crawlers_may_read_what_readers_read(http: FlaskClient, path: str, may: bool) -> None:
    rules = RobotFileParser()
    rules.parse(http.get("/robots.txt").text.splitlines())
    assert rules.can_fetch("Searchbot", path) == may
    assert rules.site_maps() == ["http://localhost/sitemap.xml"]


def test_crawlers_leave_alone_what_is_endless_and_links_still_unfurl(http: FlaskClient) -> None:
    """Python's reader of robots.txt knows no wildcards, so the lines are looked at."""
    answer = http.get("/robots.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    everybody, unfurlers = answer.text.split("# Who shows a link")
    assert {"Disallow: /*?", "Allow: /static/", "Allow: /*/map.png"} <= set(everybody.splitlines())
    assert "Disallow: /*?" not in unfurlers
    assert "User-agent: Twitterbot" in unfurlers


def test_who_has_the_list_already_is_not_sent_it_again(http: FlaskClient) -> None:
    first = http.get("/kratom/sitemap/1.xml")
    again = http.get("/kratom/sitemap/1.xml", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
