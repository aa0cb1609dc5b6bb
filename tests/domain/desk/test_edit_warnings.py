"""What is worth a second look in an edit: each at its field, and nothing about what is old."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given

from legalmap.domain.desk import edit_warnings
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.domain.law.sources import Source
from legalmap.services.core.tracker import shipped_topics
from legalmap.services.maintenance import first_load
from tests.build import TODAY, a_bill, a_payload, a_period, a_place, a_source, the_topic
from tests.strategies import payloads

ALABAMA = a_place("us-al", "state")
COPY = "https://archive.example/1"


def a_kept_source(url: str = "https://law.example/act", **changed: Any) -> Source:
    """A statute with an archived copy, opened on the day the builder's payload was verified."""
    fields = {"archived_url": COPY, "accessed_on": date(2026, 11, 1), **changed}
    return a_source(url, **fields)


def a_law(since: str | None = "2020", status: str = "legal", **changed: Any) -> Payload:
    """A record of one period about which there is nothing to ask."""
    fields: dict[str, Any] = {"sources": (a_kept_source(),), **changed}
    return a_payload(a_period(since, status, **fields))


def asked(payload: Payload, base: Payload = NOT_RESEARCHED, place: str = "us-al") -> dict[str, str]:
    """The warnings about an edit, by field."""
    problems = edit_warnings.warnings(payload, base, the_topic(), a_place(place, "state"), TODAY)
    assert len({problem.field for problem in problems}) == len(problems), problems
    return {problem.field: problem.message for problem in problems}


def day(text: str) -> PartialDate:
    """A partial date."""
    return PartialDate(text)


def two(url: str, other: str, **changed: Any) -> Payload:
    """A period with two sources."""
    return a_law(sources=(a_kept_source(url), a_kept_source(other, **changed)))


SHOP = a_kept_source("https://shop.example", kind="vendor")
AT = "periods.0."


@pytest.mark.parametrize(
    ("payload", "field", "said"),
    [
        # The same page under another address: told at the second.
        (
            two("https://law.example/act", "http://www.law.example/act/?utm_source=x"),
            AT + "sources.1.url",
            "Source 1 of this period leads to the same page",
        ),
        (a_law(sources=(a_kept_source("https://bit.ly/1"),)), AT + "sources.0.url", "bit.ly hides"),
        # A Cyrillic “а” in a Latin host.
        (
            a_law(sources=(a_kept_source("https://l\u0430w.example/act"),)),
            AT + "sources.0.url",
            "letters of more than one alphabet",
        ),
        # A strict status by vendors alone.
        (a_law(status="banned", sources=(SHOP,)), AT + "sources", "Only vendors support “Banned”"),
        (
            a_law("2020", enacted_on=day("2021-03")),
            AT + "effective_from",
            "before the law was enacted (2021-03)",
        ),
        (
            a_law("2020", enacted_on=day("2020"), until="2019-12-31"),
            AT + "effective_until",
            "before the law was enacted (2020)",
        ),
        # A page that is older than the law it shows.
        (
            a_law(enacted_on=day("2020"), sources=(a_kept_source(published_on=day("2019-11")),)),
            AT + "sources.0.published_on",
            "It was published before the law was enacted (2020)",
        ),
        # The summary is a title, but for case and points.
        (
            a_law(
                summary="Alabama bans kratom: what to know.",
                sources=(a_kept_source(title="Alabama Bans Kratom – What to Know"),),
            ),
            AT + "summary",
            "This is the title of a source",
        ),
        (a_law("2030"), AT + "enacted_on", "not in force yet: enter the day it was enacted"),
        (
            a_law(sources=(a_kept_source(archived_url=None),)),
            AT + "sources.0.archived_url",
            "add the link of an archived copy",
        ),
        (
            a_law(sources=(a_kept_source("https://www.tn.gov/act"),)),
            AT + "sources.0.url",
            "another state’s government (TN)",
        ),
        (
            a_law(sources=(a_kept_source(accessed_on=None),)),
            "last_verified",
            "No source says that it was opened on that day",
        ),
        (
            a_payload(
                *a_law(sources=(a_kept_source(accessed_on=None),)).periods,
                verified_how="source-date",
            ),
            "last_verified",
            "No source is that new",
        ),
        (
            a_payload(*a_law().periods, pending=(a_bill(url="https://t.co/1"),)),
            "pending.0.url",
            "t.co hides where a link leads",
        ),
    ],
)
def test_what_is_asked_about_and_where(payload: Payload, field: str, said: str) -> None:
    """One thing wrong, one warning, at that very field."""
    problems = asked(payload)
    assert list(problems) == [field]
    assert said in problems[field]


