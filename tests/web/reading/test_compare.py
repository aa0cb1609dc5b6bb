"""Places side by side: every question, what differs, and where nobody knows."""

from datetime import date

import pytest
import time_machine

from tests.web.reading.comparing import columns, places_of, rows
from tests.web.visit import Visitor

pytestmark = pytest.mark.reads


def test_two_places_side_by_side(client: Visitor) -> None:
    with time_machine.travel(date(2026, 11, 24), tick=False):
        page = client.get("/kratom/compare?place=us-al&place=us-md")
    assert columns(page) == ["Alabama", "Maryland"]
    answers = rows(page)
    assert answers["Status ≠ differs"] == ["Banned", "Regulated"]
    assert answers["Minimum age ≠ differs"] == ["Not stated", "21 years"]
    assert answers["Other alkaloid limits"] == ["Not stated", "Not stated"]
    assert answers["Decided by"] == ["Alabama (state)", "Maryland (state)"]
    assert answers["In force since"] == ["10 May 2016", "1 October 2024"]
    assert answers["Evidence"] == [
        "Newest source: 31 March 2026 Evidence within the age limit",
        "Newest source: 11 April 2026 Evidence within the age limit",
    ]
    assert answers["Sources"][0].isdigit()
    assert answers["Confidence"][0] == "High"
    assert "HB 1523" in answers["Bills under way"][1]


def test_only_law_that_differs_is_marked_and_listed(client: Visitor) -> None:
    page = client.get("/kratom/compare?place=us-al&place=us-tx")
    marked = [row for row in rows(page) if "differs" in row]
    assert "Decided by" in rows(page)
    listed = _between(page.text, "Different law in:", ". These rows")
    assert [row.removesuffix(" ≠ differs").lower() for row in marked] == listed.split(", ")
    assert "status" in listed


def test_a_place_differs_from_itself_in_nothing(client: Visitor) -> None:
    page = client.get("/kratom/compare?place=us-al&place=us-al-mobile")
    assert "No difference in the law of these places." in page.text
    assert page.all(".compare .differs") == []


def _between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0].strip()


def test_what_nobody_researched_is_not_called_legal(client: Visitor) -> None:
    answers = rows(client.get("/kratom/compare?place=us-al&place=np"))
    assert answers["Status ≠ differs"][1] == "Not researched"
    assert answers["Possession ≠ differs"] == ["Prohibited", "Not researched"]
    assert answers["Evidence"][1] == "–"
    assert answers["Confidence"][1] == "–"


def test_a_day_before_anything_known(client: Visitor) -> None:
    page = client.get("/kratom/compare?place=us-tn&place=us-al&as_of=1950-01-01")
    statuses = next(answers for row, answers in rows(page).items() if row.startswith("Status"))
    assert statuses[0] in ("Legal", "Not known for this day")
    assert "This shows the law as of 1 January 1950" in page.text
    assert all("as_of=1950-01-01" in str(a["href"]) for a in page.all(".compare thead a"))


def test_removing_keeps_the_others_and_the_day(client: Visitor) -> None:
    page = client.get("/kratom/compare?place=us-al&place=us-tn&place=us-ga&as_of=2020-01-01")
    remove = [a for a in page.all(".compare thead a") if "Remove" in a.get_text()]
    assert places_of(str(remove[1]["href"])) == ["us-al", "us-ga"]
    assert columns(client.get(str(remove[1]["href"]))) == ["Alabama", "Georgia"]
