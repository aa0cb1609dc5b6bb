"""Who says so: every answer leads to the sources it rests on, wherever they stand."""

from collections.abc import Iterator

import pytest
import time_machine

from legalmap.web.backing import Backing
from tests.build import a_period, a_place, a_source
from tests.store.build import NOW
from tests.web.visit import Page, Visitor


@pytest.fixture(autouse=True)
def frozen_day() -> Iterator[None]:
    """The 23rd of November 2026."""
    with time_machine.travel(NOW, tick=False):
        yield


def _said(page: Page) -> str:
    return " ".join(page.one(".says-who").get_text().split())


@pytest.mark.parametrize(
    ("code", "words", "href"),
    [
        # Its own law decides: the sources are further down.
        ("us-al", "Says who: 4 sources (news, advocacy group).", "#period-2"),
        # A level above decides: the sources are those of its record.
        (
            "us-al-jefferson-county",
            "Says who: 4 sources of Alabama (news, advocacy group).",
            "/kratom/us-al#period-2",
        ),
        (
            "us",
            "Says who: 5 sources (regulation, court, agency, news, reference work).",
            "#period-1",
        ),
    ],
)
def test_the_answer_names_its_sources(client: Visitor, code: str, words: str, href: str) -> None:
    page = client.get(f"/kratom/{code}")
    assert _said(page) == words
    assert page.one(".says-who a")["href"] == href


@pytest.mark.parametrize("code", ["us-al", "us-al-jefferson-county"])
def test_the_link_leads_to_the_period_of_that_day(client: Visitor, code: str) -> None:
    href = client.get(f"/kratom/{code}?as_of=2015-01-01").one(".says-who a")["href"]
    path, _, anchor = str(href).partition("#")
    assert path in ("", "/kratom/us-al?as_of=2015-01-01")
    period = client.get(path or f"/kratom/{code}?as_of=2015-01-01").one(f"#{anchor}")
    assert "Before May 2016 Alabama had no kratom rule" in period.get_text()


def test_a_place_without_a_record_shows_the_rule_of_the_level_that_decides(client: Visitor) -> None:
    page = client.get("/kratom/us-al-jefferson-county")
    rule = next(h for h in page.all("h2") if h.get_text() == "The rule that decides")
    panel = rule.find_next_sibling("article")
    assert panel
    assert "from 10 May 2016, by the law of Alabama" in " ".join(panel.get_text(" ").split())
    shown = [a["href"] for a in panel.select(".sources a")]
    assert shown == [a["href"] for a in client.get("/kratom/us-al").all("#period-2 .sources a")]


def test_a_place_whose_own_law_decides_shows_it_once(client: Visitor) -> None:
    assert "The rule that decides" not in client.get("/kratom/us-al").text


@pytest.mark.parametrize("code", ["aq", "us-pr?as_of=1950-01-01&known_at=0"])
def test_where_nothing_is_known_nobody_says_so(client: Visitor, code: str) -> None:
    assert not client.get(f"/kratom/{code}").all(".says-who")


def test_what_disputes_is_counted_and_no_support() -> None:
    sources = (
        a_source("https://shop.example/", kind="vendor", stance="disputes"),
        a_source("https://news.example/", kind="news"),
        a_source(kind="statute"),
    )
    found = Backing(a_place("us-al"), a_period("2016", "banned", sources=sources), "", False)
    assert found.kinds == "statute, news"
    assert found.disputing == 1
