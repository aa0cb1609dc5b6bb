"""Who says so: every answer leads to the sources it rests on, wherever they stand."""

from collections.abc import Iterator

import pytest
import time_machine

from legalmap.web.wording.evidence import Backing
from tests.build import a_payload, a_period, a_place, a_source
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
    ("code", "words"),
    [
        # Its own law decides.
        ("us-al", "4 sources (news, advocacy group)."),
        # A level above decides, and is named.
        ("us-al-jefferson-county", "4 sources on the law of Alabama (news, advocacy group)."),
        # Where the law varies, that it does has sources too.
        ("us", "6 sources (regulation, court, agency, news, reference work, advocacy group)."),
    ],
)
def test_the_answer_names_its_sources(client: Visitor, code: str, words: str) -> None:
    assert _said(client.get(f"/kratom/{code}")) == f"Who says so: {words}"


@pytest.mark.parametrize("code", ["us-al", "us-al-jefferson-county"])
def test_the_link_leads_to_the_rule_of_that_day(client: Visitor, code: str) -> None:
    page = client.get(f"/kratom/{code}?as_of=2015-01-01")
    rule = page.one(str(page.one(".says-who a")["href"]))
    assert "Before May 2016 Alabama had no kratom rule" in rule.get_text()


def test_a_place_without_a_record_shows_the_rule_of_the_level_that_decides(client: Visitor) -> None:
    rule = client.get("/kratom/us-al-jefferson-county").one("#rule")
    assert "from 10 May 2016, by the law of Alabama" in " ".join(rule.get_text(" ").split())
    shown = [a["href"] for a in rule.select(".sources a")]
    assert shown == [a["href"] for a in client.get("/kratom/us-al").all("#period-2 .sources a")]


def test_a_place_whose_own_law_decides_shows_it_once(client: Visitor) -> None:
    assert "The rule that decides" not in client.get("/kratom/us-al").text


@pytest.mark.parametrize("code", ["aq", "us-pr?as_of=1950-01-01&known_at=0"])
def test_where_nothing_is_known_nobody_says_so(client: Visitor, code: str) -> None:
    assert not client.get(f"/kratom/{code}").all(".says-who")


@pytest.mark.parametrize(
    ("code", "href"),
    [
        ("us-md", "#notes"),
        # Baltimore has no record: what is open about the law of its state is on the state's page.
        ("us-md-baltimore", "/kratom/us-md#notes"),
        # Confidence is high.
        ("us-al", None),
    ],
)
def test_low_confidence_is_told_beside_the_answer(
    client: Visitor, code: str, href: str | None
) -> None:
    warned = [a["href"] for a in client.get(f"/kratom/{code}").all(".verdict .warn a")]
    assert warned == ([href] if href else [])
    if href:
        path, _, anchor = href.partition("#")
        assert client.get(path or f"/kratom/{code}").one(f"#{anchor}")


FEDERAL = (
    "1 bill or rule under way{} may change this. What became of it is not known here: "
    "the day expected is past."
)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        # Its own first, then those of the levels above; of one the day is past, and nobody told the outcome.
        (
            "us-mi",
            [
                "2 bills or rules under way may change this. What became of 1 is not known here: "
                "the day expected is past.",
                FEDERAL.format(" in the United States"),
            ],
        ),
        # Its only bill died.
        ("us-tn", [FEDERAL.format(" in the United States")]),
        ("us", [FEDERAL.format("")]),
        # A bill of today changes nothing about what was law then.
        ("us-mi?as_of=2020-01-01", []),
    ],
)
def test_bills_under_way_are_told_beside_the_answer(
    client: Visitor, path: str, words: list[str]
) -> None:
    page = client.get(f"/kratom/{path}")
    assert [" ".join(tag.get_text().split()) for tag in page.all(".under-way")] == words
    for link in page.all(".under-way a"):
        elsewhere, _, anchor = str(link["href"]).partition("#")
        shown = client.get(elsewhere) if elsewhere else page
        assert shown.one(f"#{anchor}").get_text() == "Under way"


def test_what_disputes_is_counted_and_no_support() -> None:
    sources = (
        a_source("https://shop.example/", kind="vendor", stance="disputes"),
        a_source("https://news.example/", kind="news"),
        a_source(kind="statute"),
    )
    period = a_period("2016", "banned", sources=sources)
    behind = Backing(a_place("us-al"), a_payload(period), period, "", False)
    assert behind.kinds == "statute, news"
    assert behind.disputing == 1