@pytest.mark.parametrize(
    "payload",
    [
        a_law(),
        # Dates that overlap as far as they are known.
        a_law("2021", enacted_on=day("2021-12-31")),
        a_law("2021-05", enacted_on=day("2021")),
        # Vendors beside others, or for a mild status; a vendor who disputes is no support.
        a_law(status="banned", sources=(SHOP, a_kept_source())),
        a_law(sources=(SHOP, a_kept_source("https://law.example/2"))),
        # A bill is older than the law, and so may be what disputes it.
        a_law(
            enacted_on=day("2020"),
            sources=(a_kept_source(kind="bill", published_on=day("2019")),),
        ),
        # A law to come that is enacted.
        a_law("2030", enacted_on=day("2026-10")),
        # A summary that uses the words of a title.
        a_law(summary="The Act bans the sale of the leaf to minors and asks for labels."),
        # A government page of this very state.
        a_law(sources=(a_kept_source("https://www.al.gov/act"),)),
        # News needs no archived copy.
        a_law(sources=(a_kept_source(kind="news", archived_url=None),)),
    ],
)
def test_what_is_not_asked_about(payload: Payload) -> None:
    """Warnings that come for nothing are soon not read."""
    assert asked(payload) == {}


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        # Another status on the same sources in the same words.
        ({"status": "banned"}, {AT + "status", AT + "summary"}),
        ({"status": "banned", "summary": "It is banned."}, {AT + "status"}),
        (
            {
                "status": "banned",
                "summary": "It is banned.",
                "sources": (a_kept_source("https://law.example/2"),),
            },
            set(),
        ),
        # The same source under another address shows nothing new.
        (
            {
                "status": "banned",
                "summary": "It is banned.",
                "sources": (a_kept_source("https://www.law.example/act/"),),
            },
            {AT + "status"},
        ),
        ({"summary": "Better words."}, set()),
    ],
)
def test_another_status_needs_another_source(changed: dict[str, Any], fields: set[str]) -> None:
    """Compared with the period of the same beginning in what is published."""
    assert set(asked(a_law(**changed), a_law())) == fields


def test_a_new_period_that_says_what_the_one_before_said() -> None:
    """“The law changed” has to say what changed."""
    old = a_law().periods[0]
    new = a_period("2025", "banned", summary=old.summary, sources=(a_kept_source(),))
    assert set(asked(a_payload(old, new), a_law())) == {"periods.1.summary"}


def test_other_countries_have_no_states_of_the_union() -> None:
    """A page of Tennessee may well tell of Thailand."""
    assert asked(a_law(sources=(a_kept_source("https://www.tn.gov/act"),)), place="th") == {}


@pytest.mark.parametrize(
    ("code", "strict"),
    [
        *(("legal", False), ("unclear", False), ("restricted", True), ("banned", True)),
        *(("varies", False), ("unknown", False)),
    ],
)
def test_which_statuses_are_strict(code: str, strict: bool) -> None:
    """Those above the middle of the scale."""
    assert edit_warnings.is_strict(the_topic(), code) is strict


@given(payloads())
def test_nothing_is_asked_about_what_is_published_already(payload: Payload) -> None:
    """An edit of one field is not the place to complain about all others."""
    assert edit_warnings.warnings(payload, payload, the_topic(), ALABAMA, TODAY) == []


def test_a_large_record_is_checked_at_once() -> None:
    """Fifty periods of fifty sources each, with a summary as long as it may be."""
    sources = tuple(
        a_source(f"https://law.example/{number}", title="x " * 250) for number in range(50)
    )
    periods = [a_period(str(1900 + n), summary="x " * 2500, sources=sources) for n in range(50)]
    assert asked(a_payload(*periods))


def test_shipped_records_pass_their_own_checks() -> None:
    """Whoever opens one and changes nothing is asked nothing."""
    topics = shipped_topics()
    for shipped in first_load.shipped_records():
        topic = topics[shipped.topic]
        assert edit_warnings.warnings(shipped.payload, shipped.payload, topic, ALABAMA, TODAY) == []
