"""Odd addresses and headers: a clear refusal, or the page as if they were not there; never our mistake."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.site import EXAMPLES, Site

LONG = "9" * 5_000
LATE, EARLY = "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 +2359"

# The sentence, the address, headers, and the status.
ODD: list[tuple[str, str, dict[str, str], int]] = [
    ("a host in another script", "/kratom/us-al", {"Host": "xn--80ak6aa92e.com"}, 421),
    ("a page of 5,000 digits", f"/kratom/table?page={LONG}", {}, 400),
    ("such a page behind zeros", f"/kratom/table?page=000000001{LONG}", {}, 400),
    ("a page in another script", "/kratom/table?page=²", {}, 400),
    ("a moment that has no day in UTC", "/kratom/us-al", {"Accept-Datetime": LATE}, 302),
    ("a moment before the first day", "/kratom/us-al", {"Accept-Datetime": EARLY}, 302),
    ("the same for a file", "/export/kratom.csv", {"Accept-Datetime": LATE}, 302),
    ("a moment of 60 KB", "/kratom/us-al", {"Accept-Datetime": "x" * 60_000}, 400),
    ("a day at the end of time", "/kratom/us-al?as_of=9999-12-31", {}, 400),
    ("a day at its beginning", "/kratom/us-al?as_of=0001-01-01", {}, 400),
    ("the first day that is taken", "/kratom/us-al?as_of=1900-01-01", {}, 200),
    ("the last day that is taken", "/kratom/us-al?as_of=2100-12-31", {}, 200),
    ("a day in another script", "/kratom?as_of=٢٠٢٦-٠١-٠١", {}, 400),
    ("known after the end of time", "/kratom?known_at=9999-12-31T23:59:59-23:59", {}, 400),
    ("known before its beginning", "/kratom?known_at=0001-01-01T00:00:00%2B23:59", {}, 400),
    ("a zone that is none", "/kratom?known_at=2026-01-01T00:00:00%2B99:99", {}, 400),
    ("a feed number of 5,000 digits", f"/kratom?known_at={LONG}", {}, 400),
    ("a revision of 5,000 digits", f"/kratom/us-al/history/{LONG}", {}, 404),
    ("a proposal of 5,000 digits", f"/desk/proposals/{LONG}", {}, 404),
    ("a place of 5,000 letters", f"/kratom/{'x' * 5_000}", {}, 404),
    ("a NUL in the path", "/kratom/%00", {}, 404),
    ("half a character in the path", "/kratom/%ED%A0%80", {}, 404),
    ("no character at all", "/kratom/%FF", {}, 404),
    ("half a character searched for", "/search?q=%ED%A0%80", {}, 200),
    ("rubbish for a name", "/kratom?%FF%00=%FF", {}, 200),
    ("percent signs alone", "/search?q=%%%25%", {}, 200),
    ("a box of 5,000 digits", f"/kratom?box=1,1,1,{LONG}", {}, 400),
    ("an Accept of 60 KB", "/kratom", {"Accept": "text/html;q=0.1," * 4_000}, 200),
    ("a quality without end", "/kratom", {"Accept": f"text/html;q={LONG}"}, 200),
    ("languages without end", "/kratom", {"Accept-Language": "en;q=1," * 9_000}, 200),
    ("ETags without end", "/kratom", {"If-None-Match": '"a",' * 15_000}, 200),
    ("a cookie of 60 KB", "/kratom", {"Cookie": f"legalmap-session={'x' * 60_000}"}, 200),
    ("cookies without a name", "/kratom", {"Cookie": ";" * 60_000}, 200),
    ("a range of 5,000 digits", "/export/kratom.csv", {"Range": f"bytes={LONG}-"}, 200),
    ("ranges without end", "/export/kratom.csv", {"Range": f"bytes={'0-1,' * 9_000}"}, 200),
    ("a day of a copy out of time", "/kratom", {"If-Modified-Since": LATE}, 200),
    ("a length of 5,000 digits", "/kratom", {"Content-Length": LONG}, 200),
]


@pytest.fixture(scope="module")
def client(site: Site) -> FlaskClient:
    """A reader."""
    return site.app.test_client()


@pytest.mark.parametrize(
    ("path", "headers", "status"), [row[1:] for row in ODD], ids=[row[0] for row in ODD]
)
def test_odd_requests_are_answered_as_they_deserve(
    client: FlaskClient, path: str, headers: dict[str, str], status: int
) -> None:
    assert client.get(path, headers=headers).status_code == status


def public(app: Flask) -> list[str]:
    """Every address that a reader can ask for."""
    return sorted(rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))


WORDS = st.sampled_from(
    ["kratom", "us-al", "0", "-1", LONG, "9" * 19, "%00", "%ED%A0%80", "%FF", "..%2F", "²", "%25"]
)
NAMES = st.sampled_from(
    [
        "as_of",
        "known_at",
        "page",
        "q",
        "place",
        "lat",
        "lon",
        "zip",
        "box",
        "show",
        "view",
        "zoom",
        "layer",
        "size",
        "cursor",
        "limit",
        "since",
        "from",
        "to",
        "fields",
        "age",
        "product",
        "status",
        "parent",
        "kind",
        "iso",
        "fips",
        "next",
        "after",
        "before",
        "rework",
        "revert",
        "wait",
        "topic",
        "form",
        "seven_oh_percent",
        "freshness",
        "%FF",
    ]
)
DAYS = ("9999-12-31", "0001-01-01", "1900-01-01", "2100-12-31", "2026-13-01")
INSTANTS = ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00%2B23:59")
VALUES = WORDS | st.sampled_from((*DAYS, *INSTANTS, "", "1e999", "nan", "1,1,1", "[", "'", "true"))
FIELDS = [
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "Accept-Datetime",
    "If-None-Match",
    "If-Modified-Since",
    "If-Match",
    "If-Range",
    "Range",
    "Cookie",
    "Origin",
    "Content-Type",
]
RANGES = (f"bytes={LONG}-", f"bytes=-{LONG}", "bytes=²-")
RUBBISH = ("", "*", "[", ";", '"', 'W/"x"', "=;" * 999, "x" * 9_000, f"a/b;q={LONG}", "http://[")
COOKIES = ("legalmap-session=\xff", "session=e30.x.y")
HEADERS = st.dictionaries(
    st.sampled_from(FIELDS),
    st.sampled_from((LATE, EARLY, *RANGES, *RUBBISH, *COOKIES, "multipart/form-data; boundary=")),
    max_size=2,
)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_nothing_that_is_asked_for_is_our_mistake(site: Site, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(public(site.app)))
    path = re.sub(
        r"<(?:\w+:)?(\w+)>",
        lambda part: data.draw(st.sampled_from([EXAMPLES.get(part[1], "1")]) | WORDS),
        rule,
    )
    pairs = data.draw(st.lists(st.tuples(NAMES, VALUES), max_size=3))
    query = "&".join(f"{name}={value}" for name, value in pairs)
    answer = site.app.test_client().get(f"{path}?{query}", headers=data.draw(HEADERS))
    # Where nothing is installed or released, that is said.
    assert answer.status_code < 500 or answer.status_code == 501
