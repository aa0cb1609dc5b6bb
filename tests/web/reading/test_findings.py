"""Answers that once misled people, each with what it has to say now. On the shipped data."""

from datetime import date

import pytest
from flask import Flask

from legalmap.services.reading.reader import Reader
from legalmap.web.drawing import map_drawing
from tests.web.reading.comparing import words_of
from tests.web.visit import Visitor

pytestmark = pytest.mark.reads
DAY = "?as_of=2026-11-30"

SAYS: dict[str, tuple[str, list[str]]] = {
    # The page, and words that its first screen must have.
    "a bill of Michigan whose outcome nobody told": (
        f"/kratom/us-mi{DAY}",
        ["under way may change this", "What became of 1 is not known here"],
    ),
    "a county of Mississippi that nobody has researched": (
        f"/kratom/us-ms-adams-county{DAY}",
        [
            "Mississippi lets counties and towns make stricter rules, and nobody has researched those "
            "of Adams County."
        ],
    ),
    "having it under 21 in Georgia is an offence": (
        f"/kratom/us-ga{DAY}",
        ["Possession is allowed from age 21; below it, possession is prohibited."],
    ),
    "so it is in South Dakota": (
        f"/kratom/us-sd{DAY}",
        ["Possession is allowed from age 21; below it, possession is prohibited."],
    ),
    "and in Minnesota": (
        f"/kratom/us-mn{DAY}",
        ["Possession is allowed from age 21; below it, possession is prohibited."],
    ),
    "the limit of Georgia as the law words it": (
        f"/7-oh/us-ga{DAY}",
        ["7-OH limit 7-OH at most 0.5 mg per gram and 1 mg per serving"],
    ),
    "the limit of Florida": (
        f"/kratom/us-fl{DAY}",
        ["7-OH limit 7-OH and related compounds together at most 1 mg per gram"],
    ),
    "the rules of a county that do not reach Aliso Viejo": (
        f"/kratom/us-ca-aliso-viejo{DAY}",
        [
            "The rule of Orange County is for land outside cities and towns, by its record.",
            "the rule on minimum age, product rules and 7-OH limit does not come from it.",
        ],
    ),
    "concentrated 7-OH in Texas": (
        f"/7-oh/us-tx{DAY}",
        [
            "Sale is prohibited.",
            "7-OH limit 2 %",
            "is said here of concentrated, isolated or synthetic 7-OH, above any limit",
            "It is not known whether possession is allowed. The record of",
        ],
    ),
    "new rules make no young status": (
        f"/kratom/us-fl{DAY}",
        ["is regulated in Florida since 1 July 2023, with these rules since 22 June 2026"],
    ),
    "why it is unclear stands at the top": (
        f"/7-oh/us{DAY}",
        ["The law on 7-OH is unclear in the United States", "Why: Until at least 10 October 2026"],
    ),
    "the ban of a county stands at the top of its state": (
        f"/kratom/us-fl{DAY}",
        ["Stricter inside: banned in Sarasota County."],
    ),
    "so do those of the towns of Illinois": (
        f"/kratom/us-il{DAY}",
        ["Stricter inside: banned in 8 towns (Alton, Bloomington, Edwardsville and 5 more)"],
    ),
}


@pytest.mark.parametrize(("path", "words"), SAYS.values(), ids=SAYS)
def test_the_first_screen_says(client: Visitor, path: str, words: list[str]) -> None:
    spoken = words_of(client.get(path).one(".first"))
    for expected in words:
        assert expected in spoken, spoken


def test_local_rules_are_no_good_news(client: Visitor) -> None:
    page = client.get(f"/kratom/us-ms{DAY}")
    assert "Local rules Counties and towns may add their own, and some may be stricter" in page.text
    assert "Local rules Allowed" not in page.text


BADGES: dict[str, tuple[str, list[str]]] = {
    # The page, and the badge beside its answer.
    "young evidence": (f"/kratom/us-ga{DAY}", ["Evidence within the age limit"]),
    "a bill whose day is past": (f"/kratom/us-fl{DAY}", ["Outcome of a bill not known"]),
    "old evidence": (f"/kratom/us-ms{DAY}", ["Evidence overdue for re-checking"]),
    "of a day in the past nothing": ("/kratom/us-fl?as_of=2024-01-01", []),
    "before anything is known nothing": ("/kratom/us-al?as_of=1950-01-01", []),
}


@pytest.mark.parametrize(("path", "badges"), BADGES.values(), ids=BADGES)
def test_a_badge_tells_the_evidence_and_no_approval(
    client: Visitor, path: str, badges: list[str]
) -> None:
    page = client.get(path)
    assert [words_of(tag) for tag in page.all(".status-line .fresh")] == badges
    assert "erified" not in page.one(".first").get_text()


def test_local_bans_are_on_the_card(app: Flask) -> None:
    reader: Reader = app.extensions["reader"]
    edition, day = reader.edition("kratom"), date(2026, 11, 30)
    for code, words in (("us-fl", "banned in Sarasota County"), ("us-il", "banned in 8 towns")):
        place = reader.tracker.place(code)
        card = map_drawing.card(
            edition.topic, edition.glance(place, day), edition.inside(place, day)
        )
        assert f"Stricter inside: {words}" in card
