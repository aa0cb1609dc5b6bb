"""The page about trust: its figures are those of the records, and nobody is exposed by it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.law.dates import PartialDate
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals, verification
from legalmap.services.reading import corrections, published_changes, trust_figures
from legalmap.services.reading.reader import Reader
from legalmap.web.reading.about import wait_in_words
from tests.build import a_payload, a_period
from tests.services.build import decide, person, propose
from tests.web.visit import Visitor

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OLD = a_payload(a_period("2020", "banned"), last_verified=date(2025, 1, 1))


def waited(tracker: Tracker, hours: float, code: str, start: datetime = NOON) -> Revision:
    """A proposal that was decided so many hours after it was submitted."""
    with time_machine.travel(start, tick=False):
        proposal = propose(tracker, OLD, jurisdiction=code)
    with time_machine.travel(start + timedelta(hours=hours), tick=False):
        return decide(tracker, proposal, Verdict.REJECT)


@time_machine.travel(date(2026, 11, 23), tick=False)
def test_freshness_is_counted_from_the_records(client: Visitor) -> None:
    table = client.get("/about").one(".ages tbody")
    for row, topic in zip(table.select("tr"), ("kratom", "7-oh"), strict=True):
        records = client.http.get(f"/export/{topic}.json").get_json()["records"]
        days = [
            (date(2026, 11, 23) - PartialDate(record["last_verified"]).first_day).days
            for record in records
            if record["last_verified"]
        ]
        expected = [
            len(records),
            *(sum(day <= span for day in days) for span in (90, 180, 365)),
            sum(day > 365 for day in days),
            len(records) - len(days),
            sum(record["freshness"] == "overdue" for record in records),
        ]
        assert [int(cell.get_text()) for cell in row.select("td.number")] == expected


@time_machine.travel(date(2026, 11, 23), tick=False)
def test_the_first_load_says_what_it_is_and_what_was_reviewed_since(
    client: Visitor, tracker: Tracker
) -> None:
    """Nothing that was first loaded counts as reviewed until somebody else has decided on it here."""
    said = (
        "First load: collected from the sources named, not yet reviewed by a second person here. "
        "Reviewed since:"
    )
    assert (
        f"{said} 0 of 230 records on kratom; 0 of 50 records on 7-OH." in client.get("/about").text
    )
    decide(tracker, propose(tracker, OLD, jurisdiction="us-al"))
    propose(tracker, OLD, jurisdiction="us-ga")
    assert (
        f"{said} 1 of 230 records on kratom; 0 of 50 records on 7-OH." in client.get("/about").text
    )


def test_review_times_and_backlog(client: Visitor, tracker: Tracker) -> None:
    assert "No proposal was reviewed" in client.get("/about").text
    waited(tracker, 1, "us-al", NOON - timedelta(days=400))
    waited(tracker, 5, "us-ga", NOON - timedelta(days=3))
    waited(tracker, 30, "us-tn", NOON - timedelta(days=3))
    waited(tracker, 2, "us-tx", NOON - timedelta(days=3))
    with time_machine.travel(NOON - timedelta(days=4), tick=False):
        propose(tracker, jurisdiction="us-vt")
        taken = propose(tracker, jurisdiction="us-me")
    with time_machine.travel(NOON, tick=False):
        proposals.withdraw(tracker, person(tracker, "ana"), taken.id, "No.")
        page = client.get("/about").text
        assert trust_figures.pace(tracker).median == timedelta(hours=5)
    assert "5 hours over 3 reviews in the last 365 days" in page
    assert "1 proposal , the oldest for 4 days" in page.replace("1 proposal,", "1 proposal ,")
    for secret in ("ana", "Vermont", "us-vt"):
        assert secret not in page.split()


def test_an_even_number_of_reviews_has_its_median_between(tracker: Tracker) -> None:
    waited(tracker, 2, "us-ga")
    waited(tracker, 5, "us-tn")
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert trust_figures.pace(tracker).median == timedelta(hours=3.5)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than an hour"),
        (3_599, "less than an hour"),
        (3_600, "1 hour"),
        (7_200, "2 hours"),
        (172_799, "48 hours"),
        (172_800, "2 days"),
    ],
)
def test_waits_in_words(seconds: float, words: str) -> None:
    assert wait_in_words(seconds) == words


def rewritten(tracker: Tracker, code: str = "us-al") -> Revision:
    """A published edit of what the newest period of a record says."""
    payload = Reader(tracker).edition("kratom").records[code].payload
    (*earlier, last) = payload.periods
    changed = a_period(
        last.effective_from.text if last.effective_from else None,
        "restricted",
        summary="Only the sale is prohibited.",
        sources=last.sources,
        answers=last.answers,
        enacted_on=last.enacted_on,
    )
    proposal = propose(
        tracker, a_payload(*earlier, changed), jurisdiction=code, note="We misread it."
    )
    return decide(tracker, proposal)


def test_a_rewritten_period_is_a_correction_with_both_values(
    client: Visitor, tracker: Tracker
) -> None:
    assert "None so far" in client.get("/about").text
    rewritten(tracker)
    page = client.get("/about")
    entry = " ".join(page.one(".corrections > li").get_text(" ").split())
    assert "Alabama" in entry
    assert "reviewed by ben" in entry
    assert "We misread it." in entry
    assert "Status Banned Restricted" in entry
    assert "Only the sale is prohibited." in entry
    assert page.one(".corrections strong a")["href"] == "/kratom/us-al/history/1"


def test_new_law_checks_and_refused_proposals_are_no_corrections(
    client: Visitor, tracker: Tracker
) -> None:
    item = Reader(tracker).edition("kratom").records["us-ga"]
    new_law = a_payload(*item.payload.periods, a_period("2027-07-01", "banned"))
    decide(tracker, propose(tracker, new_law, jurisdiction="us-ga"))
    alabama = Reader(tracker).edition("kratom").records["us-al"].payload
    checked = verification.propose(
        tracker,
        person(tracker, "ana"),
        "kratom",
        "us-al",
        base_number=0,
        opened={alabama.periods[-1].sources[0].url},
        note="",
    )
    decide(tracker, checked)
    decide(tracker, propose(tracker, jurisdiction="us-tn"), Verdict.REJECT)
    assert len(published_changes.of_topic(tracker, "kratom")) == 2
    assert corrections.page(tracker, "kratom").corrections == []
    assert "None so far" in client.get("/about").text


def test_taking_out_a_period_is_a_correction(tracker: Tracker) -> None:
    periods = Reader(tracker).edition("kratom").records["us-al"].payload.periods
    decide(tracker, propose(tracker, a_payload(*periods[:-1])))
    (correction,) = corrections.page(tracker, "kratom").corrections
    removed = [change for change in correction.news.changes if change.path[0] == "periods"]
    assert [change.kind for change in removed] == ["removed"]


def test_the_page_says_who_reviews_and_how_often_coders_agree(client: Visitor) -> None:
    page = client.get("/about")
    assert "agrees in 49 of the 50 states and D.C. (96 %)" in page.text
    assert "Both codings missed that Tennessee banned kratom" in page.text
    assert "none of the authors" in page.text
    links = {str(link["href"]) for link in page.all("main a")}
    assert {"/kratom/codebook", "/7-oh/codebook", "/kratom/changes", "/kratom/corrections"} <= links
    assert page.all('.site-foot a[href="/about"]')
